//! The credentials in what a submit carries, which no error may show.

use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use super::members::each_value;

/// What is in the names of credentials, without case and signs: `SecretAccessKey`, `db_password`.
const PARTS: [&str; 5] = ["secret", "password", "passphrase", "privatekey", "connectionstring"];

/// What they end in: `sessionToken`, `x-amz-signature`.
const ENDS: [&str; 9] = [
    "passwd",
    "pwd",
    "token",
    "tokens",
    "accountkey",
    "apikey",
    "authorization",
    "sharedaccesskey",
    "signature",
];

/// Names that are too short to be ends of others.
const WHOLE: [&str; 5] = ["sas", "sig", "pass", "credential", "credentials"];

/// No credential is longer. What is called like one and is longer, is data.
const LONGEST: usize = 16 * 1024;

/// The credentials in a body of JSON, wherever they stand in it.
pub(super) fn secrets_of(body: &[u8]) -> Vec<SecretString> {
    let mut secrets = Vec::new();
    each_value(body, |name, value| {
        if value.len() > LONGEST {
            return;
        }
        let name = plain(name);
        let is_count = value.parse::<f64>().is_ok() && !name.contains("pass") && !name.contains("pwd");
        if ["url", "uri", "connectionstring"].iter().any(|end| name.ends_with(end)) {
            let within = secrets_of_url(value);
            // That of a database in any case, and another where a credential is in it.
            if within.len() > 1 || name == "url" {
                secrets.extend(within);
            }
        } else if is_of_credential(&name) && !is_count {
            secrets.push(SecretString::from(value));
        }
    });
    secrets
}

/// The URL of a database or a storage as a whole, and what in it is a credential: behind the user, or in a parameter, of which
/// drivers separate several with `&` or `;`. The longest first, so that it is masked as a whole.
fn secrets_of_url(url: &str) -> Vec<SecretString> {
    let authority = url.split_once("//").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', ';']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let of_user = user.split_once(':').map(|(_, password)| password);
    let of_parameters = url.split(['?', '&', ';']).filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let name = plain(name);
        is_of_credential(&name).then_some(value)
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

fn is_of_credential(name: &str) -> bool {
    WHOLE.contains(&name) || PARTS.iter().any(|part| name.contains(part)) || ENDS.iter().any(|end| name.ends_with(end))
}

/// A name without case and signs.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|character| character.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn exposed(secrets: &[SecretString]) -> Vec<&str> {
        secrets.iter().map(ExposeSecret::expose_secret).collect()
    }

    #[test]
    fn the_credentials_of_any_body_are_known() {
        for (body, expected) in [
            (
                r#"{"model":{},"input":{"type":"azureblob","storageAccountKey":"one","password":7,"secretAccessKey":"two"}}"#,
                &["one", "7", "two"][..],
            ),
            (
                r#"{"input":{"SecretAccessKey":"one","sessionToken":"two","sas_token":"three","headers":{"Authorization":"four"}}}"#,
                &["one", "two", "three", "four"],
            ),
            (
                r#"{"input":{"sources":{"a":{"b":{"bucket":"b","SASTOKEN":"one"}}}}}"#,
                &["one"],
            ),
            (
                r#"{"input":[{"secret-access-key":["one",["two"],{"name":"x","privateKey":"three"}]}],"passwords":["four"]}"#,
                &["one", "two", "three", "four"],
            ),
            (
                r#"{"input":{"x-amz-security-token":"a\"b\\c","secret\u0041ccessKey":"two"}}"#,
                &["a\"b\\c", "two"],
            ),
            (
                r#"{"input":{"accessKeyID":"AKIA","region":"r","username":"u","token.txt":"text","key":"k"}}"#,
                &[],
            ),
            (
                r#"{"maxTokens":4096,"webhookUrl":"https://host/x","imageUri":"https://a:bcd@host/x"}"#,
                &["https://a:bcd@host/x", "bcd", "bcd"],
            ),
            ("{}", &[]),
            ("no JSON", &[]),
            ("", &[]),
            (r#"{"password":"#, &[]),
            (r#"{"password":"cut"#, &[]),
        ] {
            assert_eq!(exposed(&secrets_of(body.as_bytes())), expected, "{body}");
        }
        let deep = format!("{}{{\"password\":\"one\"}}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(exposed(&secrets_of(deep.as_bytes())), ["one"]);
        let data = format!(r#"{{"token":"{}"}}"#, "x".repeat(LONGEST + 1));
        assert!(secrets_of(data.as_bytes()).is_empty());
    }

    #[test]
    fn the_credentials_within_a_url_are_known() {
        for (url, expected) in [
            ("jdbc:postgresql://host/db?user=u&password=one", &["one"][..]),
            ("jdbc:sqlserver://host;databaseName=d;PASSWORD=two;x=y", &["two"]),
            ("jdbc:mysql://ada:th%40ree@host:3306/db", &["th%40ree", "th@ree"]),
            ("jdbc:x://h/d?trustStorePassword=four&pwd=five", &["four", "five"]),
            ("jdbc:x://h/d?passwordOfStore=six&secretName=seven", &["six", "seven"]),
            ("jdbc:oracle:thin:scott/tiger@//host:1521/service", &["tiger"]),
            (
                "https://a.blob.core.windows.net/c?sv=1&sig=ei%2Bght",
                &["ei%2Bght", "ei+ght"],
            ),
            ("AccountName=a;AccountKey=nine==;EndpointSuffix=s", &["nine=="]),
            ("jdbc:oracle:thin:@//host:1521/service", &[]),
            ("jdbc:postgresql://host/db", &[]),
        ] {
            let body = serde_json::json!({ "input": { "url": url } }).to_string();
            let secrets = secrets_of(body.as_bytes());
            let known = exposed(&secrets);
            assert_eq!(known[0], url);
            for part in expected {
                assert!(known.contains(part), "{url}: {part}");
            }
            assert!(expected.is_empty() == (known.len() == 1), "{known:?}");
        }
    }
}
