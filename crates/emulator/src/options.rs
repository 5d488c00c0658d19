//! What a caller may choose about an emulator, and the making and checking of its keys.

use std::fmt;
use std::io;
use std::time::Duration;

/// How an [`Emulator`](crate::Emulator) behaves.
///
/// Every member has a default, so name the ones that matter: `Options { control: true, ..Options::default() }`.
#[derive(Clone)]
pub struct Options {
    /// The port of `127.0.0.1` to listen on. 0, the default, takes a free one.
    pub port: u16,
    /// The key that may do everything, as `prefix.body`. `None`, the default, makes a random one per start.
    pub api_key: Option<String>,
    /// A key that is known but has no rights: requests with it are answered by 403. `None`, the default, means that
    /// there is no such key.
    pub restricted_key: Option<String>,
    /// How long a job stays `SUBMITTED`, from its receipt on. Default: 500 ms.
    pub submitted: Duration,
    /// How long a job stays `IN_PROGRESS` after that. Its inputs finish one after the other, evenly spread over this
    /// time. Default: 1500 ms.
    pub in_progress: Duration,
    /// For how long after the receipt the job and its results answer 404, since the real service sends the receipt
    /// before it stores the job. Default: 0.
    pub store_delay: Duration,
    /// The largest chunk of an upload, as `GET /jobs/features` tells it: a number, and one of the API's units such as
    /// `Mi`, `Ki`, `M` or `K`; without a unit in bytes. Default: `1Mi`.
    pub chunk_size: String,
    /// How many chunks one input may have, over all its model inputs. Default: 10,000.
    pub max_chunks: usize,
    /// How many inputs one job may have. Default: 10,000.
    pub max_inputs: usize,
    /// Whether the routes under `/control` are served. They need no key. Default: false.
    pub control: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            api_key: None,
            restricted_key: None,
            submitted: Duration::from_millis(500),
            in_progress: Duration::from_millis(1500),
            store_delay: Duration::ZERO,
            chunk_size: "1Mi".to_owned(),
            max_chunks: 10_000,
            max_inputs: 10_000,
            control: false,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |key: &Option<String>| key.as_ref().map(|_| "***");
        f.debug_struct("Options")
            .field("port", &self.port)
            .field("api_key", &hidden(&self.api_key))
            .field("restricted_key", &hidden(&self.restricted_key))
            .field("submitted", &self.submitted)
            .field("in_progress", &self.in_progress)
            .field("store_delay", &self.store_delay)
            .field("chunk_size", &self.chunk_size)
            .field("max_chunks", &self.max_chunks)
            .field("max_inputs", &self.max_inputs)
            .field("control", &self.control)
            .finish()
    }
}

/// The keys of one emulator.
pub(crate) struct Keys {
    pub(crate) api_key: String,
    pub(crate) restricted_key: Option<String>,
}

impl Keys {
    /// Takes the keys of the options, or makes the one that is missing. A key that could never be sent, or whose
    /// prefix (which answers show) cannot be told from its body, is an `InvalidInput`.
    pub(crate) fn new(options: &Options) -> io::Result<Self> {
        let api_key = match &options.api_key {
            Some(key) => checked("api_key", key)?,
            None => random_key(),
        };
        let restricted_key = match &options.restricted_key {
            Some(key) => Some(checked("restricted_key", key)?),
            None => None,
        };
        if restricted_key.as_ref() == Some(&api_key) {
            return Err(invalid("restricted_key must differ from api_key".to_owned()));
        }
        Ok(Self {
            api_key,
            restricted_key,
        })
    }

    /// The public part of the API key: the text before its dot.
    pub(crate) fn prefix(&self) -> &str {
        self.api_key.split_once('.').map_or("", |(prefix, _)| prefix)
    }
}

fn checked(name: &str, key: &str) -> io::Result<String> {
    let sendable = key.bytes().all(|byte| byte.is_ascii_graphic());
    match key.split_once('.') {
        Some((prefix, body)) if sendable && !prefix.is_empty() && !body.is_empty() && !body.contains('.') => {
            Ok(key.to_owned())
        }
        _ => Err(invalid(format!(
            "{name} must be a prefix and a body of visible ASCII characters, joined by one dot"
        ))),
    }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

fn random_key() -> String {
    let part = || -> String { (0..20).map(|_| fastrand::alphanumeric()).collect() };
    format!("{}.{}", part(), part())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(api_key: &str, restricted_key: Option<&str>) -> io::Result<Keys> {
        Keys::new(&Options {
            api_key: Some(api_key.to_owned()),
            restricted_key: restricted_key.map(str::to_owned),
            ..Options::default()
        })
    }

    #[test]
    fn a_random_key_is_20_and_20_alphanumerics_and_new_each_time() {
        let (first, second) = (random_key(), random_key());
        let (prefix, body) = first.split_once('.').unwrap();
        for part in [prefix, body] {
            assert_eq!(part.len(), 20);
            assert!(part.chars().all(|c| c.is_ascii_alphanumeric()));
        }
        assert_ne!(first, second);
    }

    #[test]
    fn a_key_needs_a_prefix_a_body_and_one_dot() {
        for bad in ["", ".", "a", "a.", ".b", "a.b.c", "a. b", "ä.b", "a\n.b"] {
            let error = keys(bad, None).err().unwrap();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{bad:?}");
            assert!(error.to_string().starts_with("api_key must be a prefix and a body"));
        }
        assert_eq!(keys("a.b", None).unwrap().prefix(), "a");
    }

    #[test]
    fn the_two_keys_must_differ() {
        let error = keys("a.b", Some("a.b")).err().unwrap();
        assert_eq!(error.to_string(), "restricted_key must differ from api_key");
    }

    #[test]
    fn debug_output_hides_the_keys() {
        let options = Options {
            api_key: Some("prefix.secret".to_owned()),
            ..Options::default()
        };
        let text = format!("{options:?}");
        assert!(!text.contains("secret") && !text.contains("prefix"), "{text}");
    }
}
