//! The credentials in what a submit carries, which no error may show.

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use serde::Deserialize;

/// The credentials in a body that the caller made.
pub(super) fn secrets_of(body: &[u8]) -> Vec<SecretString> {
    #[derive(Deserialize)]
    struct Body {
        input: Credentials,
    }
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Credentials {
        secret_access_key: serde_json::Value,
        storage_account_key: serde_json::Value,
        password: serde_json::Value,
        url: serde_json::Value,
    }
    let Ok(Body { input }) = serde_json::from_slice(body) else {
        return Vec::new();
    };
    let Credentials {
        secret_access_key,
        storage_account_key,
        password,
        url,
    } = input;
    let credentials = [secret_access_key, storage_account_key, password];
    let credentials = credentials.iter().filter_map(|value| value.as_str());
    let mut secrets: Vec<_> = credentials.map(SecretString::from).collect();
    secrets.extend(url.as_str().map(secrets_of_url).unwrap_or_default());
    secrets
}

/// A database's URL as a whole, and what in it is a password: behind the user, or in a parameter, of which drivers separate
/// several with `&` or `;`. The longest first, so that it is masked as a whole.
pub(super) fn secrets_of_url(url: &str) -> Vec<SecretString> {
    let authority = url.split_once("//").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', ';']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let of_user = user.split_once(':').map(|(_, password)| password);
    let of_parameters = url.split(['?', '&', ';']).filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        (name.contains("password") || name.contains("secret") || name == "pwd").then_some(value)
    });
    // Oracle's: `jdbc:oracle:thin:user/password@…`.
    let before = url.split_once('@').map_or("", |(before, _)| before);
    let of_oracle = before.rsplit_once('/').filter(|(rest, _)| !rest.contains('/'));
    let of_oracle = of_oracle.map(|(_, password)| password);
    let parts = of_user.into_iter().chain(of_oracle).chain(of_parameters);
    // Servers may tell what they have decoded.
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let parts = parts.flat_map(|part| [part.to_owned(), decoded(part)]);
    std::iter::once(url.to_owned())
        .chain(parts)
        .filter(|secret| !secret.is_empty())
        .map(SecretString::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn the_credentials_of_any_body_are_known() {
        let body = br#"{"model":{},"input":{"type":"azureblob","storageAccountKey":"one","password":7,"secretAccessKey":"two"}}"#;
        let secrets = secrets_of(body);
        let exposed: Vec<_> = secrets.iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!(exposed, ["two", "one"]);
        assert!(secrets_of(b"{}").is_empty() && secrets_of(b"no JSON").is_empty());
    }

    #[test]
    fn the_passwords_within_a_databases_url_are_known() {
        for (url, expected) in [
            ("jdbc:postgresql://host/db?user=u&password=one", &["one"][..]),
            ("jdbc:sqlserver://host;databaseName=d;PASSWORD=two;x=y", &["two"]),
            ("jdbc:mysql://ada:th%40ree@host:3306/db", &["th%40ree", "th@ree"]),
            ("jdbc:x://h/d?trustStorePassword=four&pwd=five", &["four", "five"]),
            ("jdbc:oracle:thin:scott/tiger@//host:1521/service", &["tiger"]),
            ("jdbc:oracle:thin:@//host:1521/service", &[]),
            ("jdbc:postgresql://host/db", &[]),
        ] {
            let secrets = secrets_of_url(url);
            let known: Vec<_> = secrets.iter().map(ExposeSecret::expose_secret).collect();
            assert_eq!(known[0], url);
            for part in expected {
                assert!(known.contains(part), "{url}: {part}");
            }
            assert!(expected.is_empty() == (known.len() == 1), "{known:?}");
        }
    }
}
