//! A bucket of tokens, for rate limits.

use std::time::Instant;

/// Gains a number of tokens in a second, and holds as many.
pub(super) struct Bucket {
    per_second: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// Creates a full bucket.
    pub(super) fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second);
        Self {
            per_second,
            tokens: per_second,
            filled: now,
        }
    }

    /// Takes a token, if there is one.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.per_second);
        self.filled = now;
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_gains_its_tokens_in_a_second_and_holds_no_more() {
        let start = Instant::now();
        let mut bucket = Bucket::new(50, start);
        let mut taken = |millis| {
            let now = start + Duration::from_millis(millis);
            (0..1000).filter(|_| bucket.take(now)).count()
        };
        assert_eq!([taken(0), taken(100), taken(110), taken(10_000)], [50, 5, 0, 50]);
    }
}
