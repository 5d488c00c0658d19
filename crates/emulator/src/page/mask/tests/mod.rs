//! What the page never shows, in each of its spellings.

use super::*;
use crate::options::Options;

#[cfg(unix)]
mod duration;

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
    assert_eq!(mask().text("a=hidden1&b=2"), "a=***&b=2");
}

#[test]
fn the_keys_of_the_emulator_are_masked_in_each_encoding() {
    for (text, expected) in [
        // `dev.hidden1` in base64, and three offsets within a longer word.
        ("Basic ZGV2LmhpZGRlbjE=", "Basic ***="),
        ("eGRldi5oaWRkZW4x", "***"),
        ("eHhkZXYuaGlkZGVuMXh4", "***"),
        ("eHh4ZGV2LmhpZGRlbjF4", "***"),
        ("/x/68696464656e31/y", "/x/***/y"),
        ("6465762E68696464656E31", "***"),
        ("k=hidde%6e1&j=%68%69%64%64%65%6e%31", "k=***&j=***"),
        (r#"{"t":"hidde\u006e1"}"#, r#"{"t":"***"}"#),
        (r#"{"t":"{\"u\":\"hidde%6E1\"}"}"#, r#"{"t":"{\"u\":\"***\"}"}"#),
    ] {
        assert_eq!(mask().text(text), expected, "{text}");
    }
    for (text, expected) in [
        ("xhidden", "x***"),
        ("x hidde", "x hidde"),
        ("6869646465", "***"),
        ("{\"t\":\"hidden", "{\"t\":\"***"),
    ] {
        assert_eq!(mask().start(text), expected, "{text}");
    }
}

#[test]
fn named_values_are_masked_in_forms_lines_connection_strings_and_json_within_json() {
    for (text, expected) in [
        ("user=a&password=x%26y&z=1", "user=a&password=***&z=1"),
        ("pass%77ord=x&a[token]=y", "pass%77ord=***&a[token]=***"),
        ("Server=h;Password=x y;Pwd = {a;b};", "Server=h;Password=***;Pwd = ***;"),
        ("Server=h;Password=x y", "Server=h;Password=***"),
        ("the token=x is", "the token=*** is"),
        ("AccountKey=ab+/c==;EndpointSuffix=e", "AccountKey=***;EndpointSuffix=e"),
        (
            "password: x y\r\n- api-key:  z\nhost: h\n",
            "password: ***\r\n- api-key: ***\nhost: h\n",
        ),
        (
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nx\ny\r\n--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n***\r\n--b--\r\n",
        ),
        (
            r#"{"url":"jdbc:postgresql://h/x?user=a&password=x"}"#,
            r#"{"url":"jdbc:postgresql://h/x?user=a&password=***"}"#,
        ),
        (
            r#"{"url":"jdbc:sqlserver://h;user=a;password=x\\"}"#,
            r#"{"url":"jdbc:sqlserver://h;user=a;password=***"}"#,
        ),
        (r#"{"a":"{\"password\":\"x\"}"}"#, r#"{"a":"{\"password\":\"***\"}"}"#),
        (r#"{"url":"https:\/\/h\/?sig=x"}"#, r#"{"url":"https://h/?sig=***"}"#),
        (
            r#"[{"name":"password","value":"x"},{"name":"user","value":"y"}]"#,
            r#"[{"name":"password","value":"***"},{"name":"user","value":"y"}]"#,
        ),
        (
            "no secrets: 1 = 1, and tokens are fine",
            "no secrets: 1 = 1, and tokens are fine",
        ),
    ] {
        assert_eq!(mask().text(text), expected, "{text}");
    }
}

#[test]
fn a_key_is_masked_unless_it_is_that_of_an_object_or_of_a_value() {
    for (text, expected) in [
        (r#"{"key":"S"}"#, r#"{"key":"***"}"#),
        (r#"{"Key" : "S","keys":["S","T"]}"#, r#"{"Key":"***","keys":"***"}"#),
        (
            r#"{"a":{"bucket":"b","key":"my/k.png"},"key":"S"}"#,
            r#"{"a":{"bucket":"b","key":"my/k.png"},"key":"***"}"#,
        ),
        (
            r#"{"key":"my/k.png","region":"r","bucketName":"b"}"#,
            r#"{"key":"my/k.png","region":"r","bucketName":"b"}"#,
        ),
        (
            r#"{"bucket":"b","a":[{"key":"S"}]}"#,
            r#"{"bucket":"b","a":[{"key":"***"}]}"#,
        ),
        (
            r#"[{"key":"stage","value":"test"},{"key":"token","value":"S"}]"#,
            r#"[{"key":"stage","value":"test"},{"key":"token","value":"***"}]"#,
        ),
        (
            r#"{"key":{"input.txt":"x"},"keys":[{"kid":"a"}],"key":7,"inputKey":"k"}"#,
            r#"{"key":{"input.txt":"x"},"keys":[{"kid":"a"}],"key":7,"inputKey":"k"}"#,
        ),
        // Cut after its key, and after what explains it.
        (r#"{"key":"S","buck"#, r#"{"key":"***","buck"#),
        (r#"{"bucket":"b","key":"my/k"#, r#"{"bucket":"b","key":"my/k"#),
        (
            r#"{"a":"{\"key\":\"S\"}","b":"{\"key\":\"k\",\"bucket\":\"b\"}"}"#,
            r#"{"a":"{\"key\":\"***\"}","b":"{\"key\":\"k\",\"bucket\":\"b\"}"}"#,
        ),
    ] {
        assert_eq!(mask().text(text), expected, "{text}");
    }
}

#[test]
fn the_names_that_the_client_knows_are_masked_and_amounts_are_not() {
    for name in [
        "apiKey",
        "access_key",
        "accountKey",
        "sas",
        "connectionString",
        "accessKeyID",
        "kubeconfig",
        "sas_url",
        "dbPass",
        "licenseKey",
    ] {
        assert_eq!(
            mask().text(&format!(r#"{{"{name}":"S"}}"#)),
            format!(r#"{{"{name}":"***"}}"#)
        );
        assert_eq!(mask().text(&format!("{name}=S&a=b")), format!("{name}=***&a=b"));
    }
    for text in [
        r#"{"maxTokens":4096,"texas":"a","kansas":"b"}"#,
        "max_tokens=4096&texas=a",
        "total_tokens: 12",
    ] {
        assert_eq!(mask().text(text), text);
    }
}

#[test]
fn passwords_in_urls_are_masked() {
    for (text, expected) in [
        ("postgresql://me:x@h/y", "postgresql://me:***@h/y"),
        (r#"{"u":"postgresql:\/\/me:x@h"}"#, r#"{"u":"postgresql://me:***@h"}"#),
        ("postgresql://me:p/x@h/y", "postgresql://me:***@h/y"),
        ("https://x@github.com/y", "https://***@github.com/y"),
        ("u=https%3A%2F%2Fme%3Ax%40h", "u=https%3A%2F%2Fme%3A***%40h"),
        ("jdbc:oracle:thin:scott/x@//h:1/y", "jdbc:oracle:thin:scott/***@//h:1/y"),
        (
            "a http://h:80/a@b and http://[::1]/c@d:e",
            "a http://h:80/a@b and http://[::1]/c@d:e",
        ),
    ] {
        assert_eq!(mask().text(text), expected, "{text}");
    }
}

#[test]
fn the_secrets_of_a_submit_become_variables_and_the_inputs_that_the_page_shows_stay() {
    let text = r#"{"model":{},"apiKey":"k","input":{"type":"text","sources":{"token":{"a":"hidden1"}}}}"#;
    let (body, secrets) = mask().submit(text);
    let [key] = &secrets[..] else { panic!("{secrets:?}") };
    assert_eq!((key.variable.as_str(), key.is_json), ("JOB_API_KEY", false));
    assert_eq!(body.replace(&key.text, "k"), text);
    let text = r#"{"input":{"type":"jdbc","sources":{},"password":"p","url":"jdbc:x://h?password=q&pwd=p","pin":[1]}}"#;
    let (body, secrets) = mask().submit(text);
    let variables: Vec<_> = secrets
        .iter()
        .map(|secret| (secret.variable.as_str(), secret.is_json))
        .collect();
    assert_eq!(
        variables,
        [("JOB_PASSWORD", false), ("JOB_PASSWORD_2", false), ("JOB_PIN", true)]
    );
    let values = ["p", "q", "[1]"].into_iter().zip(&secrets);
    let whole = values.fold(body, |body, (value, secret)| {
        let mark = if secret.is_json {
            format!("\"{}\"", secret.text)
        } else {
            secret.text.clone()
        };
        body.replace(&mark, value)
    });
    assert_eq!(whole, text);
}

#[test]
fn queries_headers_and_urls_hide_their_secrets() {
    assert_eq!(
        mask().text("page=1&X-Amz-Signature=abc&sig=x"),
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

#[test]
fn secrets_are_masked_in_each_format_that_has_them() {
    for (text, expected) in [
        ("a=1&key=S&subscription-key=S", "a=1&key=***&subscription-key=***"),
        (
            r#"{"subscriptionKey":"S","storageKey":"S","clientKey":"S","customerKey":"S","key":"a","bucket":"b"}"#,
            r#"{"subscriptionKey":"***","storageKey":"***","clientKey":"***","customerKey":"***","key":"a","bucket":"b"}"#,
        ),
        (
            r#"[["password","S"],["user","a"]]"#,
            r#"[["password","***"],["user","a"]]"#,
        ),
        (r#"["token","a","b"]"#, r#"["token","a","b"]"#),
        (
            r#"[{"value":"S","name":"password"}]"#,
            r#"[{"value":"***","name":"password"}]"#,
        ),
        (r#"[{"value":"a","name":"user"}]"#, r#"[{"value":"a","name":"user"}]"#),
        (r#"{"a":"Bearer S"}"#, r#"{"a":"Bearer ***"}"#),
        (
            "x\n-----BEGIN RSA PRIVATE KEY-----\nS\n-----END RSA PRIVATE KEY-----\ny",
            "x\n-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\ny",
        ),
        ("Server=h;Password={a}}S;b};User=c", "Server=h;Password=***;User=c"),
        (
            "--b\r\nContent-Disposition: form-data; name=password\r\n\r\nS\r\n--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=password\r\n\r\n***\r\n--b--\r\n",
        ),
        (
            "<a><password>S</password><n:token x='1'>S</n:token></a>",
            "<a><password>***</password><n:token x='1'>***</n:token></a>",
        ),
        ("password:S\nhost:h", "password:***\nhost:h"),
        ("{'password': 'S', 'user': 'a'}", "{'password': '***', 'user': 'a'}"),
    ] {
        assert_eq!(mask().text(text), expected, "{text}");
    }
    let headers = ["x-jwt-assertion", "x-session", "x-csrf"].map(|name| (name.to_owned(), "S".to_owned()));
    let shown = mask().headers(&BTreeMap::from(headers));
    assert!(shown.values().all(|value| value == "***"), "{shown:?}");
}
