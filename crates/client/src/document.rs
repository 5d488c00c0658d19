//! The body of an answer: JSON text exactly as the server sent it.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::faults::BodyFault;

/// JSON text as the server sent it, without a byte order mark, checked to be JSON, or nothing where a 2xx came without a body.
///
/// It is kept as text because most of it only passes through: unknown members, number formats and the order of members all
/// survive. Read it with [`Document::parse`].
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Document {
    text: String,
}

impl Document {
    /// Takes the bytes of a body.
    ///
    /// # Errors
    /// What makes the bytes unreadable.
    pub(crate) fn from_body(body: Vec<u8>) -> Result<Self, BodyFault> {
        let text = text_of(body)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        check_text(&text)?;
        Ok(Self::of_json(text))
    }

    /// Takes the bytes of a body that may be text, which becomes a JSON string. A bare word or number is text, too: a key of
    /// nothing but digits must not lose some on its way through a number.
    ///
    /// # Errors
    /// What makes the bytes unreadable.
    pub(crate) fn from_json_or_text(body: Vec<u8>) -> Result<Self, BodyFault> {
        let text = text_of(body)?;
        let is_json =
            text.trim_start().starts_with(['{', '[', '"']) && serde_json::from_str::<IgnoredAny>(&text).is_ok();
        if is_json {
            return Ok(Self::of_json(text));
        }
        match text.trim() {
            "" => Err(BodyFault::Missing),
            text => Ok(Self::of_json(serde_json::Value::from(text).to_string())),
        }
    }

    /// Takes text that is known to be JSON.
    pub(crate) fn of_json(text: String) -> Self {
        Self { text }
    }

    /// The text; empty where the answer had no body.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the answer had no body.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Reads the text into a type of the caller's.
    ///
    /// # Errors
    /// When the text does not have the type's shape.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.text)
    }

    /// A member of the top-level object, where it is a string. Of a member that stands twice, the last one, as
    /// `JSON.parse` has it.
    #[must_use]
    pub fn string_member(&self, name: &str) -> Option<String> {
        string_member(&self.text, name)
    }

    /// Whether the text is a JSON object, as every job is.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.text.trim_start().starts_with('{')
    }

    /// The elements of the top-level array, unread. None where it is no array.
    pub(crate) fn elements(&self) -> Vec<Box<RawValue>> {
        self.parse().unwrap_or_default()
    }
}

impl AsRef<Document> for Document {
    fn as_ref(&self) -> &Document {
        self
    }
}

impl From<Document> for String {
    fn from(document: Document) -> Self {
        document.text
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.text.len())
    }
}

/// U+FEFF in UTF-8, which servers put before JSON although it is none, and readers leave out.
pub(crate) const MARK: &[u8] = "\u{feff}".as_bytes();

/// The bytes of a text without the byte order mark before it.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

fn text_of(mut body: Vec<u8>) -> Result<String, BodyFault> {
    if body.starts_with(MARK) {
        body.drain(..MARK.len());
    }
    String::from_utf8(body).map_err(|_| BodyFault::NotUtf8)
}

/// Checks that bytes are JSON.
///
/// # Errors
/// What makes the bytes unreadable.
pub(crate) fn check(bytes: &[u8]) -> Result<&str, BodyFault> {
    let text = str::from_utf8(bytes).map_err(|_| BodyFault::NotUtf8)?;
    check_text(text)?;
    Ok(text)
}

/// The same of text. Goes through it without recursion, so depth costs no stack.
fn check_text(text: &str) -> Result<(), BodyFault> {
    serde_json::from_str::<IgnoredAny>(text).map_err(|_| BodyFault::NotJson)?;
    Ok(())
}

/// A member of a JSON object, where it is a string. Of a member that stands twice, the last one.
pub(crate) fn string_member(object: &str, name: &str) -> Option<String> {
    let members = Members::read(object)?;
    let (_, value) = members
        .iter()
        .rfind(|(key, _)| self::name(key).as_deref() == Some(name))?;
    serde_json::from_str(value.get()).ok()
}

/// The name of a member. None where it holds half a character, as JSON may.
pub(crate) fn name(key: &RawValue) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

    let Name(name) = serde_json::from_str(key.get()).ok()?;
    Some(name)
}

/// The members of an object, unread. Unlike a derived struct it takes a member that stands twice.
pub(crate) struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'a> Members<'a> {
    /// None where the text is no object.
    pub(crate) fn read(object: &'a str) -> Option<Self> {
        serde_json::from_str(object).ok()
    }

    /// Each by the text of its name.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&'a RawValue, &'a RawValue)> {
        self.0.iter().copied()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Vec<(&'de RawValue, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Object).map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document::from_body(text.into()).unwrap()
    }

    #[test]
    fn the_text_survives_to_the_letter() {
        let text = "{ \"n\": 1.10, \"big\": 12345678901234567890, \"\\u0041\": null }";
        assert_eq!(document(text).as_str(), text);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for body in [
            "<html></html>",
            "{",
            "{} {}",
            "nul",
            "\u{feff}\u{feff}{}",
            "{}\u{feff}",
            " \u{feff}{}",
        ] {
            assert_eq!(Document::from_body(body.into()), Err(BodyFault::NotJson), "{body}");
        }
        assert_eq!(Document::from_body(vec![b'"', 0xff, b'"']), Err(BodyFault::NotUtf8));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(document("\u{feff}{\"a\":1}").as_str(), r#"{"a":1}"#);
        assert_eq!(document("\u{feff} [1]").as_str(), " [1]");
        for (body, json) in [
            ("\u{feff}prefix.body", r#""prefix.body""#),
            ("\u{feff}{\"a\":1}", r#"{"a":1}"#),
        ] {
            assert_eq!(Document::from_json_or_text(body.into()).unwrap().as_str(), json);
        }
        assert_eq!(Document::from_json_or_text(MARK.to_vec()), Err(BodyFault::Missing));
        // UTF-16 has one of its own.
        assert_eq!(
            Document::from_body(vec![0xff, 0xfe, b'{', 0, b'}', 0]),
            Err(BodyFault::NotUtf8)
        );
    }

    #[test]
    fn an_empty_body_is_an_empty_document() {
        assert!(Document::from_body(Vec::new()).unwrap().is_empty());
        assert!(Document::from_body(MARK.to_vec()).unwrap().is_empty());
    }

    #[test]
    fn text_becomes_a_string_where_it_may_be_text() {
        for (body, json) in [
            ("prefix.body", r#""prefix.body""#),
            ("prefix.body\n", r#""prefix.body""#),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("12345678901234567890.10", r#""12345678901234567890.10""#),
            ("null", r#""null""#),
            ("{prefix", r#""{prefix""#),
            (r#""prefix.body""#, r#""prefix.body""#),
            (r#" {"key": 1.10}"#, r#" {"key": 1.10}"#),
        ] {
            assert_eq!(Document::from_json_or_text(body.into()).unwrap().as_str(), json);
        }
        assert_eq!(Document::from_json_or_text(b" \n".to_vec()), Err(BodyFault::Missing));
        assert_eq!(Document::from_json_or_text(vec![0xff]), Err(BodyFault::NotUtf8));
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(document(&deep).as_str().len(), 200_000);
    }

    #[test]
    fn a_member_is_read_wherever_it_stands_and_whatever_stands_beside_it() {
        let status = |text: &str| document(text).string_member("status");
        assert_eq!(status(r#"{"a":{"status":"INNER"},"status":"OPEN"}"#).unwrap(), "OPEN");
        assert_eq!(status(r#"{"status":"OPEN","status":"ERROR"}"#).unwrap(), "ERROR");
        assert_eq!(status(r#"{"st\u0061tus":"OP\u0045N"}"#).unwrap(), "OPEN");
        assert_eq!(
            status(r#"{"model":{"name":"\ud800"},"status":"OPEN"}"#).unwrap(),
            "OPEN"
        );
        for none in ["{}", "[]", "null", r#"{"status":null}"#, r#"{"status":7}"#] {
            assert_eq!(status(none), None, "{none}");
        }
    }
}
