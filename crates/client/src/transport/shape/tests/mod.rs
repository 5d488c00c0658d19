mod models;

use super::*;

const JOB: &str = r#"{"jobIdentifier":"j","status":"COMPLETED","total":1,"completed":1,"failed":0}"#;
const RECEIPT: &str = r#"{"jobIdentifier":"J","totalInputs":1}"#;
const RESULTS: &str = r#"{"jobIdentifier":"j","finished":true,"results":{"k":{"status":"SUCCESSFUL","o":1}}}"#;
const MODEL: &str = r#"{"modelId":"m","name":"Sentiment","status":"active","details":null,"message":null}"#;
const ANOTHER: &str = r#"{"jobIdentifier":"another","status":"COMPLETED","finished":true}"#;

/// Error bodies of the API, of gateways, and of the frameworks behind them.
const ERRORS: [&str; 16] = [
    r#"{"message":"Service under maintenance"}"#,
    r#"{"Message":"Service under maintenance"}"#,
    r#"{"message":"maintenance","until":"2026-12-01","contact":"ops@example.com"}"#,
    r#"{"statusCode":503,"status":"Service Unavailable","message":"down","reportErrorUrl":"u"}"#,
    r#"{"error":"upstream"}"#,
    r#"{"error":{"code":14,"reason":"unavailable"},"result":null}"#,
    r#"{"errors":["down"]}"#,
    r#"{"timestamp":"t","status":500,"error":"Internal Server Error","path":"/api"}"#,
    r#"{"status":500,"reason":"x"}"#,
    r#"{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"later"}"#,
    r#"{"code":503,"reason":"x"}"#,
    r#"{"fault":{"faultstring":"Spike arrest violation"}}"#,
    r#"{"status":"ERROR","message":"maintenance"}"#,
    r#"{"message":null,"message":"down"}"#,
    r#"{"success":false}"#,
    "\u{feff}{\"exception\":\"java.lang.OutOfMemoryError\"}",
];

/// JSON that is neither an error body nor about a job.
const OTHERS: [&str; 7] = [
    "{}",
    r#"{"status":"UP"}"#,
    r#"{"status":"COMPLETED"}"#,
    r#"{"status":""}"#,
    r#"{"jobIdentifier":null,"status":"COMPLETED"}"#,
    r#"{"job":{"jobIdentifier":"j"}}"#,
    r#"{"ok":true}"#,
];

/// JSON that is not an object.
const SCALARS: [&str; 6] = ["7", "null", "true", r#""OK""#, r#""""#, "-1.5"];

const NO_JSON: [&str; 7] = [
    "<html>",
    "OK",
    "{",
    "{} {}",
    " ",
    "Service Unavailable",
    "\u{feff}\u{feff}{}",
];

fn fault(body: &str, expect: Expect) -> Option<BodyFault> {
    read(body.into(), expect, Some("j")).err()
}

/// Asserts how each body is judged, whether or not a body is required.
fn assert_judged(shape: Shape, bodies: &[&str], expected: Option<BodyFault>) {
    for body in bodies {
        for expect in [Expect::Body(shape), Expect::BodyOrNothing(shape)] {
            assert_eq!(fault(body, expect), expected, "{expect:?}: {body}");
        }
    }
}

#[test]
fn an_empty_body_is_an_answer_of_routes_that_may_have_none() {
    for shape in [Shape::Job, Shape::Results, Shape::Object, Shape::Array] {
        for nothing in ["", "\u{feff}"] {
            assert_eq!(fault(nothing, Expect::Body(shape)), Some(BodyFault::Missing));
            assert_eq!(fault(nothing, Expect::BodyOrNothing(shape)), None);
        }
    }
}

#[test]
fn a_body_that_is_not_json_is_never_an_answer() {
    use Shape::{Anything, Array, Job, JobWithStatus, Object, Receipt, Results};
    for shape in [Receipt, Job, JobWithStatus, Results, Object, Array, Anything] {
        assert_judged(shape, &NO_JSON, Some(BodyFault::NotJson));
        if !matches!(shape, Array | Anything) {
            assert_judged(shape, &SCALARS, Some(BodyFault::NotObject));
            assert_judged(shape, &["[]", r#"[{"jobIdentifier":"j"}]"#], Some(BodyFault::NotObject));
        }
    }
}

#[test]
fn a_receipt_names_a_job_whatever_else_it_holds() {
    assert_judged(Shape::Receipt, &[JOB, RECEIPT], None);
    assert_judged(
        Shape::Receipt,
        &[r#"{"jobIdentifier":"j","message":"queued","statusCode":202}"#],
        None,
    );
    assert_judged(Shape::Receipt, &ERRORS, Some(BodyFault::NoJob));
    assert_judged(Shape::Receipt, &OTHERS, Some(BodyFault::NoJob));
    for another in [ANOTHER, r#"{"jobIdentifier":7}"#, r#"{"jobIdentifier":" "}"#] {
        assert_judged(Shape::Receipt, &[another], Some(BodyFault::AnotherJob));
    }
    // The receipt of a submit may name any job.
    for (body, expected) in [
        (ANOTHER, None),
        (r#"{"jobIdentifier":" "}"#, Some(BodyFault::NoJob)),
        (r#"{"jobIdentifier":7}"#, Some(BodyFault::NoJob)),
    ] {
        assert_eq!(
            read(body.into(), Expect::Body(Shape::Receipt), None).err(),
            expected,
            "{body}"
        );
    }
}

#[test]
fn a_job_names_itself_and_that_of_a_poll_has_a_status() {
    for shape in [Shape::Job, Shape::JobWithStatus] {
        assert_judged(
            shape,
            &[JOB, r#"{"jobIdentifier":"J","status":"WHATEVER","message":"m"}"#],
            None,
        );
        for body in ERRORS.iter().chain(&OTHERS) {
            let has_status = body.contains(r#""status":""#) && !body.contains(r#""status":"""#);
            let fault = match shape {
                Shape::JobWithStatus if !has_status => BodyFault::NoStatus,
                _ if ERRORS.contains(body) => BodyFault::Message,
                _ => BodyFault::NoJob,
            };
            assert_judged(shape, &[body], Some(fault));
        }
        assert_judged(shape, &[ANOTHER], Some(BodyFault::AnotherJob));
        let of_the_api = r#"{"jobIdentifier":"j","statusCode":503,"status":"Service Unavailable"}"#;
        assert_judged(shape, &[of_the_api], Some(BodyFault::Message));
    }
    let without_status = [
        r#"{"jobIdentifier":"j"}"#,
        r#"{"jobIdentifier":"j","status":null}"#,
        r#"{"jobIdentifier":"j","status":503}"#,
        r#"{"jobIdentifier":"j","status":""}"#,
        r#"{"jobIdentifier":"j","status":"   "}"#,
        r#"{"jobIdentifier":"j","status":"COMPLETED","status":"\t"}"#,
    ];
    assert_judged(Shape::Job, &without_status, None);
    assert_judged(Shape::JobWithStatus, &without_status, Some(BodyFault::NoStatus));
}

#[test]
fn results_name_their_job_and_hold_results_or_whether_it_has_finished() {
    let good = [
        RESULTS,
        r#"{"jobIdentifier":"J","failures":{}}"#,
        r#"{"jobIdentifier":"j","finished":false}"#,
        r#"{"jobIdentifier":"j","finished":true,"results":null,"failures":null,"error":null}"#,
        r#"{"jobIdentifier":"j","results":{},"message":"none"}"#,
    ];
    assert_judged(Shape::Results, &good, None);
    assert_judged(Shape::Results, &[ANOTHER], Some(BodyFault::AnotherJob));
    for bodies in [&ERRORS[..], &OTHERS[..]] {
        assert_judged(Shape::Results, bodies, Some(BodyFault::NoResults));
    }
    let wrong = [
        r#"{"message":"maintenance","finished":true}"#,
        r#"{"message":"maintenance","results":{}}"#,
        r#"{"message":"maintenance","failures":null}"#,
        r#"{"jobIdentifier":"j","finished":true,"message":"maintenance"}"#,
        r#"{"jobIdentifier":"j","statusCode":503,"results":{}}"#,
        r#"{"jobIdentifier":"j"}"#,
        r#"{"jobIdentifier":"j","results":null}"#,
        r#"{"jobIdentifier":"j","results":[]}"#,
        r#"{"jobIdentifier":"j","results":{},"failures":7}"#,
        r#"{"jobIdentifier":"j","finished":"soon"}"#,
        r#"{"results":{"k":{"status":"SUCCESSFUL","o":1}}}"#,
        r#"{"finished":true}"#,
        // The job instead of its results.
        JOB,
    ];
    for shape in [Shape::Results, Shape::FinalResults] {
        assert_judged(shape, &wrong, Some(BodyFault::NoResults));
    }
    assert_judged(Shape::FinalResults, &[RESULTS, good[1], good[3], good[4]], None);
    let unfinished = [
        good[2],
        r#"{"jobIdentifier":"j","finished":false,"results":{"k":{"status":"SUCCESSFUL","o":1}}}"#,
    ];
    assert_judged(Shape::FinalResults, &unfinished, Some(BodyFault::Unfinished));
}

#[test]
fn other_objects_are_not_error_bodies_and_lists_are_arrays() {
    assert_judged(Shape::Object, &[MODEL, JOB], None);
    for body in OTHERS {
        let holds_more = body == "{}" || body.contains("job");
        assert_judged(Shape::Object, &[body], (!holds_more).then_some(BodyFault::Message));
    }
    assert_judged(Shape::Array, &["[]", " [{}]\n", "\u{feff}[1]"], None);
    assert_judged(Shape::Array, &OTHERS, Some(BodyFault::NotArray));
    assert_judged(Shape::Array, &SCALARS, Some(BodyFault::NotArray));
    for shape in [Shape::Object, Shape::Array] {
        assert_judged(shape, &ERRORS, Some(BodyFault::Message));
    }
    for bodies in [&ERRORS[..], &OTHERS[..], &SCALARS[..], &["[]"]] {
        assert_judged(Shape::Anything, bodies, None);
    }
}

#[test]
fn a_list_of_null_or_of_messages_is_not_a_list() {
    assert_judged(Shape::Array, &["[null]", " [null , null]"], Some(BodyFault::NoItem));
    assert_judged(
        Shape::Array,
        &[r#"[null,{"message":"down"}]"#],
        Some(BodyFault::Message),
    );
    assert_judged(Shape::Array, &["[{},null]", " [1, null ,2]"], None);
    for error in ERRORS {
        let error = error.trim_start_matches('\u{feff}');
        let is_bare = Members::read(error).is_some_and(|members| Object::of(&members).is_of_errors());
        for list in [format!("[{error}]"), format!("[{error},{error}]")] {
            assert_judged(Shape::Array, &[&list], is_bare.then_some(BodyFault::Message));
        }
        // Items may have failed one by one.
        assert_judged(Shape::Array, &[&format!("[{JOB},{error}]")], None);
    }
    assert_judged(
        Shape::Array,
        &[r#"[{"status":"UP"},{}]"#, "[[null]]", r#"["null"]"#],
        None,
    );
}

#[test]
fn an_object_with_members_has_one_of_them() {
    let shape = Shape::ObjectWith(&["companyName", "processingEngines"]);
    let good = [
        r#"{"companyName":"C"}"#,
        r#"{"processingEngines":"50","more":1}"#,
        r#"{"companyName":null,"message":"of the license"}"#,
    ];
    assert_judged(shape, &good, None);
    assert_judged(
        shape,
        &["{}", MODEL, r#"{"login":true,"url":"https://sso.example"}"#],
        Some(BodyFault::NoMember),
    );
    assert_judged(shape, &ERRORS, Some(BodyFault::Message));
    assert_judged(shape, &["[]", "null", "7"], Some(BodyFault::NotObject));
}

#[test]
fn a_key_is_text_or_json_and_neither_a_page_nor_an_error_body() {
    let fault = |body: &str| read(body.into(), Expect::Body(Shape::Key), None).err();
    for key in [
        "prefix.body",
        r#""prefix.body""#,
        "12.34",
        r#"{"key":"prefix.body"}"#,
        r#"["prefix","body"]"#,
    ] {
        assert_eq!(fault(key), None, "{key}");
    }
    for body in ERRORS {
        assert_eq!(fault(body), Some(BodyFault::Message), "{body}");
    }
    for page in ["<html>", " <!doctype html>", r#""<html>""#] {
        assert_eq!(fault(page), Some(BodyFault::NotJson), "{page}");
    }
    for nothing in ["", " \n"] {
        assert_eq!(fault(nothing), Some(BodyFault::Missing));
    }
}

#[test]
fn the_answer_to_a_chunk_is_empty_or_json_that_is_not_an_error_body() {
    let fault = |body: &str| acknowledge(body.as_bytes(), true, Some("j")).err();
    for body in ["", " \n", "\u{feff}", JOB, RECEIPT, "[]"]
        .iter()
        .chain(&OTHERS)
        .chain(&SCALARS)
    {
        assert_eq!(fault(body), None, "{body}");
    }
    for body in ERRORS {
        assert_eq!(fault(body), Some(BodyFault::Message), "{body}");
    }
    for body in NO_JSON.iter().filter(|body| !body.trim().is_empty()) {
        assert_eq!(fault(body), Some(BodyFault::NotJson), "{body}");
    }
    assert_eq!(fault(ANOTHER), Some(BodyFault::AnotherJob));
    assert_eq!(acknowledge(b"\"\xff\"", true, None), Err(BodyFault::NotUtf8));
    // An incomplete body is judged by its beginning.
    for (body, expected) in [
        (r#"{"message":"mainte"#, None),
        (" [", None),
        ("", None),
        (" <html>", Some(BodyFault::NotJson)),
        ("OK", Some(BodyFault::NotJson)),
    ] {
        assert_eq!(acknowledge(body.as_bytes(), false, None).err(), expected, "{body}");
    }
}

#[test]
fn a_body_that_is_too_long_is_judged_by_its_beginning() {
    let poll = Expect::Body(Shape::JobWithStatus);
    for (begun, expected) in [
        ("", BodyFault::TooLarge),
        (" \n", BodyFault::TooLarge),
        (" {\"jobIdent", BodyFault::TooLarge),
        ("[", BodyFault::TooLarge),
        ("\u{feff}{", BodyFault::TooLarge),
        ("<html>", BodyFault::NotJson),
        ("Service", BodyFault::NotJson),
    ] {
        for media_type in [None, Some("application/json"), Some("text/plain")] {
            assert_eq!(oversized(begun.as_bytes(), media_type, poll), expected, "{begun}");
        }
        let page = Some("Text/HTML; charset=utf-8");
        assert_eq!(oversized(begun.as_bytes(), page, poll), BodyFault::NotJson);
        let key = Expect::Body(Shape::Key);
        assert_eq!(oversized(begun.as_bytes(), page, key), BodyFault::TooLarge);
    }
}
