//! The two timestamp formats of the API, which occur side by side in one response.

use std::time::Duration;

use jiff::Timestamp;

/// Returns the point in time `offset` after `start`.
pub(crate) fn after(start: Timestamp, offset: Duration) -> Timestamp {
    start.checked_add(offset).unwrap_or(Timestamp::MAX)
}

/// Formats as `2021-07-20T01:40:11.187+0000`: three digits of milliseconds, and an offset that is not RFC 3339.
pub(crate) fn basic_offset(at: Timestamp) -> String {
    format!("{}.{:03}+0000", seconds(at), at.subsec_millisecond())
}

/// Formats as `2021-07-20T01:40:09.56+00:00`: one to three digits of milliseconds.
pub(crate) fn extended_offset(at: Timestamp) -> String {
    let milliseconds = format!("{:03}", at.subsec_millisecond());
    let fraction = match milliseconds.trim_end_matches('0') {
        "" => "0",
        digits => digits,
    };
    format!("{}.{fraction}+00:00", seconds(at))
}

fn seconds(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%Y-%m-%dT%H:%M:%S")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_match_those_of_the_api() {
        let at = |milliseconds| Timestamp::from_millisecond(milliseconds).unwrap();
        assert_eq!(basic_offset(at(1_626_745_211_187)), "2021-07-20T01:40:11.187+0000");
        assert_eq!(basic_offset(at(1_626_745_209_005)), "2021-07-20T01:40:09.005+0000");
        assert_eq!(extended_offset(at(1_626_745_209_560)), "2021-07-20T01:40:09.56+00:00");
        assert_eq!(extended_offset(at(1_626_745_209_005)), "2021-07-20T01:40:09.005+00:00");
        assert_eq!(extended_offset(at(1_626_745_209_000)), "2021-07-20T01:40:09.0+00:00");
    }

    #[test]
    fn a_moment_out_of_range_is_the_last_one() {
        assert_eq!(after(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
        assert_eq!(
            basic_offset(after(Timestamp::UNIX_EPOCH, Duration::from_millis(1500))),
            "1970-01-01T00:00:01.500+0000"
        );
    }
}
