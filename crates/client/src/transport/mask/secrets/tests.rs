//! Which credentials are found in which bodies, and what is left out.

use secrecy::ExposeSecret;

use super::*;

fn known(body: &str) -> Vec<String> {
    let secrets = secrets_of(body.as_bytes());
    secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect()
}

/// The credentials in the value of a member, without duplicates.
fn known_of(name: &str, value: &str) -> Vec<String> {
    let mut known = known(&serde_json::json!({ "input": { name: value } }).to_string());
    let mut seen = HashSet::new();
    known.retain(|secret| seen.insert(secret.clone()));
    known
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
            &["one", "two", "x", "three", "four"],
        ),
        (
            r#"{"input":{"x-amz-security-token":"a\"b\\c","secret\u0041ccessKey":"two"}}"#,
            &["a\"b\\c", "two"],
        ),
        (
            r#"{"input":{"accessKeyID":"AKIA","region":"r","username":"u","token.txt":"text","key":"k","bucket":"b"}}"#,
            &["AKIA"],
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
        assert_eq!(known(body), expected, "{body}");
    }
    let deep = format!("{}{{\"password\":\"one\"}}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(known(&deep), ["one"]);
    let data = format!(r#"{{"token":"{}"}}"#, "x".repeat(LONGEST + 1));
    assert!(known(&data).is_empty());
}

#[test]
fn everything_below_the_name_of_a_credential_is_a_credential() {
    for (body, expected) in [
        (
            r#"{"password":{"value":"one","n":[2,{"x":"three"}]},"a":"b"}"#,
            &["one", "2", "three"][..],
        ),
        (
            r#"{"credentials":{"username":"ada","secret":"one","port":5432,"tls":true,"max_tokens":7}}"#,
            &["ada", "one", "5432"],
        ),
        (r#"{"tokens":[4096,"8192","one"],"auth":[["two"]]}"#, &["one", "two"]),
        (r#"{"cookies":[{"name":"a","value":"one"}],"b":"c"}"#, &["a", "one"]),
    ] {
        assert_eq!(known(body), expected, "{body}");
    }
}

#[test]
fn a_value_that_another_member_names_is_a_credential() {
    for (body, expected) in [
        (
            r#"[{"name":"password","value":"one"},{"name":"user","value":"ada"}]"#,
            &["one"][..],
        ),
        (r#"{"env":[{"value":"one","key":"DB_PASSWORD"}]}"#, &["one"]),
        (r#"{"Header":"X-Api-Key","Values":["one",{"two":2}]}"#, &["one", "2"]),
        (r#"{"id":"jwt","stringValue":"one","comment":"text"}"#, &["one"]),
        (
            r#"{"headers":[["Authorization","one"],["Accept","*/*"],["password","is","bad"]]}"#,
            &["one"],
        ),
        (r#"{"key":"passwords.csv","bucket":"b"}"#, &[]),
    ] {
        assert_eq!(known(body), expected, "{body}");
    }
    let deep = r#"{"name":"password","value":"#.repeat(10_000) + "\"one\"" + &"}".repeat(10_000);
    assert_eq!(known(&deep), ["one"]);
}

#[test]
fn a_key_is_a_credential_unless_it_is_that_of_an_object_or_of_a_value() {
    for (body, expected) in [
        (r#"{"url":"https://host/x","key":"one"}"#, &["one"][..]),
        (r#"{"Key":"one","keys":["two",["three"]]}"#, &["one", "two", "three"]),
        (
            r#"{"key":"one-secret-token","data":{"key":"two"}}"#,
            &["one-secret-token", "two"],
        ),
        (
            r#"{"url":"https://host/x?key=one"}"#,
            &["https://host/x?key=one", "one", "one"],
        ),
        (
            r#"{"input":{"sources":{"a":{"image":{"bucket":"b","key":"my/picture.png"},"x":{"Key":"y","Bucket":"z"}}}}}"#,
            &[],
        ),
        (r#"{"bucket":"b","list":[{"key":"one"}]}"#, &["one"]),
        (r#"{"tags":[{"key":"stage","value":"test"}]}"#, &[]),
        (
            r#"{"keys":[{"kid":"a","kty":"RSA"}],"key":{"name":"b"},"inputKey":"c","key":7}"#,
            &[],
        ),
    ] {
        assert_eq!(known(body), expected, "{body}");
    }
}

#[test]
fn json_inside_texts_is_searched() {
    let inner = serde_json::json!({ "private_key": "one", "type": "service_account" }).to_string();
    let twice = serde_json::json!({ "config": inner }).to_string();
    for text in [inner, twice] {
        assert_eq!(known_of("x", &text), ["one"], "{text}");
    }
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
        let known = known_of("url", url);
        assert_eq!(known[0], url);
        assert_eq!(known[1..], *expected);
    }
}

#[test]
fn the_name_of_an_image_is_no_secret_but_the_credentials_beside_it_are() {
    for image in [
        "modzy/grpc-echo-model:1.0.0",
        "registry.example.com:5000/team/echo:1",
        "modzy/echo@sha256:9f86d081884c7d659a2feaa0c55ad015",
        "localhost:5000/echo@sha256:9f86d081884c7d659a2feaa0c55ad015",
        "https://registry.example.com/v2/echo",
    ] {
        assert!(known_of("url", image).is_empty(), "{image}");
    }
    for (image, secret) in [
        ("https://ada:passphrase@registry.example.com/echo", "passphrase"),
        ("https://registry.example.com/echo?sig=signature", "signature"),
    ] {
        assert_eq!(known_of("url", image), [image, secret]);
    }
}

#[test]
fn a_url_with_a_credential_is_found_under_any_name_and_in_any_text() {
    let tokens = "ghp_16charactersAndMore";
    for (url, expected) in [
        (
            "https://b.s3.amazonaws.com/k?X-Amz-Expires=9&X-Amz-Signature=one",
            &["one"][..],
        ),
        ("https://a.example/c?sv=1&sig=one", &["one"]),
        ("https://ada:one@host/x", &["one"]),
        (
            "https://d.cloudfront.net/x?Expires=9&Signature=one&Key-Pair-Id=K",
            &["one"],
        ),
        ("https://host/cb#access_token=one&x=y", &["one"]),
        ("postgres://ada:one@host:5432/db", &["one"]),
        (&format!("https://{tokens}@github.com/x"), &[tokens]),
    ] {
        for text in [url.to_owned(), format!("see <{url}>, or \"{url}\"; {url}.")] {
            let known = known_of("input.txt", &text);
            assert_eq!(known[0], url);
            assert_eq!(known[1..], *expected, "{text}");
        }
    }
    for text in [
        "https://host/x?a=b",
        "https://alice@host/x",
        "mail ada@host",
        "a = b & c",
    ] {
        assert!(known_of("input.txt", text).is_empty(), "{text}");
    }
}

#[test]
fn the_parts_of_a_credential_are_credentials_too() {
    for (name, value, expected) in [
        ("Authorization", "Bearer abcd", &["abcd"][..]),
        ("authorization", "bearer  abcd", &["abcd"]),
        (
            "auth",
            "Basic YWRhOnMzY3JldA==",
            &["YWRhOnMzY3JldA==", "ada:s3cret", "s3cret"],
        ),
        ("auth", "YWRhOnMzY3JldA==", &["ada:s3cret", "s3cret"]),
        ("Authorization", "ApiKey prefix.body", &["prefix.body"]),
        ("cookie", "sid=0123456789; theme=dark", &["0123456789"]),
        ("connectionString", "Server=s;Password=one two;", &["one two", "one"]),
        ("jwt", "aaaa.bbbb.cccc", &[]),
    ] {
        let known = known_of(name, value);
        assert_eq!(known[0], value);
        assert_eq!(known[1..], *expected, "{name}: {value}");
    }
    for (text, expected) in [
        ("Authorization: Bearer abcd", &["Bearer abcd", "abcd"][..]),
        ("Accept: */*\nX-Api-Key: one\n", &["one"]),
        ("Bearer 0123456789abcdef", &["0123456789abcdef"]),
        ("Bearer of bad tidings, and more of it", &[]),
        (
            "-----BEGIN PRIVATE KEY-----\nabcd\n",
            &["-----BEGIN PRIVATE KEY-----\nabcd\n"],
        ),
        ("Basic training, at 9", &[]),
        ("AccountName=a;AccountKey=nine==", &["nine=="]),
    ] {
        assert_eq!(known_of("input.txt", text), expected, "{text}");
    }
}
