//! The names of secrets: what `modzy-secret-names` knows, and what headers and parameters have besides.

use modzy_secret_names::Meaning;

/// Whether a name is that of a secret, in any spelling.
pub(super) fn is_secret(name: &str) -> bool {
    Meaning::of(name).is_secret
}

/// Whether a value with a name is a secret. Of some names, a number is an amount: `max_tokens=100`.
pub(super) fn is_secret_value(name: &str, value: &str) -> bool {
    let meaning = Meaning::of(name);
    meaning.is_secret && !(meaning.may_be_amount && value.trim().parse::<f64>().is_ok())
}

/// Whether a header has a secret: by its name, or because gateways have keys of many names.
pub(super) fn is_secret_header(name: &str) -> bool {
    is_secret(name)
        || ["key", "auth", "session"].iter().any(|end| name.ends_with(end))
        || name.contains("jwt")
        || name.contains("csrf")
}

/// Whether a parameter has a secret. Parameters have no neighbors that explain a `key`.
pub(super) fn is_secret_parameter(name: &str, value: &str) -> bool {
    is_secret_value(name, value) || Meaning::of(name).is_key
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
