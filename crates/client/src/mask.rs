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
    let escaped = |digits: &[u8]| {
        let digits = std::str::from_utf8(digits).ok()?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut at = 0;
    for (nth, byte) in secret.bytes().enumerate() {
        let rest = text.get(at..).unwrap_or_default();
        at += match rest {
            [b'\\', b'u', digits @ ..] if digits.get(..4).and_then(escaped) == Some(byte.into()) => 6,
            [b'\\', second, ..] if *second == byte && matches!(byte, b'"' | b'\\' | b'/') => 2,
            [first, ..] if *first == byte => 1,
            [] | [b'\\'] | [b'\\', b'u', ..] if is_cut && nth >= SHORTEST_PART && rest.len() < 6 => {
                return Some(text.len());
            }
            _ => return None,
        };
    }
    Some(at)
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
    fn the_values_of_a_users_own_headers_are_masked_unless_they_are_short() {
        let auth = Auth::api_key("publicPrefix.secretBody");
        let mut headers = HeaderMap::new();
        headers.insert("x-gateway-token", HeaderValue::from_static("s3cr3t-token"));
        headers.insert("x-stage", HeaderValue::from_static("test"));
        let mask = Mask::new(&auth, &headers, &[], None);
        assert_eq!(mask.apply("token s3cr3t-token on test"), "token *** on test");
    }
}
