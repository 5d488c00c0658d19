//! The keys of an emulator: taken from the options and checked, or generated.

use std::io;
use std::sync::Arc;

use super::role::Role;
use crate::account::Person;
use crate::options::Options;

/// The keys of one emulator.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) api_key: Arc<str>,
    pub(crate) restricted_key: Option<Arc<str>>,
    /// All keys but the restricted one, the API key first.
    known: Arc<[Key]>,
}

struct Key {
    text: Arc<str>,
    caller: Caller,
}

/// The sender of a request: the public part of its key, and the user whom the key belongs to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Caller {
    /// The text of the key before its dot.
    pub(crate) prefix: Arc<str>,
    pub(crate) role: Role,
}

impl Caller {
    pub(crate) fn person(&self) -> &'static Person {
        Person::with(self.role)
    }
}

impl Keys {
    /// Takes the keys from the options, and generates the API key if it is missing. Fails with `InvalidInput` for a key
    /// that a header cannot carry, or whose prefix (which responses show) cannot be separated from its body, and for two
    /// keys with the same prefix.
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
        let mut known = vec![Key::new(Role::SystemOwner, api_key.clone())];
        for (role, key) in &options.keys {
            let key = Key::new(*role, checked("keys", key)?);
            if known.iter().any(|other| other.caller.prefix == key.caller.prefix)
                || restricted_key.as_deref() == Some(&key.text)
            {
                return Err(invalid(format!("keys: the prefix of the key for {role} occurs twice")));
            }
            known.push(key);
        }
        Ok(Self {
            api_key: api_key.into(),
            restricted_key: restricted_key.map(Into::into),
            known: known.into(),
        })
    }

    /// Returns the sender of requests with this key.
    pub(super) fn caller(&self, key: &str) -> Option<&Caller> {
        let known = self.known.iter().find(|known| &*known.text == key);
        known.map(|key| &key.caller)
    }

    /// Returns the keys whose text or prefix is public.
    pub(crate) fn callers(&self) -> impl Iterator<Item = &Caller> {
        self.known.iter().map(|key| &key.caller)
    }

    /// Returns the holder of the API key.
    pub(crate) fn owner(&self) -> Option<&Caller> {
        self.callers().next()
    }

    /// Returns the whole texts of all keys.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let known = self.known.iter().map(|key| &*key.text);
        known.chain(self.restricted_key.as_deref())
    }

    /// Returns the whole key with this prefix.
    pub(crate) fn whole(&self, prefix: &str) -> Option<&Arc<str>> {
        let known = self.known.iter().find(|key| &*key.caller.prefix == prefix);
        known.map(|key| &key.text)
    }
}

impl Key {
    fn new(role: Role, text: String) -> Self {
        let prefix = text.split_once('.').map_or("", |(prefix, _)| prefix).into();
        Self {
            text: text.into(),
            caller: Caller { prefix, role },
        }
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
        assert_eq!(&*keys("a.b", None).unwrap().caller("a.b").unwrap().prefix, "a");
    }

    #[test]
    fn the_keys_must_differ() {
        let error = keys("a.b", Some("a.b")).err().unwrap();
        assert_eq!(error.to_string(), "restricted_key must differ from api_key");
        let error = Keys::new(&Options {
            api_key: Some("a.b".to_owned()),
            keys: vec![(Role::Developer, "a.c".to_owned())],
            ..Options::default()
        });
        assert_eq!(
            error.err().unwrap().to_string(),
            "keys: the prefix of the key for DEVELOPER occurs twice"
        );
    }
}
