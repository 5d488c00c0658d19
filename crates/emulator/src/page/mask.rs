//! Masks the secrets in what the page shows of requests: the keys of the emulator, and values whose names say that they are secret.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::auth::Keys;

/// Replaces a secret.
const MASKED: &str = "***";

/// Words within the names of secrets, in lower case without separators.
const PARTS: [&str; 9] = [
    "connectionstring",
    "encryptionkey",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "sharedkey",
    "secret",
];

/// Endings of the names of secrets.
const ENDS: [&str; 13] = [
    "accesskey",
    "accountkey",
    "apikey",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "jwt",
    "pwd",
    "sas",
    "sessionid",
    "signature",
    "token",
];

/// Whole names of secrets.
const NAMES: [&str; 4] = ["auth", "pass", "pin", "sig"];

/// The secrets of one emulator.
pub(super) struct Mask {
    /// The secret parts of its keys.
    keys: Vec<String>,
    /// The public parts of its keys, which documents show as `accessKey`.
    prefixes: Vec<String>,
}

impl Mask {
    pub(super) fn new(keys: &Keys) -> Self {
        Self {
            keys: keys
                .texts()
                .filter_map(|key| key.split_once('.'))
                .map(|(_, secret)| secret.to_owned())
                .collect(),
            prefixes: keys.callers().map(|caller| (*caller.prefix).to_owned()).collect(),
        }
    }

    /// Masks the secrets in a text, which may be JSON or the start of it.
    pub(super) fn text(&self, text: &str) -> String {
        let members = self.members(text);
        let mut masked = without_user_info(&members);
        for key in &self.keys {
            if masked.contains(key.as_str()) {
                masked = masked.replace(key.as_str(), MASKED).into();
            }
        }
        masked.into_owned()
    }

    pub(super) fn headers(&self, headers: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mask = |(name, value): (&String, &String)| {
            // The log has masked it already, and kept its scheme.
            let is_masked = name == "authorization";
            let shown = if is_secret(name) && !is_masked {
                MASKED.to_owned()
            } else {
                self.text(value)
            };
            (name.clone(), shown)
        };
        headers.iter().map(mask).collect()
    }

    /// Masks the values of a query.
    pub(super) fn query(&self, query: &str) -> String {
        let masked: Vec<Cow<'_, str>> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, _)) if is_secret(name) => format!("{name}={MASKED}").into(),
                _ => pair.into(),
            })
            .collect();
        self.text(&masked.join("&"))
    }

    /// Masks the members of JSON whose names say that they are secret.
    fn members(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('"') {
            let (before, at) = rest.split_at(start);
            let (name, after) = at.split_at(string_end(at));
            masked.push_str(before);
            masked.push_str(name);
            rest = after;
            let Some(value) = after.trim_start().strip_prefix(':').map(str::trim_start) else {
                continue;
            };
            let name = serde_json::from_str::<String>(name).unwrap_or_default();
            if !is_secret(&name) {
                continue;
            }
            let (value, after_value) = value.split_at(value_end(value));
            let is_public = value == "null" || self.prefixes.iter().any(|prefix| prefix == value.trim_matches('"'));
            masked.push(':');
            if is_public {
                masked.push_str(value);
            } else {
                masked.extend(["\"", MASKED, "\""]);
            }
            rest = after_value;
        }
        masked.push_str(rest);
        masked
    }
}

/// Returns the length of the JSON string at the start of a text, with its quotes. Text that was cut has no end.
fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 2)
}

/// Returns the length of the JSON value at the start of a text.
fn value_end(text: &str) -> usize {
    match text.bytes().next() {
        Some(b'"') => string_end(text),
        Some(b'{' | b'[') => {
            let (mut depth, mut at) = (0_usize, 0);
            while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
                match rest.bytes().next() {
                    Some(b'"') => {
                        at += string_end(rest);
                        continue;
                    }
                    Some(b'{' | b'[') => depth += 1,
                    Some(b'}' | b']') => depth -= 1,
                    _ => {}
                }
                at += rest.chars().next().map_or(1, char::len_utf8);
                if depth == 0 {
                    return at;
                }
            }
            text.len()
        }
        _ => text.find([',', '}', ']', '\n']).unwrap_or(text.len()),
    }
}

/// Masks the password in URLs such as `postgresql://user:password@host`.
fn without_user_info(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return text.into();
    }
    let mut parts = text.split("://");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str("://");
        let authority = part.find(['/', '?', '#', '"', ' ', '\n']).unwrap_or(part.len());
        let (authority, rest) = part.split_at(authority);
        match authority
            .rsplit_once('@')
            .map(|(info, host)| (info.split_once(':'), host))
        {
            Some((Some((user, _)), host)) => masked.extend([user, ":", MASKED, "@", host]),
            _ => masked.push_str(authority),
        }
        masked.push_str(rest);
    }
    masked.into()
}

/// Whether a name is that of a secret, in any spelling.
fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let one = plain.strip_suffix('s').unwrap_or(&plain);
    PARTS.iter().any(|part| plain.contains(part))
        || ENDS.iter().any(|end| one.ends_with(end) || plain.ends_with(end))
        || NAMES.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn mask() -> Mask {
        let keys = Keys::new(&Options {
            api_key: Some("dev.hidden1".to_owned()),
            restricted_key: Some("other.hidden2".to_owned()),
            ..Options::default()
        });
        Mask::new(&keys.unwrap())
    }

    #[test]
    fn members_with_the_names_of_secrets_are_masked_at_any_depth_and_of_any_type() {
        for (json, expected) in [
            (
                r#"{"secretAccessKey":"x","region":"us"}"#,
                r#"{"secretAccessKey":"***","region":"us"}"#,
            ),
            (r#"{"password" : "a\"b", "x":1}"#, r#"{"password":"***", "x":1}"#),
            (r#"{"a":[{"api_key":12}]}"#, r#"{"a":[{"api_key":"***"}]}"#),
            (
                r#"{"credentials":{"a":"}","b":["]"]},"c":1}"#,
                r#"{"credentials":"***","c":1}"#,
            ),
            (r#"{"pass\u0077ord":"x"}"#, r#"{"pass\u0077ord":"***"}"#),
            (r#"{"token":null}"#, r#"{"token":null}"#),
            (
                r#"{"accessKey":"dev","status":"SUBMITTED"}"#,
                r#"{"accessKey":"dev","status":"SUBMITTED"}"#,
            ),
            (r#"{"text":"the password: x"}"#, r#"{"text":"the password: x"}"#),
            (r#"{"password":"cut off"#, r#"{"password":"***""#),
            (r#"{"password":{"cut":"off"#, r#"{"password":"***""#),
            ("\"", "\""),
            ("", ""),
            ("ü\"\u{fffd}", "ü\"\u{fffd}"),
        ] {
            assert_eq!(mask().text(json), expected, "{json}");
        }
    }

    #[test]
    fn the_keys_of_the_emulator_are_masked_wherever_they_are() {
        assert_eq!(mask().text(r#""dev.hidden1" and hidden2"#), r#""dev.***" and ***"#);
        assert_eq!(mask().query("a=hidden1&b=2"), "a=***&b=2");
    }

    #[test]
    fn queries_headers_and_urls_hide_their_secrets() {
        assert_eq!(
            mask().query("page=1&X-Amz-Signature=abc&sig=x"),
            "page=1&X-Amz-Signature=***&sig=***"
        );
        assert_eq!(
            mask().text(r#"{"url":"jdbc:postgresql://me:pw@db:5432/x","b":"http://h/a@b:c"}"#),
            r#"{"url":"jdbc:postgresql://me:***@db:5432/x","b":"http://h/a@b:c"}"#
        );
        let headers = [
            ("authorization", "ApiKey ***"),
            ("cookie", "a=b"),
            ("x-api-key", "k"),
            ("accept", "*/*"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let shown = mask().headers(&BTreeMap::from(headers));
        let shown: Vec<_> = shown.values().map(String::as_str).collect();
        assert_eq!(shown, ["*/*", "ApiKey ***", "***", "***"]);
    }
}
