//! Keeps secrets that a server echoes out of errors.

use std::borrow::Cow;

use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use crate::{auth::Auth, transport::Proxy};

const MASK: &str = "***";

/// Shorter parts of credentials are not masked: blotting every `a` out of a message would hide the message, not the secret.
const SHORTEST_PART: usize = 4;

/// The same for the values of headers, which are mostly no secrets.
const SHORTEST_VALUE: usize = 8;

/// The secrets that a request carries.
#[derive(Debug)]
pub(crate) struct Mask<'a>(Vec<&'a str>);

impl<'a> Mask<'a> {
    pub(crate) fn new(
        auth: &'a Auth,
        headers: &'a HeaderMap,
        secrets: &'a [SecretString],
        proxy: Option<&'a Proxy>,
    ) -> Self {
        let secrets = secrets.iter().map(ExposeSecret::expose_secret);
        let parts = auth
            .secrets()
            .into_iter()
            .chain(secrets)
            .chain(proxy.into_iter().flat_map(Proxy::secrets))
            .filter(|part| part.len() >= SHORTEST_PART);
        let values = headers.values().filter_map(|value| value.to_str().ok());
        Self(
            parts
                .chain(values.filter(|value| value.len() >= SHORTEST_VALUE))
                .collect(),
        )
    }

    /// The text without the secrets.
    pub(crate) fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.masked(text, false)
    }

    /// The same for a text whose end is missing, and may be the middle of a secret.
    pub(crate) fn apply_to_cut<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.masked(text, true)
    }

    fn masked<'t>(&self, text: &'t str, is_cut: bool) -> Cow<'t, str> {
        let mut masked = String::new();
        let (mut kept, mut at) = (0, 0);
        while let Some(rest) = text.as_bytes().get(at..).filter(|rest| !rest.is_empty()) {
            let Some(length) = self.0.iter().find_map(|secret| spelled(rest, secret, is_cut)) else {
                at += 1;
                continue;
            };
            masked.push_str(text.get(kept..at).unwrap_or_default());
            masked.push_str(MASK);
            at += length;
            kept = at;
        }
        if kept == 0 {
            return Cow::Borrowed(text);
        }
        masked.push_str(text.get(kept..).unwrap_or_default());
        Cow::Owned(masked)
    }
}

/// How many bytes a secret takes that begins here, each of its characters as itself or as JSON may escape it; of a text
/// whose end is missing also what begins a secret.
fn spelled(text: &[u8], secret: &str, is_cut: bool) -> Option<usize> {
    let mut at = 0;
    for (nth, character) in secret.chars().enumerate() {
        let rest = text.get(at..).unwrap_or_default();
        if let Some(length) = spelling(rest, character) {
            at += length;
        } else if is_cut && nth >= SHORTEST_PART && is_cut_short(rest) {
            return Some(text.len());
        } else {
            return None;
        }
    }
    Some(at)
}

/// How many bytes a character takes here, as itself or escaped.
fn spelling(text: &[u8], character: char) -> Option<usize> {
    let short = match character {
        '"' | '\\' | '/' => Some(character),
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        _ => None,
    };
    if let (Some(short), [b'\\', second, ..]) = (short, text)
        && char::from(*second) == short
    {
        return Some(2);
    }
    let mut plain = [0; 4];
    let plain = character.encode_utf8(&mut plain).as_bytes();
    escaped(text, character).or_else(|| text.starts_with(plain).then_some(plain.len()))
}

/// How many bytes a character takes here that is escaped by its code.
fn escaped(text: &[u8], character: char) -> Option<usize> {
    let mut length = 0;
    for unit in character.encode_utf16(&mut [0; 2]) {
        let digits = text.get(length..length + 6)?.strip_prefix(b"\\u")?;
        let code = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        if code != *unit {
            return None;
        }
        length += 6;
    }
    Some(length)
}

/// Whether a text ends before a character, or within the escape of one.
fn is_cut_short(text: &[u8]) -> bool {
    matches!(text, [] | [b'\\'] | [b'\\', b'u', ..]) && text.len() < 6
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn an_echoed_key_is_masked_whole_and_by_its_secret_part_but_the_prefix_stays() {
        let auth = Auth::api_key("publicPrefix.secretBody");
        let headers = HeaderMap::new();
        let mask = Mask::new(&auth, &headers, &[], None);
        let echoed = "key publicPrefix.secretBody of publicPrefix: secretBody";
        assert_eq!(mask.apply(echoed), "key *** of publicPrefix: ***");
        assert!(matches!(mask.apply("nothing here"), Cow::Borrowed(_)));
        assert_eq!(mask.apply(r"\u0073ecretBod\u0079 \u0073ecret"), r"*** \u0073ecret");
        assert_eq!(mask.apply("cut: secretB"), "cut: secretB");
        assert_eq!(mask.apply_to_cut("cut: secretB"), "cut: ***");
    }

    #[test]
    fn a_secret_of_any_characters_is_known_in_every_spelling_of_json() {
        let auth = Auth::api_key("publicPrefix.secretBody");
        let headers = HeaderMap::new();
        let secrets = ["pässwört", "pass\tword\n1", "a\\b\"c/d", "key\u{1f511}s"].map(SecretString::from);
        let mask = Mask::new(&auth, &headers, &secrets, None);
        for (text, masked) in [
            (r#""p\u00e4ssw\u00F6rt""#, r#""***""#),
            ("pässwört!", "***!"),
            (r"pass\tword\n1", "***"),
            (r"pass\u0009word\u000a1", "***"),
            (r#"a\\b\"c\/d"#, "***"),
            (r#"a\b"c/d"#, "***"),
            (r"key\ud83d\udd11s", "***"),
        ] {
            assert_eq!(mask.apply(text), masked, "{text}");
        }
    }

    #[test]
    fn the_values_of_a_users_own_headers_are_masked_unless_they_are_short() {
        let auth = Auth::api_key("publicPrefix.secretBody");
        let mut headers = HeaderMap::new();
        headers.insert("x-gateway-token", HeaderValue::from_static("s3cr3t-token"));
        headers.insert("x-stage", HeaderValue::from_static("test"));
        let mask = Mask::new(&auth, &headers, &[], None);
        assert_eq!(mask.apply("token s3cr3t-token on test"), "token *** on test");
    }
}
