//! What is masked, in which spellings, and what is left.

#[cfg(unix)]
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use proptest::prelude::*;
#[cfg(unix)]
use rustix::time::{ClockId, clock_gettime};

use super::*;

/// Returns a JSON body with these secrets.
fn body_of(secrets: &[&str]) -> Bytes {
    serde_json::json!({ "passwords": secrets }).to_string().into()
}

#[test]
fn an_echoed_key_is_masked_whole_and_by_its_secret_part_but_the_prefix_stays() {
    let auth = Auth::api_key("publicPrefix.secretBody");
    let headers = HeaderMap::new();
    let mask = Mask::new(&auth, &headers, Bytes::new(), None);
    let echoed = "key publicPrefix.secretBody of publicPrefix: secretBody";
    assert_eq!(mask.apply(echoed), "key *** of publicPrefix: ***");
    assert!(matches!(mask.apply("nothing here"), Cow::Borrowed(_)));
    assert_eq!(mask.apply(r"\u0073ecretBod\u0079 \u0073ecret"), r"*** \u0073ecret");
    assert_eq!(mask.apply("cut: secretB"), "cut: secretB");
    assert_eq!(mask.apply_to_cut("cut: secretB"), "cut: ***");
}

#[test]
fn a_secret_of_any_characters_is_masked_in_every_spelling_of_json() {
    let auth = Auth::api_key("publicPrefix.secretBody");
    let headers = HeaderMap::new();
    let secrets = ["pässwört", "pass\tword\n1", "a\\b\"c/d", "key\u{1f511}s"];
    let mask = Mask::new(&auth, &headers, body_of(&secrets), None);
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
fn a_secret_is_masked_in_nested_json_in_urls_and_in_pages() {
    let auth = Auth::api_key("publicPrefix.secretBody");
    let headers = HeaderMap::new();
    let secrets = ["a\\b\"c/d ü", "x&<y>'z", "100%sure"];
    let mask = Mask::new(&auth, &headers, body_of(&secrets), None);
    let nested = |text: &str, times: usize| {
        let quote = |text: String, _| serde_json::to_string(&text).unwrap();
        (0..times).fold(text.to_owned(), quote)
    };
    for times in 1..5 {
        let echo = nested(r#"it is "secretBody", or a\b"c/d ü."#, times);
        let masked = mask.apply(&echo);
        let read = (0..times).fold(masked.into_owned(), |text, _| serde_json::from_str(&text).unwrap());
        assert_eq!(read, r#"it is "***", or ***."#, "{echo}");
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
fn a_secret_inside_base64_masks_the_whole_word() {
    let auth = Auth::api_key("publicPrefix.secretBody???>>>");
    let headers = HeaderMap::new();
    let mask = Mask::new(&auth, &headers, Bytes::new(), None);
    for before in ["", "a", "ab", "Authorization: ApiKey ", "ApiKey publicPrefix."] {
        for behind in ["", "\n", " and more"] {
            let encoded = STANDARD.encode(format!("{before}secretBody???>>>{behind}"));
            for echo in [
                encoded.clone(),
                encoded.replace('+', "-").replace('/', "_"),
                encoded.replace('/', "\\/"),
                encoded.replace('+', "%2B").replace('/', "%2F"),
            ] {
                let masked = mask.apply(&format!("got {echo}, sorry")).into_owned();
                let left = masked.replace("got ", "").replace(", sorry", "");
                assert!(masked.contains("***"), "{echo}: {masked}");
                assert!(left.len() < 12, "{echo}: {masked}");
            }
        }
    }
    assert!(matches!(
        mask.apply(&STANDARD.encode("nothing in here")),
        Cow::Borrowed(_)
    ));
}

#[test]
fn a_secret_is_masked_in_any_letter_case() {
    let secrets = ["S3cr3t/Key-Pé0", "straße-7", "ЖУК-жук"];
    let mask = Mask::of(secrets.into_iter());
    for secret in secrets {
        for echo in [secret.to_lowercase(), secret.to_uppercase()] {
            assert_eq!(mask.apply(&format!("<{echo}>")), "<***>");
            for layer in 0..4 {
                assert_eq!(mask.apply(&format!("[{}]", spelled(&echo, layer))), "[***]", "{layer}");
            }
        }
    }
    assert_eq!(mask.apply("s3CR3T%2fkEY-p%c3%a90"), "***");
    assert_eq!(mask.apply_to_cut("cut: S3CR3T/KE"), "cut: ***");
}

#[test]
fn a_secret_inside_hexadecimal_masks_the_whole_word() {
    let hex = |text: &str| {
        text.bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .concat()
    };
    let mask = Mask::of(["pass", "S3cr3t \"Ké0"].into_iter());
    for text in [
        "pass",
        "Basic pass",
        "S3cr3t \"Ké0",
        r#"{"key":"S3cr3t \"Ké0"}"#,
        "more S3cr3t \"Ké0 of it",
    ] {
        for digits in [hex(text), hex(text).to_uppercase()] {
            assert_eq!(
                mask.apply(&format!("got 0x{digits}, sorry")),
                "got ***, sorry",
                "{text}"
            );
            assert_eq!(mask.apply(&format!("<{digits}>")), "<***>", "{text}");
        }
    }
}

#[test]
fn texts_without_a_secret_stay_whatever_they_resemble() {
    let mask = Mask::of(["Hunter2", "AKIAIOSFODNN7EXAMPLE", "correct horse", "pa55"].into_iter());
    for text in [
        "the password of the hunter is not correct, and 2 horses passed",
        "commit 61f0a8c2b7d94e3fa5b6c7d8e9f0a1b2c3d4e5f6, 550e8400-e29b-41d4-a716-446655440000",
        "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl",
        "HUNTER 2, hunter3, AKIAIOSFODNN7EXAMPL, correcthorse, pa 55, P%415",
        "ÜBERGRÖSSE \u{fffd} \u{1f511}",
    ] {
        assert!(
            matches!(mask.apply(text), Cow::Borrowed(_)),
            "{text}: {}",
            mask.apply(text)
        );
    }
}

#[test]
fn the_values_of_a_users_own_headers_are_masked_unless_they_are_short() {
    let auth = Auth::api_key("publicPrefix.secretBody");
    let mut headers = HeaderMap::new();
    headers.insert("x-gateway-token", HeaderValue::from_static("s3cr3t-token"));
    headers.insert("x-stage", HeaderValue::from_static("test"));
    let mask = Mask::new(&auth, &headers, Bytes::new(), None);
    assert_eq!(mask.apply("token s3cr3t-token on test"), "token *** on test");
    headers.insert("x-upstream", HeaderValue::from_static("Basic YWRhOnMzY3JldA=="));
    let mask = Mask::new(&auth, &headers, Bytes::new(), None);
    assert_eq!(
        mask.apply("s3cret of ada:s3cret is YWRhOnMzY3JldA=="),
        "*** of *** is ***"
    );
}

#[test]
fn the_beginning_of_a_long_text_is_masked_and_the_rest_costs_nothing() {
    let key = "secretBodyOfTheKey";
    let mask = Mask::of_key(&Auth::api_key(format!("publicPrefix.{key}")));
    let long = "x".repeat(5_000_000);
    for (before, echo, masked) in [
        (100, key, "***x"),
        (1006, key, "***"),
        (1010, key, "***"),
        (1020, key, "***"),
        (1021, key, "sec"),
        (1024, key, ""),
        (1014, "%73ecretBodyOf", "***"),
    ] {
        let text = format!("{}{echo}{long}", &long[..before]);
        let shown = mask.apply_to_beginning(&text, 1024).into_owned();
        assert!(shown.starts_with(&format!("{}{masked}", &long[..before])), "{before}");
        assert!(shown.len() <= 1024 && !shown.contains("ecre"), "{before}");
        #[cfg(unix)]
        {
            // Of this thread alone, as other tests of the process take turns on the cores.
            let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a positive time");
            let began = now();
            let _ = mask.apply_to_beginning(&text, 1024);
            let took = now().saturating_sub(began);
            assert!(took < Duration::from_millis(15), "{before}: {took:?}");
        }
    }
    assert_eq!(mask.apply_to_beginning(&format!("<{key}>"), 1024), "<***>");
}

#[test]
fn a_secret_of_any_length_is_masked_whole_and_by_a_long_beginning() {
    let long = (0..20_000)
        .map(|number| number.to_string())
        .collect::<Vec<_>>()
        .join(",");
    let alike = format!("{}other", &long[..1000]);
    let mask = Mask::of([&*long, &alike].into_iter());
    for (text, masked) in [
        (format!("<{long}>"), "<***>"),
        (format!("<{alike}>"), "<***>"),
        (format!("<{}>", &long[..2000]), "<***>"),
        (format!("<{}>", long.replace(',', "%2C")), "<***>"),
        (format!("<{}>", long.replace(',', r"\\u002c")), "<***>"),
        (format!("<{}>", STANDARD.encode(&long)), "<***>"),
    ] {
        assert_eq!(mask.apply(&text), masked, "{text:.100}");
    }
    assert_eq!(mask.apply_to_cut(&format!("<{}", &long[..60_000])), "<***");
    assert_eq!(mask.apply(&long[..200]), &long[..200]);
}

#[test]
fn any_number_of_secrets_is_masked() {
    let secrets: Vec<_> = (10_000..20_000)
        .map(|number| format!("{number}{}", "x".repeat(100)))
        .collect();
    let mask = Mask::of(secrets.iter().map(String::as_str));
    assert_eq!(
        mask.apply(&format!("<{}><{}>", secrets[0], secrets[9_999])),
        "<***><***>"
    );
    assert_eq!(mask.apply("10000xxxxxxxxxx"), "10000xxxxxxxxxx");
}

#[tokio::test]
async fn a_text_that_is_long_or_is_cut_and_has_many_secrets_is_masked_on_another_thread() {
    let here = std::thread::current().id();
    let many: Vec<_> = (0..2000).map(|number| format!("secret-{number}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let auth = Auth::api_key("publicPrefix.secretBody");
    for (body, length, is_cut, is_here) in [
        (Bytes::new(), 100, true, true),
        (Bytes::new(), LONG_TEXT + 1, false, false),
        (body_of(&many), 100, false, true),
        (body_of(&many), 100, true, false),
    ] {
        let mask = Mask::new(&auth, &HeaderMap::new(), body, None).ready().await;
        let thread = mask
            .work_on(length, is_cut, (), |_, ()| std::thread::current().id())
            .await;
        assert_eq!(thread == Some(here), is_here, "{length} {is_cut}");
    }
}

#[test]
fn layers_of_escapes_may_be_mixed() {
    let mask = Mask::of(["x&y <z>"].into_iter());
    for text in [
        r"x\\u0026amp;y+&lt;z&gt;",
        "x%26amp%3By%20%3Cz%3E",
        "x&amp;amp;y &amp;lt;z&#x3e;",
        r"x%5Cu0026y \u003cz\u003e",
        r"\u0078\u00\u0032\u0036y <z>",
    ] {
        assert_eq!(mask.apply(text), "***", "{text}");
    }
}

#[test]
fn a_secret_is_masked_after_what_looks_like_an_escape_of_its_beginning() {
    for (secret, text, masked) in [
        ("newSecret", r"C:\\newSecret", "C:***"),
        ("newSecret", r"C:\newSecr\u0065t!", "C:***!"),
        ("41bcdefg", "100%41bcdefg!", "100%***!"),
        ("u0041bcdefg", r"\u0041bcdefg!", r"\***!"),
        ("secret%", "secret%41!", "***41!"),
        ("line\nline", r#""line\nline""#, r#""***""#),
        ("%41%42%43", "ABC %41%42%43", "ABC ***"),
    ] {
        assert_eq!(Mask::of([secret].into_iter()).apply(text), masked, "{secret}");
    }
}

#[test]
fn a_cut_secret_is_masked_from_its_beginning_though_it_contains_another() {
    let mask = Mask::of(["jdbc:x://host?password=inner-secret&more=1", "inner-secret"].into_iter());
    for text in [
        "to jdbc:x://host?password=inner-secret&mo",
        "to jdbc:x://host?password=inner-secret",
    ] {
        assert_eq!(mask.apply_to_cut(text), "to ***", "{text}");
    }
}

#[test]
fn secrets_that_overlap_are_masked_together() {
    let mask = Mask::of(["abcdefgh", "efghijkl", "abcd"].into_iter());
    assert_eq!(mask.apply("<abcd><abcdefgh><efghijkl>"), "<***><***><***>");
    assert_eq!(mask.apply("abcdabcd"), "******");
}

/// Returns a text as one layer of the answer of a server spells it.
fn spelled(text: &str, layer: u8) -> String {
    match layer {
        0 => serde_json::to_string(text).unwrap().trim_matches('"').to_owned(),
        1 => percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string(),
        2 => text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&#34;"),
        _ => {
            let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
            units.collect::<Vec<_>>().concat()
        }
    }
}

proptest! {
    #[test]
    fn a_secret_is_masked_in_any_layers_of_escapes(
        secret in r#"[a-z]([a-zA-Z0-9 %&+/\\"'<>=._;#ü🔑\n]|%25|&amp;|\\\\n){8,16}[a-z]"#,
        innermost in 0_u8..4,
        layers in proptest::collection::vec(0_u8..3, 0..4),
        (before, behind) in ("[a-z ,:]{0,9}[ :\\[]", "[\\] ,][a-z ,:]{0,9}"),
    ) {
        prop_assume!(secret.chars().filter(|character| character.is_alphanumeric()).count() >= 8);
        let text = layers.iter().fold(spelled(&secret, innermost), |text, layer| spelled(&text, *layer));
        let text = format!("{before}{text}{behind}");
        let masked = Mask::of([&*secret].into_iter()).apply(&text).into_owned();
        prop_assert!(masked.starts_with(&*before) && masked.ends_with(&*behind), "{} {}", text, masked);
        prop_assert!(masked.len() <= before.len() + behind.len() + 8, "{} {}", text, masked);
    }
}
