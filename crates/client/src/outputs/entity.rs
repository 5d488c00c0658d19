//! A version of an output, as the headers of a response name it. Decides whether another response has the same version.

use std::time::Duration;

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, DATE, ETAG, LAST_MODIFIED},
};

use crate::transport::Streamed;

/// A version of an output.
#[derive(Debug)]
pub(super) struct Entity {
    /// The name of the version.
    validator: Option<Validator>,
    pub(super) length: Option<u64>,
    pub(super) content_type: Option<String>,
}

/// A header that identifies a version to the byte: a strong `ETag`, or a `Last-Modified` at least a second before `Date`, which
/// no later change can share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Validator(HeaderName, pub(super) HeaderValue);

impl Entity {
    /// Whether a response can be a whole output that replaces this version. A partial response cannot, nor can this version with
    /// another length: some servers send a range without marking it as partial.
    pub(super) fn can_be_replaced_by(&self, answer: &Streamed) -> bool {
        let headers = answer.headers();
        let is_same = self
            .rest()
            .is_some_and(|Validator(name, value)| headers.get(name) == Some(value));
        let is_other_length = is_same && length_of(headers) != self.length;
        !is_part(answer) && !is_other_length
    }

    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        Self {
            validator: Validator::of(headers),
            // A body that the transport has unpacked has no length, so that no range of it is requested.
            length: length_of(headers),
            content_type: text(CONTENT_TYPE).map(str::to_owned),
        }
    }

    /// Returns the validator of a range request for the rest, if one can be made.
    pub(super) fn rest(&self) -> Option<&Validator> {
        self.validator.as_ref().filter(|_| self.length.is_some())
    }

    /// Returns the offset in this version at which a response begins. `None`: it has another version, or another range than
    /// requested.
    pub(super) fn judge(&self, answer: &Streamed, asked: Option<u64>) -> Option<u64> {
        let headers = answer.headers();
        let Validator(name, value) = self.rest()?;
        if headers.get(name) != Some(value) {
            return None;
        }
        if !is_part(answer) {
            return (length_of(headers) == self.length).then_some(0);
        }
        if answer.status() != StatusCode::PARTIAL_CONTENT {
            return None;
        }
        let (first, whole) = content_range(headers)?;
        (Some(first) == asked && Some(whole) == self.length).then_some(first)
    }
}

/// Whether a response holds only a part of an output, by its status or its `Content-Range`.
pub(super) fn is_part(answer: &Streamed) -> bool {
    answer.status() == StatusCode::PARTIAL_CONTENT || answer.headers().contains_key(CONTENT_RANGE)
}

fn length_of(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl Validator {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let mut tags = headers.get_all(ETAG).iter();
        if let Some(tag) = tags.next() {
            // Of several tags, no one knows which the server means.
            let is_strong = tag.as_bytes().starts_with(b"\"") && tags.next().is_none();
            return is_strong.then(|| Self(ETAG, tag.clone()));
        }
        let modified = headers.get(LAST_MODIFIED)?;
        let date = |value: &HeaderValue| httpdate::parse_http_date(value.to_str().ok()?).ok();
        let age = date(headers.get(DATE)?)?.duration_since(date(modified)?).ok()?;
        (age >= Duration::from_secs(1)).then(|| Self(LAST_MODIFIED, modified.clone()))
    }
}

/// Returns the offset of a range, and the length of the whole: `bytes 5-9/10`.
fn content_range(headers: &HeaderMap) -> Option<(u64, u64)> {
    let range = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, whole) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, _) = range.split_once('-')?;
    Some((first.trim().parse().ok()?, whole.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(HeaderName, &'static str)]) -> HeaderMap {
        fields
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_what_names_a_version_to_the_byte_is_a_validator() {
        const EARLIER: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
        const LATER: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
        let named = |fields: &[_]| Validator::of(&headers(fields)).map(|validator| validator.0);
        assert_eq!(named(&[(ETAG, "\"a\"")]), Some(ETAG));
        assert_eq!(named(&[(LAST_MODIFIED, EARLIER), (DATE, LATER)]), Some(LAST_MODIFIED));
        assert_eq!(named(&[]), None);
        let two = [
            (ETAG, "\"a\""),
            (ETAG, "\"b\""),
            (LAST_MODIFIED, EARLIER),
            (DATE, LATER),
        ];
        assert_eq!(named(&two), None);
        // A weak tag is not a validator, and takes precedence over a date.
        let weak = [(ETAG, "W/\"a\""), (LAST_MODIFIED, EARLIER), (DATE, LATER)];
        assert_eq!(named(&weak), None);
        assert_eq!(named(&[(LAST_MODIFIED, LATER), (DATE, LATER)]), None);
        assert_eq!(named(&[(LAST_MODIFIED, LATER), (DATE, EARLIER)]), None);
        assert_eq!(named(&[(LAST_MODIFIED, EARLIER)]), None);
        assert_eq!(named(&[(LAST_MODIFIED, "yesterday"), (DATE, LATER)]), None);
    }

    #[test]
    fn a_content_range_is_read_whole_or_not_at_all() {
        let read = |value| content_range(&headers(&[(CONTENT_RANGE, value)]));
        assert_eq!(read("bytes 5-9/10"), Some((5, 10)));
        for value in [
            "",
            "bytes */10",
            "bytes 5-9/*",
            "bytes 5",
            "items 5-9/10",
            "bytes x-9/10",
        ] {
            assert_eq!(read(value), None, "{value}");
        }
    }
}
