//! Keeps secrets that a server echoes out of errors.

mod spelling;

use std::{borrow::Cow, fmt, ops::Range};

use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use self::spelling::{beginnings, in_base64, is_of_base64, spelled};
use super::proxy::Proxy;
use crate::auth::Auth;

const MASK: &str = "***";

/// Shorter parts of credentials are not masked: blotting every `a` out of a message would hide the message, not the secret.
const SHORTEST_PART: usize = 4;

/// The same for the values of headers, which are mostly no secrets.
const SHORTEST_VALUE: usize = 8;

/// A shorter key may stand in a URL by chance. Those of the API have 41 characters.
const SHORTEST_KEY: usize = 16;

/// Secrets, ready to be looked for. `Debug` shows none of them.
pub(crate) struct Mask {
    secrets: Vec<SecretString>,
    /// What stands for them in base64.
    encoded: Vec<SecretString>,
    beginnings: Vec<u8>,
}

impl Mask {
    /// The secrets that a request carries.
    pub(crate) fn new(auth: &Auth, headers: &HeaderMap, secrets: &[SecretString], proxy: Option<&Proxy>) -> Self {
        let secrets = secrets.iter().map(ExposeSecret::expose_secret);
        let parts = auth
            .secrets()
            .into_iter()
            .chain(secrets)
            .chain(proxy.into_iter().flat_map(Proxy::secrets))
            .filter(|part| part.len() >= SHORTEST_PART);
        let values = headers.values().filter_map(|value| value.to_str().ok());
        Self::of(parts.chain(values.filter(|value| value.len() >= SHORTEST_VALUE)))
    }

    /// The caller's own key or token, where it cannot be a part of other words by chance.
    pub(crate) fn of_key(auth: &Auth) -> Self {
        let long = |secret: &&str| secret.len() >= SHORTEST_KEY;
        Self::of(auth.secrets().into_iter().filter(long))
    }

    fn of<'s>(secrets: impl Iterator<Item = &'s str>) -> Self {
        let secrets: Vec<_> = secrets.map(SecretString::from).collect();
        let encoded: Vec<_> = secrets
            .iter()
            .flat_map(|secret| in_base64(secret.expose_secret()))
            .map(SecretString::from)
            .collect();
        let all = secrets.iter().chain(&encoded);
        let beginnings = beginnings(all.map(ExposeSecret::expose_secret));
        Self {
            secrets,
            encoded,
            beginnings,
        }
    }

    /// Whether a text holds any of the secrets.
    pub(crate) fn finds(&self, text: &str) -> bool {
        matches!(self.apply(text), Cow::Owned(_))
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
        let spelled = |secret: &SecretString, rest| spelled(rest, secret.expose_secret(), is_cut);
        let mut masked = String::new();
        let (mut kept, mut at) = (0, 0);
        while let Some(rest @ [first, ..]) = text.as_bytes().get(at..) {
            if !self.beginnings.contains(first) {
                at += 1;
                continue;
            }
            let plain = self.secrets.iter().find_map(|secret| spelled(secret, rest));
            let found = plain.map(|length| at..at + length).or_else(|| {
                let length = self.encoded.iter().find_map(|word| spelled(word, rest))?;
                Some(word_around(text, kept, at..at + length))
            });
            let Some(found) = found else {
                at += 1;
                continue;
            };
            masked.push_str(text.get(kept..found.start).unwrap_or_default());
            masked.push_str(MASK);
            at = found.end;
            kept = at;
        }
        if kept == 0 {
            return Cow::Borrowed(text);
        }
        masked.push_str(text.get(kept..).unwrap_or_default());
        Cow::Owned(masked)
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask").finish_non_exhaustive()
    }
}

/// The whole of what is in base64 around a part of it, but for what was dealt with before.
fn word_around(text: &str, from: usize, part: Range<usize>) -> Range<usize> {
    let of_base64 = |byte: &&u8| is_of_base64(**byte);
    let before = text.as_bytes().get(from..part.start).unwrap_or_default();
    let behind = text.as_bytes().get(part.end..).unwrap_or_default();
    let before = before.iter().rev().take_while(of_base64).count();
    let behind = behind.iter().take_while(of_base64).count();
    part.start - before..part.end + behind
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
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
    fn a_secret_is_known_in_json_within_json_in_urls_and_in_pages() {
        let auth = Auth::api_key("publicPrefix.secretBody");
        let headers = HeaderMap::new();
        let secrets = ["a\\b\"c/d ü", "x&<y>'z", "100%sure"].map(SecretString::from);
        let mask = Mask::new(&auth, &headers, &secrets, None);
        let nested = |text: &str, times: usize| {
            let quote = |text: String, _| serde_json::to_string(&text).unwrap();
            (0..times).fold(text.to_owned(), quote)
        };
        for times in 1..5 {
            let told = nested(r#"it is "secretBody", or a\b"c/d ü."#, times);
            let masked = mask.apply(&told);
            let read = (0..times).fold(masked.into_owned(), |text, _| serde_json::from_str(&text).unwrap());
            assert_eq!(read, r#"it is "***", or ***."#, "{told}");
        }
        for (text, masked) in [
            (r#""{\"key\":\"\\u0073ecretBod\\u0079\"}""#, r#""{\"key\":\"***\"}""#),
            ("?key=%73ecret%42ody&x", "?key=***&x"),
            ("?key=%2573ecret%252542ody&x", "?key=***&x"),
            ("a%5Cb%22c%2Fd%20%C3%BC", "***"),
            ("a%5cb%22c%2fd+%c3%bc", "***"),
            ("100%25sure 100%2525sure", "*** ***"),
            ("<p>x&amp;&lt;y&gt;&#39;z</p>", "<p>***</p>"),
            ("x&#38;&#x3c;y&gt;&apos;z", "***"),
            (r"C:\secretBody", r"C:\***"),
            (r"\x73ecretBody", "***"),
            ("secretBod%", "secretBod%"),
        ] {
            assert_eq!(mask.apply(text), masked, "{text}");
        }
        assert_eq!(mask.apply_to_cut(r"\\u0073ecretBod\\u0"), "***");
        assert_eq!(mask.apply_to_cut("secretBod%7"), "***");
    }

    #[test]
    fn a_secret_within_base64_takes_the_whole_word_along() {
        let auth = Auth::api_key("publicPrefix.secretBody???>>>");
        let headers = HeaderMap::new();
        let mask = Mask::new(&auth, &headers, &[], None);
        for before in ["", "a", "ab", "Authorization: ApiKey ", "ApiKey publicPrefix."] {
            for behind in ["", "\n", " and more"] {
                let encoded = STANDARD.encode(format!("{before}secretBody???>>>{behind}"));
                for told in [
                    encoded.clone(),
                    encoded.replace('+', "-").replace('/', "_"),
                    encoded.replace('/', "\\/"),
                    encoded.replace('+', "%2B").replace('/', "%2F"),
                ] {
                    let masked = mask.apply(&format!("got {told}, sorry")).into_owned();
                    let left = masked.replace("got ", "").replace(", sorry", "");
                    assert!(masked.contains("***"), "{told}: {masked}");
                    assert!(left.len() < 12, "{told}: {masked}");
                }
            }
        }
        assert!(matches!(
            mask.apply(&STANDARD.encode("nothing in here")),
            Cow::Borrowed(_)
        ));
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
