use proptest::{collection::vec, prelude::*};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::*;

const LIMIT: usize = 1024 * 1024;

type Inputs = Vec<(Section, String, String)>;

/// Returns all inputs of a text that arrives in chunks with these ends.
fn scan(text: &[u8], mut ends: Vec<usize>, limit: usize) -> Result<Inputs, BodyFault> {
    ends.extend([0, text.len()]);
    for end in &mut ends {
        *end = (*end).min(text.len());
    }
    ends.sort_unstable();
    let chunks = ends.windows(2).map(|bounds| &text[bounds[0]..bounds[1]]);
    let (inputs, end) = super::scan(chunks, limit);
    let text = |bytes: Bytes| String::from_utf8(bytes.into()).unwrap();
    let inputs = inputs.into_iter();
    end.map(|()| {
        inputs
            .map(|found| (found.section, text(found.key), text(found.value)))
            .collect()
    })
}

fn whole(text: &str) -> Result<Inputs, BodyFault> {
    scan(text.as_bytes(), Vec::new(), LIMIT)
}

fn every_byte(text: &str) -> Result<Inputs, BodyFault> {
    scan(text.as_bytes(), (0..text.len()).collect(), LIMIT)
}

fn input(section: Section, key: &str, value: &str) -> (Section, String, String) {
    (section, key.to_owned(), value.to_owned())
}

#[test]
fn inputs_are_found_wherever_they_stand_and_as_they_stand() {
    use Section::{Failures, Results};
    let text = r#" {"total" : 2 ,"team":{"results":{"no":1}}, "failures": { "f" : { "error":"\"}" } } ,
        "r\u0065sults":{"a":{"o":[{}, "]"]},"a": 1.10 ,"\u0062":"x\\"}, "finished":true} "#;
    let expected = vec![
        input(Failures, r#""f""#, r#"{ "error":"\"}" }"#),
        input(Results, r#""a""#, r#"{"o":[{}, "]"]}"#),
        input(Results, r#""a""#, "1.10"),
        input(Results, r#""\u0062""#, r#""x\\""#),
    ];
    assert_eq!(whole(text).unwrap(), expected);
    assert_eq!(every_byte(text).unwrap(), expected);
}

#[test]
fn results_may_be_missing_empty_or_null() {
    for text in [
        "{}",
        r#"{"results":null,"failures":null}"#,
        r#"{"results":{},"failures":{ }}"#,
    ] {
        assert_eq!(every_byte(text), Ok(Vec::new()), "{text}");
    }
}

#[test]
fn what_is_no_object_of_results_is_refused_with_its_fault() {
    for text in ["[]", "7", "-1", "null", "true", r#""text""#] {
        assert_eq!(every_byte(text), Err(BodyFault::NotObject), "{text}");
    }
    for text in [r#"{"results":[]}"#, r#"{"failures":7}"#, r#"{"results":"none"}"#] {
        assert_eq!(every_byte(text), Err(BodyFault::NoResults), "{text}");
    }
    for text in [
        "<html>",
        "",
        "{",
        "{,}",
        r#"{"a":1,}"#,
        r#"{"a" 1}"#,
        r#"{"a":}"#,
        r#"{"a":1 "b":2}"#,
        "{a:1}",
        "{} {}",
        "{}x",
        r#"{"\x":1}"#,
        r#"{"results":{"a":1,}}"#,
        r#"{"results":{"a":[}}}"#,
        r#"{"results":{"a":1}"#,
        r#"{"results":{"a":"#,
        r#"{"results":{"a":"b"#,
        r#"{"results":{"a":12"b"}}"#,
    ] {
        assert_eq!(every_byte(text), Err(BodyFault::NotJson), "{text}");
        assert_eq!(whole(text), Err(BodyFault::NotJson), "{text}");
    }
    let broken = scan(b"{\"results\":{\"a\":\"\xff\"}}", Vec::new(), LIMIT);
    assert_eq!(broken, Err(BodyFault::NotUtf8));
}

#[test]
fn a_key_or_a_value_has_a_limit_and_the_whole_has_none() {
    let text = |length: usize| format!(r#"{{"results":{{"a":"{0}","b":"{0}"}}}}"#, "x".repeat(length));
    assert_eq!(scan(text(98).as_bytes(), vec![50], 100).unwrap().len(), 2);
    assert_eq!(scan(text(99).as_bytes(), vec![50], 100), Err(BodyFault::TooLarge));
    let key = format!(r#"{{"results":{{"{}":1}}}}"#, "x".repeat(99));
    assert_eq!(scan(key.as_bytes(), Vec::new(), 100), Err(BodyFault::TooLarge));
    let other = format!(r#"{{"other":[{}]}}"#, "1,".repeat(99));
    assert_eq!(scan(other.as_bytes(), Vec::new(), 100), Err(BodyFault::TooLarge));
    // No more is held than what is refused.
    let mut scanner = Scanner::new(100, None);
    scanner.feed(b"{\"results\":{\"a\":[");
    let mut fed = 0;
    while scanner.next() == Ok(None) {
        scanner.feed(b"1,1,1,1,1,");
        fed += 10;
    }
    assert_eq!(fed, 100);
}

#[test]
fn depth_costs_no_stack() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = format!(r#"{{"results":{{"a":{deep}}}}}"#);
    assert_eq!(whole(&text).unwrap()[0].2.len(), 200_000);
    assert_eq!(whole(&text.replacen(']', "", 1)), Err(BodyFault::NotJson));
}

fn values() -> impl Strategy<Value = Value> {
    let leaves = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(?s).{0,8}".prop_map(Value::from),
        r#"[\\"{}\[\],: ]{0,6}"#.prop_map(Value::from),
    ];
    leaves.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((r#"(?s)[\\"a}]{0,3}|.{0,4}"#, inner), 0..4).prop_map(|members| Map::from_iter(members).into()),
        ]
    })
}

fn objects() -> impl Strategy<Value = Map<String, Value>> {
    vec(("(?s).{0,6}", values()), 0..6).prop_map(Map::from_iter)
}

/// The text of results.
fn results() -> impl Strategy<Value = String> {
    (objects(), objects(), objects(), any::<bool>()).prop_map(|(results, failures, mut others, is_pretty)| {
        others.insert("results".to_owned(), results.into());
        others.insert("failures".to_owned(), failures.into());
        let text = if is_pretty {
            serde_json::to_string_pretty(&others)
        } else {
            serde_json::to_string(&others)
        };
        text.unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_parser_of_the_whole_finds_the_same(text in results(), ends in vec(0_usize..2000, 0..40)) {
        let found = scan(text.as_bytes(), ends, LIMIT).unwrap();
        let read = |wanted: Section| -> Value {
            let of = found.iter().filter(|(section, ..)| *section == wanted);
            let member = |key: &str, value: &str| -> (String, Value) {
                (serde_json::from_str(key).unwrap(), serde_json::from_str(value).unwrap())
            };
            of.map(|(_, key, value)| member(key, value)).collect()
        };
        let whole: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read(Section::Results), &whole["results"]);
        prop_assert_eq!(&read(Section::Failures), &whole["failures"]);
    }

    #[test]
    fn what_is_spoiled_is_refused_as_a_parser_of_the_whole_refuses_it(
        text in results(),
        spoiled in vec((any::<prop::sample::Index>(), any::<Option<u8>>()), 1..4),
        ends in vec(0_usize..2000, 0..40),
    ) {
        let mut text = text.into_bytes();
        for (at, byte) in spoiled {
            let at = at.index(text.len());
            match byte {
                Some(byte) => text[at] = byte,
                None => text.truncate(at.max(1)),
            }
        }
        let scanned = scan(&text, ends, LIMIT);
        prop_assert_eq!(&scanned, &scan(&text, Vec::new(), LIMIT));
        let is_json = std::str::from_utf8(&text).is_ok() && serde_json::from_slice::<IgnoredAny>(&text).is_ok();
        match scanned {
            Ok(_) => prop_assert!(is_json),
            Err(BodyFault::NotJson | BodyFault::NotUtf8) => prop_assert!(!is_json),
            // This fault is found before the rest arrives.
            Err(fault) => prop_assert!(matches!(fault, BodyFault::NoResults | BodyFault::NotObject)),
        }
    }
}
