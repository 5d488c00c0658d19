//! The timestamps of the API, in all their formats.

use std::time::SystemTime;

use jiff::{Timestamp, civil::DateTime, tz::Offset};

/// Reads a timestamp, in ms since 1970: `2021-07-20T01:40:11.187+0000`, with `+00:00` or `Z`, or in UTC without an offset.
pub(crate) fn millis(text: &str) -> Option<i64> {
    let text = text.trim();
    let at = text.parse::<Timestamp>().ok().or_else(|| {
        let civil = text.parse::<DateTime>().ok()?;
        Offset::UTC.to_timestamp(civil).ok()
    })?;
    Some(at.as_millisecond())
}

/// Returns the time of this machine's clock, in ms since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Formats a timestamp as the queries of the API take it.
pub(crate) fn text(millis: i64) -> String {
    let at = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_of_the_api_is_read() {
        for (text, expected) in [
            ("2021-07-20T01:40:11.187+0000", 1_626_745_211_187),
            ("2021-07-20T01:40:11.187+00:00", 1_626_745_211_187),
            ("2021-07-20T01:40:11.187Z", 1_626_745_211_187),
            ("2021-07-20T01:40:11.187", 1_626_745_211_187),
            ("2021-07-20T03:40:11.187+0200", 1_626_745_211_187),
            ("2021-07-20T01:40:11.1+0000", 1_626_745_211_100),
            ("2021-07-20T01:40:11+00:00", 1_626_745_211_000),
        ] {
            assert_eq!(millis(text), Some(expected), "{text}");
        }
        for text in ["", "soon", "1626745211187", "2021-07-20T25:00:00Z"] {
            assert_eq!(millis(text), None, "{text}");
        }
    }

    #[test]
    fn a_timestamp_is_written_with_milliseconds_in_utc() {
        assert_eq!(text(1_626_745_211_187), "2021-07-20T01:40:11.187Z");
        assert_eq!(text(0), "1970-01-01T00:00:00.000Z");
    }
}
