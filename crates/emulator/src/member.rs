//! Reads a JSON body member by member, so that each error names the invalid member.

use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::Error;

/// A JSON value that is not parsed yet.
pub(crate) struct Member<'a> {
    /// Its path from the body's root. Empty for the root.
    pub(crate) name: String,
    value: &'a RawValue,
}

/// The members of a JSON object, in the order of the text.
pub(crate) struct Members<'a> {
    prefix: String,
    values: IndexMap<String, &'a RawValue>,
}

impl<'a> Member<'a> {
    fn new(name: String, value: &'a RawValue) -> Self {
        Self { name, value }
    }

    pub(crate) fn members(&self) -> Result<Members<'a>, Error> {
        Ok(Members {
            prefix: if self.name.is_empty() {
                String::new()
            } else {
                format!("{}.", self.name)
            },
            values: self.read("a JSON object")?,
        })
    }

    pub(crate) fn string(&self) -> Result<String, Error> {
        self.read("a string")
    }

    /// Reads `true`, `false`, or one of them as text, as a guide of the API sends it.
    pub(crate) fn boolean(&self) -> Result<bool, Error> {
        match self.value.get() {
            "true" | "\"true\"" => Ok(true),
            "false" | "\"false\"" => Ok(false),
            _ => Err(self.must_be("true or false")),
        }
    }

    /// Reads a positive whole number, or one as text, as the API reference specifies.
    pub(crate) fn milliseconds(&self) -> Result<Duration, Error> {
        match self.value.get().trim_matches('"').parse() {
            Ok(milliseconds) if milliseconds > 0 => Ok(Duration::from_millis(milliseconds)),
            _ => Err(self.must_be("a positive whole number of milliseconds")),
        }
    }

    /// Reads a whole number of the type's range.
    pub(crate) fn number<T: serde::Deserialize<'a>>(&self) -> Result<T, Error> {
        self.read("a whole number in range")
    }

    /// Reads a list. `what` describes its items in an error.
    pub(crate) fn list<T: serde::Deserialize<'a>>(&self, what: &str) -> Result<Vec<T>, Error> {
        self.read(&format!("a list of {what}"))
    }

    /// Reads any JSON.
    pub(crate) fn json(&self) -> Result<Value, Error> {
        self.read("JSON")
    }

    fn read<T: serde::Deserialize<'a>>(&self, what: &str) -> Result<T, Error> {
        serde_json::from_str(self.value.get()).map_err(|_| self.must_be(what))
    }

    pub(crate) fn must_be(&self, what: &str) -> Error {
        let name = if self.name.is_empty() { "the body" } else { &self.name };
        Error::bad_request(format!("{name} must be {what}"))
    }
}

impl<'a> Members<'a> {
    pub(crate) fn of_body(body: &'a [u8]) -> Result<Self, Error> {
        let body = serde_json::from_slice(body)
            .map_err(|error| Error::bad_request(format!("the body is not JSON: {error}")))?;
        Member::new(String::new(), body).members()
    }

    /// Whether there is a member, null or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Returns a member that is neither missing nor null.
    pub(crate) fn optional(&self, name: &str) -> Option<Member<'a>> {
        let value = self.values.get(name).filter(|value| value.get() != "null")?;
        Some(Member::new(format!("{}{name}", self.prefix), value))
    }

    pub(crate) fn required(&self, name: &str) -> Result<Member<'a>, Error> {
        self.optional(name)
            .ok_or_else(|| Error::bad_request(format!("{}{name} is missing", self.prefix)))
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = (&str, Member<'a>)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), Member::new(format!("{}{name}", self.prefix), value)))
    }
}
