//! What in a text is a credential: in a URL, in the value of a header, in a connection string.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;

use super::names::{LONGEST, Meaning};

/// How a value of `Authorization` and its like begins, before what is secret.
const SCHEMES: [&str; 10] = [
    "apikey",
    "aws4-hmac-sha256",
    "basic",
    "bearer",
    "digest",
    "hmac",
    "negotiate",
    "sharedaccesssignature",
    "sharedkey",
    "token",
];

/// A value of a shorter parameter of a credential is hardly a secret by itself.
const SHORTEST_PARAMETER: usize = 8;

/// What stands alone before the host of a URL is a user's name, unless it may be a token.
const SHORTEST_USER: usize = 8;

/// What stands behind the name of a scheme in a text is a word, unless it may be a token.
const SHORTEST_TOKEN: usize = 16;

/// What in a credential is one by itself: behind the name of its scheme, in its parameters (of a cookie or of a connection string),
/// and behind a user's name in base64.
pub(in super::super) fn of_credential(value: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let token = behind_scheme(value);
    parts.extend(token.map(str::to_owned));
    let token = token.unwrap_or(value);
    parts.extend(in_base64(token.trim()));
    for (_, value) in parameters(token, &['?', '&', ';', ',', ' ', '\n']) {
        if value.len() >= SHORTEST_PARAMETER {
            parts.extend(spelled(value));
        }
    }
    parts.extend(named(parameters(token, &['?', '&', ';', '#'])));
    parts.extend(of_text(token));
    parts
}

/// What a text of any kind has of credentials: URLs with some, what is in these, parameters and lines of headers that are called
/// like one. A private key in PEM is one as a whole.
pub(super) fn of_text(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    if text.contains("PRIVATE KEY-----") {
        parts.push(text.to_owned());
    }
    for word in text.split(|each: char| each.is_whitespace() || matches!(each, '"' | '\'' | '<' | '>')) {
        // Signs that end a sentence, or a part of it, are no part of it.
        let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}']);
        if word.contains("://") {
            let within = of_url(word);
            if !within.is_empty() {
                parts.push(word.to_owned());
                parts.extend(within);
            }
        } else {
            parts.extend(named(parameters(word, &['?', '&', ';', '#', ','])));
        }
    }
    for line in text.lines() {
        if let Some((name, value)) = line.split_once(':')
            && is_name(name)
            && Meaning::of(name).is_secret
        {
            let value = value.trim();
            parts.push(value.to_owned());
            parts.extend(behind_scheme(value).map(str::to_owned));
            parts.extend(behind_scheme(value).into_iter().flat_map(in_base64));
        } else if let Some(token) =
            behind_scheme(line).filter(|token| token.len() >= SHORTEST_TOKEN && !token.contains(' '))
        {
            parts.push(token.to_owned());
            parts.extend(in_base64(token));
        }
    }
    parts
}

/// What in a URL is a credential: behind the user, or in a parameter, of which drivers separate several with `&` or `;`.
pub(super) fn of_url(url: &str) -> Vec<String> {
    let authority = url.split_once("//").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', ';', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let of_user = match user.split_once(':') {
        Some((_, password)) => Some(password),
        None => Some(user).filter(|user| user.len() >= SHORTEST_USER),
    };
    // Oracle's: `jdbc:oracle:thin:user/password@…`.
    let before = url.split_once('@').map_or("", |(before, _)| before);
    let of_oracle = before.rsplit_once('/').filter(|(rest, _)| !rest.contains('/'));
    let of_oracle = of_oracle.map(|(_, password)| password);
    let parts = of_user.into_iter().chain(of_oracle).filter(|part| !part.is_empty());
    let of_parameters = named(parameters(url, &['?', '&', ';', '#']));
    parts.flat_map(spelled).chain(of_parameters).collect()
}

/// The values of those parameters that are called like credentials.
fn named<'t>(parameters: impl Iterator<Item = (&'t str, &'t str)>) -> impl Iterator<Item = String> {
    let secret = parameters.filter(|(name, _)| Meaning::of(name).is_secret);
    secret.flat_map(|(_, value)| spelled(value))
}

/// Names with their values.
fn parameters<'t>(text: &'t str, separators: &'t [char]) -> impl Iterator<Item = (&'t str, &'t str)> {
    text.split(separators).filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let name = name.trim();
        (!value.is_empty() && is_name(name)).then_some((name, value))
    })
}

/// As it is, and as servers may tell it when they have decoded it.
fn spelled(part: &str) -> [String; 2] {
    [
        part.to_owned(),
        percent_decode_str(part).decode_utf8_lossy().into_owned(),
    ]
}

fn is_name(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ');
    text.len() <= LONGEST && text.bytes().all(is_of_name)
}

fn behind_scheme(value: &str) -> Option<&str> {
    let (scheme, rest) = value.trim_start().split_once(' ')?;
    let scheme = scheme.to_ascii_lowercase();
    SCHEMES.contains(&scheme.as_str()).then_some(rest.trim())
}

/// A user's name and password in base64, and the password.
fn in_base64(encoded: &str) -> Vec<String> {
    let decoded = STANDARD
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let password = |decoded: &String| decoded.split_once(':').map(|(_, password)| password.to_owned());
    match decoded.as_ref().and_then(password) {
        Some(password) => decoded.into_iter().chain([password]).collect(),
        None => Vec::new(),
    }
}
