//! The body of a response: JSON text exactly as the server sent it.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::faults::BodyFault;

/// JSON text as the server sent it, without a byte order mark, checked to be JSON. Empty if a 2xx had no body.
///
/// It stays text, so that unknown members, number formats and the order of members are preserved. Read it with
/// [`Document::parse`].
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Document {
    text: String,
}

impl Document {
    /// Takes the bytes of a body.
    ///
    /// # Errors
    /// The fault in the bytes.
    pub(crate) fn from_body(body: Vec<u8>) -> Result<Self, BodyFault> {
        let text = text_of(body)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        check_text(&text)?;
        Ok(Self::of_json(text))
    }

    /// Takes the bytes of a body that may be plain text, which becomes a JSON string. A bare word or number is plain text, too: a
    /// key of many digits would lose some of them as a number.
    ///
    /// # Errors
    /// The fault in the bytes.
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

    /// Returns the text, which is empty if the response had no body.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the response had no body.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Parses the text into a type of the caller.
    ///
    /// # Errors
    /// If the text does not match the type.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.text)
    }

    /// Returns a member of the top-level object, if it is a string. Of duplicate members, returns the last, as `JSON.parse` does.
    #[must_use]
    pub fn string_member(&self, name: &str) -> Option<String> {
        string_member(&self.text, name)
    }

    /// As [`Document::string_member`], but returns the JSON of another value. `null` is not given.
    pub(crate) fn text_member(&self, name: &str) -> Option<String> {
        text_member(&self.text, name)
    }

    /// Returns a member of the top-level object, unparsed. Of duplicate members, returns the last.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        let value = member(&self.text, name)?;
        Some(Self::of_json(value.get().to_owned()))
    }

    /// Whether the text is a JSON object, as every job is.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.text.trim_start().starts_with('{')
    }

    /// Returns the elements of the top-level array, unparsed; none if the text is not an array.
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

/// U+FEFF in UTF-8. Some servers put it before JSON, although it is not JSON; readers skip it.
pub(crate) const MARK: &[u8] = "\u{feff}".as_bytes();

/// Returns a text without its byte order mark.
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
/// The fault in the bytes.
pub(crate) fn check(bytes: &[u8]) -> Result<&str, BodyFault> {
    let text = str::from_utf8(bytes).map_err(|_| BodyFault::NotUtf8)?;
    check_text(text)?;
    Ok(text)
}

/// Checks that text is JSON. Does not recurse, so depth costs no stack.
fn check_text(text: &str) -> Result<(), BodyFault> {
    serde_json::from_str::<IgnoredAny>(text).map_err(|_| BodyFault::NotJson)?;
    Ok(())
}

/// Returns a member of a JSON object, if it is a string. Of duplicate members, returns the last.
pub(crate) fn string_member(object: &str, name: &str) -> Option<String> {
    serde_json::from_str(member(object, name)?.get()).ok()
}

/// Returns a member of a JSON object as text: a string itself, and the JSON of another value. `null` is not given.
pub(crate) fn text_member(object: &str, name: &str) -> Option<String> {
    let value = member(object, name)?.get();
    match serde_json::from_str(value) {
        Ok(text) => Some(text),
        Err(_) => Some(value.to_owned()).filter(|value| value != "null"),
    }
}

/// Returns a member of a JSON object. Of duplicate members, returns the last.
fn member<'a>(object: &'a str, name: &str) -> Option<&'a RawValue> {
    let members = Members::read(object)?;
    let (_, value) = members
        .iter()
        .rfind(|(key, _)| self::name(key).as_deref() == Some(name))?;
    Some(value)
}

/// Returns the name of a member, or `None` if it holds half a surrogate pair, as JSON may.
pub(crate) fn name(key: &RawValue) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

    let Name(name) = serde_json::from_str(key.get()).ok()?;
    Some(name)
}

/// The members of an object, unparsed. Unlike a derived struct, it accepts duplicate members.
pub(crate) struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Returns `None` if the text is not an object.
    pub(crate) fn read(object: &'a str) -> Option<Self> {
        serde_json::from_str(object).ok()
    }

    /// Iterates over the members, each with the text of its name.
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
    fn a_byte_order_mark_is_not_part_of_the_text() {
        assert_eq!(document("\u{feff}{\"a\":1}").as_str(), r#"{"a":1}"#);
        assert_eq!(document("\u{feff} [1]").as_str(), " [1]");
        for (body, json) in [
            ("\u{feff}prefix.body", r#""prefix.body""#),
            ("\u{feff}{\"a\":1}", r#"{"a":1}"#),
        ] {
            assert_eq!(Document::from_json_or_text(body.into()).unwrap().as_str(), json);
        }
        assert_eq!(Document::from_json_or_text(MARK.to_vec()), Err(BodyFault::Missing));
        // UTF-16 has another byte order mark.
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
    fn a_member_that_is_something_else_becomes_text_as_json() {
        for (value, text) in [
            (r#""why""#, Some("why")),
            (r#"{"code":1.10}"#, Some(r#"{"code":1.10}"#)),
            ("[1, 2]", Some("[1, 2]")),
            ("137", Some("137")),
            ("false", Some("false")),
            (r#""\ud800""#, Some(r#""\ud800""#)),
            ("null", None),
        ] {
            let object = format!(r#"{{"technicalInformation":{value}}}"#);
            assert_eq!(document(&object).text_member("technicalInformation").as_deref(), text);
        }
        assert_eq!(document("{}").text_member("technicalInformation"), None);
    }

    #[test]
    fn a_member_is_read_at_any_position_and_beside_any_other_members() {
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
