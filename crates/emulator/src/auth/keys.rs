//! The keys of an emulator: taken from the options and checked, or generated.

use std::io;
use std::sync::Arc;

use crate::options::Options;

/// The keys of one emulator.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) api_key: Arc<str>,
    pub(crate) restricted_key: Option<Arc<str>>,
}

impl Keys {
    /// Takes the keys from the options, and generates the API key if it is missing. Fails with `InvalidInput` for a key
    /// that a header cannot carry, or whose prefix (which responses show) cannot be separated from its body.
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
            api_key: api_key.into(),
            restricted_key: restricted_key.map(Into::into),
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
}
