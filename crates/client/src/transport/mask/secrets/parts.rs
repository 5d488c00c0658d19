//! Finds the credentials inside a text: in a URL, in the value of a header, in a connection string.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use modzy_secret_names::{LONGEST, Meaning};
use percent_encoding::percent_decode_str;

/// The schemes of `Authorization` and similar headers, which precede the secret.
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

/// The shortest value of a parameter of a credential that counts as a secret by itself.
const SHORTEST_PARAMETER: usize = 8;

/// The shortest user without a password in a URL that may be a token rather than a name.
const SHORTEST_USER: usize = 8;

/// The shortest text after a scheme that may be a token rather than a word.
const SHORTEST_TOKEN: usize = 16;

/// Returns the parts of a credential that are credentials themselves: after its scheme, in its parameters (of a cookie
/// or a connection string), and after a user name in base64.
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

/// Returns the credentials in a text of any kind: URLs with credentials, the credentials inside them, and parameters
/// and header lines with the name of a credential. A text with a private key in PEM counts as a whole.
pub(super) fn of_text(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    if text.contains("PRIVATE KEY-----") {
        parts.push(text.to_owned());
    }
    for word in text.split(|each: char| each.is_whitespace() || matches!(each, '"' | '\'' | '<' | '>')) {
        // Without the punctuation after the word.
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

/// Returns the credentials in a URL: after the user, or in parameters. Drivers separate these with `&` or `;`.
pub(super) fn of_url(url: &str) -> Vec<String> {
    let authority = url.split_once("//").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', ';', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let of_user = match user.split_once(':') {
        Some((_, password)) => Some(password),
        None => Some(user).filter(|user| user.len() >= SHORTEST_USER),
    };
    // The form of Oracle: `jdbc:oracle:thin:user/password@…`. The name of an image may look alike: `user/image@sha256:…`.
    let before = url.split_once('@').map_or("", |(before, _)| before);
    let of_oracle = Some(before)
        .filter(|before| before.contains("oracle:"))
        .unwrap_or_default();
    let of_oracle = of_oracle.rsplit_once('/').filter(|(rest, _)| !rest.contains('/'));
    let of_oracle = of_oracle.map(|(_, password)| password);
    let parts = of_user.into_iter().chain(of_oracle).filter(|part| !part.is_empty());
    let of_parameters = named(parameters(url, &['?', '&', ';', '#']));
    parts.flat_map(spelled).chain(of_parameters).collect()
}

/// Returns the values of the parameters with the name of a credential.
fn named<'t>(parameters: impl Iterator<Item = (&'t str, &'t str)>) -> impl Iterator<Item = String> {
    let secret = parameters.filter(|(name, _)| {
        let meaning = Meaning::of(name);
        meaning.is_secret || meaning.is_key
    });
    secret.flat_map(|(_, value)| spelled(value))
}

/// Returns the parameters of a text: names with their values.
fn parameters<'t>(text: &'t str, separators: &'t [char]) -> impl Iterator<Item = (&'t str, &'t str)> {
    text.split(separators).filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let name = name.trim();
        (!value.is_empty() && is_name(name)).then_some((name, value))
    })
}

/// The raw text and its percent-decoded form: servers may repeat either.
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

/// Decodes a user name and a password from base64. Returns both forms: with the user name, and the password alone.
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
