//! The times of jobs, as servers write them.

use jiff::{Timestamp, civil, tz::Offset};

/// Returns milliseconds since 1970. Offsets occur with and without a colon, and a time without one is UTC.
pub(super) fn millis_of(text: &str) -> Option<i64> {
    let moment = text.parse::<Timestamp>().ok();
    let moment = moment.or_else(|| Offset::UTC.to_timestamp(text.parse::<civil::DateTime>().ok()?).ok());
    moment.map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_time_is_read() {
        for (text, millis) in [
            ("1970-01-01T00:00:01.5Z", Some(1500)),
            ("1970-01-01T00:00:01.500+0000", Some(1500)),
            ("1970-01-01T00:00:01.500+00:00", Some(1500)),
            ("1970-01-01T02:00:01.500+0200", Some(1500)),
            ("1970-01-01T00:00:01.500", Some(1500)),
            ("1970-01-01T00:00:01", Some(1000)),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(millis_of(text), millis, "{text}");
        }
    }
}
