//! How long a pooled socket may be reused, as its server announces with `Keep-Alive: timeout=N, max=M`. `pool` applies
//! it.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use http::{
    HeaderMap, HeaderName,
    header::{CONNECTION, HeaderValue},
};

use crate::sync::{Mutex, PoisonError, task::Id};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// The server counts from sending the response, the client from reading it.
const MARGIN: Duration = Duration::from_secs(1);

/// Above this number of sockets, those without a response for this long are forgotten: they have closed by then.
const COUNTED: usize = 4096;
const MEMORY: Duration = Duration::from_mins(1);

/// What a response announces about its socket.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Announced {
    /// How long the socket may be idle, less the margin.
    pub(super) idle: Option<Duration>,
    /// A number of requests: those that may follow or, with some servers, the total for the socket.
    max: Option<u64>,
}

impl Announced {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let mut announced = Self::default();
        for (name, number) in parameters(headers, &KEEP_ALIVE) {
            // The smallest of several values counts.
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

/// The numeric parameters of a header. Others are ignored.
fn parameters<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = (&'h str, u64)> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split([',', ';']))
        .filter_map(|parameter| {
            let (name, number) = parameter.split_once('=')?;
            let number = number.trim().trim_matches('"');
            // A fraction is rounded down.
            let (number, fraction) = number.split_once('.').unwrap_or((number, "0"));
            let is_number = [number, fraction]
                .iter()
                .all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
            // A value with more digits than a number holds is a long time.
            is_number.then(|| (name.trim(), number.parse().unwrap_or(u64::MAX)))
        })
}

/// How many requests each socket may still carry, if its server announces that. The key is the task that drives the
/// connection.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    counts: HashMap<Id, Count>,
    /// How many counts remained when some were last forgotten.
    kept: usize,
}

#[derive(Debug)]
struct Count {
    /// What the first response announced.
    first: u64,
    carried: u64,
    left: u64,
    last: Instant,
}

impl Count {
    fn new(first: u64) -> Self {
        Self {
            first,
            carried: 0,
            left: first,
            last: Instant::now(),
        }
    }

    /// Notes another response, and the number in it.
    fn note(&mut self, max: Option<u64>) {
        self.carried += 1;
        self.last = Instant::now();
        // Apache counts down; Node.js repeats the same number; some servers say it only once.
        self.left = match max {
            Some(max) if max < self.first => max,
            Some(_) => self.first.saturating_sub(self.carried),
            None => self.left.saturating_sub(1),
        };
    }
}

impl Counts {
    /// Whether the socket has carried as many requests as it may.
    pub(super) fn is_used_up(&self, connection: Id) -> bool {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.counts.get(&connection).is_some_and(|count| count.left == 0)
    }

    /// Notes a response on the socket.
    pub(super) fn note(&self, connection: Id, announced: Announced, headers: &HeaderMap) {
        let closes = headers.get_all(CONNECTION).iter().any(is_close);
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match announced.max {
            _ if closes => drop(counted.counts.remove(&connection)),
            Some(max) => counted.count(connection, max).note(Some(max)),
            None => {
                if let Some(count) = counted.counts.get_mut(&connection) {
                    count.note(None);
                }
            }
        }
    }

    /// Notes that the socket must carry no more requests.
    pub(super) fn retire(&self, connection: Id) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.count(connection, 0).note(Some(0));
    }
}

impl Counted {
    /// The count of a socket, which begins with this number.
    fn count(&mut self, connection: Id, first: u64) -> &mut Count {
        if self.counts.len() >= COUNTED.max(2 * self.kept) {
            self.counts.retain(|_, count| count.last.elapsed() < MEMORY);
            self.kept = self.counts.len();
        }
        self.counts.entry(connection).or_insert_with(|| Count::new(first))
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
            ("timeout=2.5, max=3.9", Some(1), Some(3)),
            ("timeout=1.5", Some(0), None),
            ("timeout=1., max=.5", None, None),
            ("timeout=1.2.3", None, None),
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

    /// The index of the response after which a socket is used up.
    fn used_up(maxima: &[Option<u64>]) -> Option<usize> {
        let mut count = Count::new(maxima[0].unwrap());
        maxima.iter().position(|&max| {
            count.note(max);
            count.left == 0
        })
    }

    #[test]
    fn a_maximum_is_counted_whether_the_server_counts_down_or_repeats_it() {
        assert_eq!(used_up(&[3, 3, 3, 3].map(Some)), Some(2));
        assert_eq!(used_up(&[3, 2, 1, 0].map(Some)), Some(3));
        assert_eq!(used_up(&[1].map(Some)), Some(0));
        assert_eq!(used_up(&[0].map(Some)), Some(0));
        assert_eq!(used_up(&[100, 99, 98].map(Some)), None);
    }

    #[test]
    fn a_known_count_goes_down_on_every_response() {
        assert_eq!(used_up(&[Some(3), None, None, None]), Some(2));
        assert_eq!(used_up(&[Some(3), Some(2), None, None]), Some(3));
        assert_eq!(used_up(&[Some(3), None, Some(3)]), Some(2));
        assert_eq!(used_up(&[Some(9), None, None]), None);
    }

    #[tokio::test]
    async fn each_socket_has_its_own_count_and_a_closing_one_has_none() {
        let counts = Counts::default();
        let [first, second, third] = std::array::from_fn(|_| tokio::spawn(async {}).id());
        let announced = Announced {
            idle: None,
            max: Some(1),
        };
        counts.note(first, announced, &HeaderMap::new());
        counts.note(second, announced, &headers(&[("connection", "Keep-Alive, Close")]));
        assert!(counts.is_used_up(first) && !counts.is_used_up(second) && !counts.is_used_up(third));
        counts.retire(third);
        assert!(counts.is_used_up(third));
    }
}
