//! Decides whether a failed attempt is repeated. Sends nothing. `backoff` computes the pause where the server names
//! none.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use http::Method;

use super::throttle::Refusal;
use crate::{
    clock::FOREVER,
    error::{BodyFault, Error, Sent},
};

/// What repeating a request may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// GET and DELETE: a repetition changes nothing.
    Read,
    /// POST: a repetition may do the work twice.
    Write,
    /// A POST whose caller finds out what became of it: it is not repeated in any doubt.
    LookedFor,
}

impl Class {
    pub(super) fn of(method: &Method) -> Self {
        if matches!(*method, Method::GET | Method::DELETE) {
            Self::Read
        } else {
            Self::Write
        }
    }
}

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No further attempt: it would change nothing, or could do harm.
    Never,
    /// Another attempt, after the pause that the server asked for or, by default, after a backoff.
    Again { after: Option<Duration> },
}

/// The retry table.
pub(crate) fn verdict(class: Class, error: &Error) -> Verdict {
    const AGAIN: Verdict = Verdict::Again { after: None };
    match error {
        Error::Status {
            status, retry_after, ..
        } => match (*status, class) {
            (429, _) | (503, Class::Read) => Verdict::Again { after: *retry_after },
            // A proxy may have forwarded the request before it failed. One that says when to come back has hardly done so.
            (503, Class::Write) if retry_after.is_some() => Verdict::Again { after: *retry_after },
            (408 | 425 | 500..=599, Class::Read) => AGAIN,
            _ => Verdict::Never,
        },
        // This happens only before anything is sent: later steps need no new thread.
        Error::System { .. } => AGAIN,
        Error::Connection { fault, .. } if fault.is_lasting() => Verdict::Never,
        Error::Argument { .. }
        | Error::Input { .. }
        | Error::File { .. }
        | Error::Journal { .. }
        | Error::WaitTimeout { .. }
        | Error::JobFailed { .. }
        | Error::Step { .. }
        | Error::Aborted
        | Error::Internal(_) => Verdict::Never,
        Error::Connection { sent, .. } | Error::Timeout { sent, .. } => {
            if *sent == Sent::No || class == Class::Read {
                AGAIN
            } else {
                Verdict::Never
            }
        }
        Error::Response { fault, .. } => match (fault, class) {
            (BodyFault::TooLarge, _) | (_, Class::Write | Class::LookedFor) => Verdict::Never,
            (_, Class::Read) => AGAIN,
        },
    }
}

/// Returns the refusal if the server refuses requests of this kind for a while. A 503 is one only if the request may be repeated
/// anyway, because a proxy may have forwarded it.
pub(crate) fn refusal(class: Class, error: &Error) -> Option<Refusal> {
    let Error::Status {
        status, retry_after, ..
    } = *error
    else {
        return None;
    };
    let is_refusal = status == 429 || status == 503 && class == Class::Read && retry_after.is_some();
    is_refusal.then_some(Refusal { status, retry_after })
}

/// The retries that a client may still make, so that an outage is not multiplied by every call. A success returns a
/// part of what a retry costs.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    full: u64,
    price: u64,
    left: AtomicU64,
}

impl RetryBudget {
    /// So many retries; a success returns a tenth of one.
    pub(crate) fn for_retries(retries: u32) -> Self {
        Self::new(u64::from(retries) * 10, 10)
    }

    /// As many replays as there are sockets that may be stale; a success returns one.
    pub(crate) fn for_replays(sockets: usize) -> Self {
        Self::new(sockets as u64, 1)
    }

    fn new(full: u64, price: u64) -> Self {
        Self {
            full,
            price,
            left: AtomicU64::new(full),
        }
    }

    /// Pays for an attempt. Returns whether the budget allows it.
    pub(crate) fn take(&self) -> bool {
        let pay = |left: u64| left.checked_sub(self.price);
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, pay)
            .is_ok()
    }

    /// How many attempts it can still pay for.
    pub(super) fn left(&self) -> u32 {
        u32::try_from(self.left.load(Ordering::Relaxed) / self.price).unwrap_or(u32::MAX)
    }

    /// Returns a part of the price after a success.
    pub(crate) fn give_back(&self) {
        let refill = |left: u64| (left < self.full).then(|| left + 1);
        // Already full: there is nothing to give back.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, refill);
    }
}

/// Reads `Retry-After`, in seconds or as a date. Ignores a value that it cannot read.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A value with more digits than a number holds is a long time, not an unreadable one.
        Some(
            value
                .parse()
                .map_or(FOREVER, |seconds| Duration::from_secs(seconds).min(FOREVER)),
        )
    } else {
        let date = httpdate::parse_http_date(value).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::error::{Call, ConnectionFault, Phase};

    const AGAIN: Verdict = Verdict::Again { after: None };

    fn call() -> Call {
        Call::new(Method::GET, String::new(), None)
    }

    fn status(status: u16, retry_after: Option<u64>) -> Error {
        Error::Status {
            status,
            message: String::new(),
            is_servers: false,
            body: None,
            request_id: None,
            retry_after: retry_after.map(Duration::from_secs),
            call: Box::new(call()),
        }
    }

    fn connection(fault: ConnectionFault, sent: Sent) -> Error {
        Error::Connection {
            fault,
            phase: Phase::Connect,
            sent,
            message: String::new(),
            code: None,
            source: None,
            call: Box::new(call()),
        }
    }

    fn both(error: &Error) -> (Verdict, Verdict) {
        (verdict(Class::Read, error), verdict(Class::Write, error))
    }

    #[test]
    fn every_status_follows_the_table() {
        let after = |seconds| Verdict::Again {
            after: Some(Duration::from_secs(seconds)),
        };
        for code in 300..600 {
            let expected = match code {
                429 => (AGAIN, AGAIN),
                408 | 425 | 500..=599 => (AGAIN, Verdict::Never),
                _ => (Verdict::Never, Verdict::Never),
            };
            assert_eq!(both(&status(code, None)), expected, "{code}");
            let expected = match code {
                429 | 503 => (after(7), after(7)),
                _ => expected,
            };
            assert_eq!(both(&status(code, Some(7))), expected, "{code} with Retry-After");
            // Of a request that is looked for, nothing but a 429 says enough.
            let expected = if code == 429 { after(7) } else { Verdict::Never };
            assert_eq!(verdict(Class::LookedFor, &status(code, Some(7))), expected, "{code}");
        }
    }

    #[test]
    fn an_unsent_request_is_repeated_and_one_that_may_have_arrived_only_if_it_reads() {
        use ConnectionFault::{
            Certificate, ClientCertificate, Cut, Handshake, Incompatible, Malformed, ProxyCredentials, Refused, Tunnel,
            Unreachable, Unresolved,
        };
        for fault in [Unresolved, Refused, Unreachable, Handshake, Tunnel, Cut, Malformed] {
            assert_eq!(both(&connection(fault, Sent::No)), (AGAIN, AGAIN), "{fault:?}");
            let maybe = both(&connection(fault, Sent::Maybe));
            assert_eq!(maybe, (AGAIN, Verdict::Never), "{fault:?}");
        }
        let never = (Verdict::Never, Verdict::Never);
        for fault in [Certificate, ClientCertificate, Incompatible, ProxyCredentials] {
            assert_eq!(both(&connection(fault, Sent::No)), never, "{fault:?}");
        }
        for (sent, expected) in [(Sent::No, (AGAIN, AGAIN)), (Sent::Maybe, (AGAIN, Verdict::Never))] {
            let limit = Duration::from_secs(1);
            let timeout = Error::Timeout {
                limit,
                phase: Phase::Headers,
                sent,
                call: Box::new(call()),
            };
            assert_eq!(both(&timeout), expected);
        }
    }

    #[test]
    fn an_unreadable_body_is_read_again_unless_it_is_too_large() {
        for fault in [
            BodyFault::NotJson,
            BodyFault::NotUtf8,
            BodyFault::Missing,
            BodyFault::TooLarge,
        ] {
            let error = Error::Response {
                status: 200,
                fault,
                detail: String::new(),
                sent: Sent::Maybe,
                call: Box::new(call()),
            };
            let read = if fault == BodyFault::TooLarge {
                Verdict::Never
            } else {
                AGAIN
            };
            assert_eq!(both(&error), (read, Verdict::Never), "{fault:?}");
        }
    }

    #[test]
    fn the_budget_holds_its_retries_and_ten_successes_return_one() {
        let budget = RetryBudget::for_retries(20);
        assert_eq!((0..100).filter(|_| budget.take()).count(), 20);
        for _ in 0..9 {
            budget.give_back();
        }
        assert!(!budget.take());
        budget.give_back();
        assert!(budget.take());
        for _ in 0..10_000 {
            budget.give_back();
        }
        assert_eq!((0..100).filter(|_| budget.take()).count(), 20);
    }

    #[test]
    fn the_budget_counts_the_retries_that_it_can_still_pay_for_as_a_whole() {
        let budget = RetryBudget::for_retries(20);
        assert_eq!(budget.left(), 20);
        budget.take();
        for successes in 0..10 {
            assert_eq!(budget.left(), 19, "after {successes} successes");
            budget.give_back();
        }
        assert_eq!(budget.left(), 20);
    }

    #[test]
    fn the_budget_holds_as_many_replays_as_sockets_and_each_success_returns_one() {
        let budget = RetryBudget::for_replays(3);
        assert_eq!((0..100).filter(|_| budget.take()).count(), 3);
        budget.give_back();
        assert_eq!((0..100).filter(|_| budget.take()).count(), 1);
    }

    #[test]
    fn successes_beyond_a_full_budget_return_nothing() {
        let budget = RetryBudget::for_replays(3);
        for _ in 0..100 {
            budget.give_back();
        }
        assert_eq!((0..100).filter(|_| budget.take()).count(), 3);
    }

    #[test]
    fn a_refusal_is_a_429_or_a_503_with_retry_after_to_a_request_that_may_be_repeated() {
        for code in 400..600 {
            for asked in [None, Some(7)] {
                let error = status(code, asked);
                let is_refusal = |class| refusal(class, &error).is_some();
                let both = (is_refusal(Class::Read), is_refusal(Class::Write));
                let expected = match (code, asked) {
                    (429, _) => (true, true),
                    (503, Some(_)) => (true, false),
                    _ => (false, false),
                };
                assert_eq!(both, expected, "{code}, Retry-After: {asked:?}");
            }
        }
        let refused = refusal(Class::Read, &status(503, Some(7))).unwrap();
        assert_eq!(
            (refused.status, refused.retry_after),
            (503, Some(Duration::from_secs(7)))
        );
        assert!(refusal(Class::Read, &connection(ConnectionFault::Refused, Sent::No)).is_none());
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        for (value, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("60", Some(60)),
            ("3600", Some(3600)),
            ("99999999999999999999999", Some(FOREVER.as_secs())),
            ("Sun, 06 Nov 1994 08:49:57 GMT", Some(20)),
            ("Sun, 06 Nov 1994 09:49:37 GMT", Some(3600)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Sunday, 06-Nov-94 08:49:57 GMT", Some(20)),
            ("Sun Nov  6 08:49:57 1994", Some(20)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(retry_after(value, now).map(|d| d.as_secs()), seconds, "{value:?}");
        }
    }
}
