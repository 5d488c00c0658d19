//! When a kept socket ends, as its server announces: the header `Keep-Alive: timeout=N, max=M`. What follows is left to `pool`.

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use http::{
    HeaderMap, HeaderName,
    header::{CONNECTION, HeaderValue},
};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// The server counts from the moment it has sent the response, and we from the one we have read it.
const MARGIN: Duration = Duration::from_secs(1);

/// Sockets whose requests are counted. Servers that announce `max` for more of them are believed less.
const COUNTED: usize = 4096;

/// What a response announces of its socket.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Announced {
    /// For how long the socket may go without a request, less the margin.
    pub(super) idle: Option<Duration>,
    /// A number of requests: those that may follow or, of some servers, all of the socket.
    max: Option<u64>,
}

impl Announced {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let mut announced = Self::default();
        for (name, number) in parameters(headers, &KEEP_ALIVE) {
            // Of several the least.
            if name.eq_ignore_ascii_case("timeout") {
                let idle = Duration::from_secs(number).saturating_sub(MARGIN);
                announced.idle = Some(announced.idle.map_or(idle, |known| known.min(idle)));
            } else if name.eq_ignore_ascii_case("max") {
                announced.max = Some(announced.max.map_or(number, |known| known.min(number)));
            }
        }
        announced
    }
}

/// The parameters that are numbers; what cannot be read announces nothing.
fn parameters<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = (&'h str, u64)> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split([',', ';']))
        .filter_map(|parameter| {
            let (name, number) = parameter.split_once('=')?;
            let number = number.trim().trim_matches('"');
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            // More digits than a number holds are a long time.
            is_number.then(|| (name.trim(), number.parse().unwrap_or(u64::MAX)))
        })
}

/// How many requests each socket has carried, where its server counts them.
#[derive(Debug, Default)]
pub(super) struct Counts(HashMap<SocketAddr, Count>);

#[derive(Debug)]
struct Count {
    /// What its first response announced.
    first: u64,
    carried: u64,
}

impl Counts {
    /// Notes a response. Answers whether its socket, which is known by its local address, has carried all that it may, though the
    /// response does not say that it is the last.
    pub(super) fn is_used_up(&mut self, socket: SocketAddr, announced: Announced, headers: &HeaderMap) -> bool {
        let closes = headers.get_all(CONNECTION).iter().any(is_close);
        let Some(max) = announced.max.filter(|_| !closes) else {
            self.0.remove(&socket);
            return false;
        };
        if self.0.len() >= COUNTED {
            self.0.clear();
        }
        let count = self.0.entry(socket).or_insert(Count { first: max, carried: 0 });
        count.carried += 1;
        // Apache counts down, and Node.js repeats the same number.
        let left = if max < count.first {
            max
        } else {
            count.first.saturating_sub(count.carried)
        };
        left == 0
    }
}

fn is_close(value: &HeaderValue) -> bool {
    let options = value.to_str().unwrap_or_default().split(',');
    options
        .into_iter()
        .any(|option| option.trim().eq_ignore_ascii_case("close"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_hint_is_read_in_every_spelling() {
        for (value, idle, max) in [
            ("timeout=5, max=100", Some(4), Some(100)),
            ("timeout=5,max=100", Some(4), Some(100)),
            ("MAX=7; Timeout = \"3\"", Some(2), Some(7)),
            ("timeout=1", Some(0), None),
            ("timeout=0", Some(0), None),
            ("timeout=65, timeout=3", Some(2), None),
            ("timeout=99999999999999999999999", Some(u64::MAX - 1), None),
            ("max=5", None, Some(5)),
            ("timeout=-1, max=, x=3, timeout", None, None),
            ("timeout=1.5", None, None),
            ("", None, None),
        ] {
            let announced = Announced::read(&headers(&[("keep-alive", value)]));
            assert_eq!(announced.idle, idle.map(Duration::from_secs), "{value}");
            assert_eq!(announced.max, max, "{value}");
        }
        let two = headers(&[("keep-alive", "timeout=9"), ("keep-alive", "timeout=3, max=2")]);
        let idle = Some(Duration::from_secs(2));
        assert_eq!(Announced::read(&two), Announced { idle, max: Some(2) });
        assert_eq!(Announced::read(&HeaderMap::new()), Announced::default());
    }

    /// After which of the responses of one socket it is used up.
    fn used_up(maxima: &[u64]) -> Option<usize> {
        let mut counts = Counts::default();
        let socket = SocketAddr::from(([127, 0, 0, 1], 1));
        maxima.iter().position(|&max| {
            let announced = Announced {
                idle: None,
                max: Some(max),
            };
            counts.is_used_up(socket, announced, &HeaderMap::new())
        })
    }

    #[test]
    fn a_maximum_is_counted_whether_the_server_counts_down_or_repeats_it() {
        assert_eq!(used_up(&[3, 3, 3, 3]), Some(2));
        assert_eq!(used_up(&[3, 2, 1, 0]), Some(3));
        assert_eq!(used_up(&[1]), Some(0));
        assert_eq!(used_up(&[0]), Some(0));
        assert_eq!(used_up(&[100, 99, 98]), None);
    }

    #[test]
    fn a_response_that_is_the_last_needs_no_count() {
        let mut counts = Counts::default();
        let socket = SocketAddr::from(([127, 0, 0, 1], 1));
        let announced = Announced {
            idle: None,
            max: Some(1),
        };
        let last = headers(&[("connection", "Keep-Alive, Close")]);
        assert!(!counts.is_used_up(socket, announced, &last));
    }
}
