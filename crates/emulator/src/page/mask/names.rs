//! The names of secrets: of members, parameters, fields and headers.

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
const ENDS: [&str; 22] = [
    "accesskey",
    "accountkey",
    "apikey",
    "authkey",
    "authorization",
    "bearer",
    "clientkey",
    "consumerkey",
    "cookie",
    "credential",
    "csrf",
    "jwt",
    "masterkey",
    "pwd",
    "sas",
    "sessionid",
    "signature",
    "signingkey",
    "storagekey",
    "subscriptionkey",
    "token",
    "xsrf",
];

/// Whole names of secrets.
const NAMES: [&str; 4] = ["auth", "pass", "pin", "sig"];

/// Whether a name is that of a secret, in any spelling.
pub(super) fn is_secret(name: &str) -> bool {
    let plain = plain(name);
    let one = plain.strip_suffix('s').unwrap_or(&plain);
    PARTS.iter().any(|part| plain.contains(part))
        || ENDS.iter().any(|end| one.ends_with(end) || plain.ends_with(end))
        || NAMES.contains(&plain.as_str())
}

/// Whether a header has a secret: by its name, or because gateways have keys of many names.
pub(super) fn is_secret_header(name: &str) -> bool {
    is_secret(name)
        || ["key", "auth", "session"].iter().any(|end| name.ends_with(end))
        || name.contains("jwt")
        || name.contains("csrf")
}

/// Whether a parameter has a secret. Many services have their key in `key`, which is an ordinary name elsewhere.
pub(super) fn is_secret_parameter(name: &str) -> bool {
    is_secret(name) || name.eq_ignore_ascii_case("key")
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Returns the name of an environment variable for a secret. No system has variables that begin so.
pub(super) fn variable(name: &str) -> String {
    let mut variable = "JOB_".to_owned();
    let mut was_lower = false;
    for c in name.chars() {
        if was_lower && !c.is_ascii_lowercase() && !c.is_ascii_digit() {
            variable.push('_');
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        if c.is_ascii_alphanumeric() {
            variable.push(c.to_ascii_uppercase());
        }
    }
    variable.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_named_as_its_secret() {
        for (name, expected) in [
            ("secretAccessKey", "JOB_SECRET_ACCESS_KEY"),
            ("x-api-key", "JOB_X_API_KEY"),
            ("password", "JOB_PASSWORD"),
            ("PWD", "JOB_PWD"),
            ("pässword\"$(x)", "JOB_P_SSWORD_X"),
        ] {
            assert_eq!(variable(name), expected);
        }
    }
}
