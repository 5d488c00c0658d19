//! Answers about models and versions, and the progress of a deployment.

use super::*;

#[test]
fn a_model_that_has_been_created_has_an_identifier() {
    assert_judged(Shape::NewModel, &[r#"{"identifier":"m","status":"partial"}"#], None);
    let without = [
        "{}",
        MODEL,
        r#"{"login":true,"url":"https://sso.example"}"#,
        r#"{"status":"UP","components":{}}"#,
        r#"{"identifier":null}"#,
        r#"{"identifier":5}"#,
        r#"{"identifier":""}"#,
        r#"{"identifier":" "}"#,
        r#"{"identifier":{}}"#,
    ];
    assert_judged(Shape::NewModel, &without, Some(BodyFault::NoModel));
    assert_judged(Shape::NewModel, &ERRORS, Some(BodyFault::Message));
}

#[test]
fn a_model_and_a_version_are_those_that_were_asked_for() {
    let expect = Expect::BodyOrNothing(Shape::Object);
    let fault = |body: &str, of: &OfModel| read_about(body.into(), expect, None, Some(of)).err();
    let (model, version) = (OfModel::model("m"), OfModel::version("m", "1.0.0-RC"));
    for (body, of_model, of_version) in [
        ("", None, None),
        (r#"{"modelId":"m","version":"1.0.0-rc"}"#, None, None),
        (r#"{"identifier":"M","version":"1.0.0-RC"}"#, None, None),
        (r#"{"modelId":null,"identifier":"m"}"#, None, Some(BodyFault::NoModel)),
        (r#"{"version":"1.0.0-RC"}"#, Some(BodyFault::NoModel), None),
        (
            r#"{"version":"1.0.0-RC","model":{"modelId":"m"}}"#,
            Some(BodyFault::NoModel),
            None,
        ),
        (
            r#"{"version":"1.0.0-RC","model":{"modelId":"other"}}"#,
            Some(BodyFault::NoModel),
            Some(BodyFault::AnotherModel),
        ),
        (
            r#"{"modelId":"other","version":"1.0.0-RC"}"#,
            Some(BodyFault::AnotherModel),
            Some(BodyFault::AnotherModel),
        ),
        (r#"{"modelId":"m","version":"9"}"#, None, Some(BodyFault::AnotherModel)),
        (
            r#"{"modelId":7,"version":1}"#,
            Some(BodyFault::AnotherModel),
            Some(BodyFault::AnotherModel),
        ),
        ("{}", Some(BodyFault::NoModel), Some(BodyFault::NoModel)),
        (
            r#"{"login":true,"url":"u"}"#,
            Some(BodyFault::NoModel),
            Some(BodyFault::NoModel),
        ),
        (
            r#"{"message":"down"}"#,
            Some(BodyFault::Message),
            Some(BodyFault::Message),
        ),
    ] {
        assert_eq!(
            (fault(body, &model), fault(body, &version)),
            (of_model, of_version),
            "{body}"
        );
    }
}

#[test]
fn progress_has_a_percentage_that_is_a_number() {
    let good = [
        r#"{"percentage":0}"#,
        r#"{"percentage":99.5,"step":4,"stepName":"s"}"#,
        r#"{"percentage":100,"error":"a failure of the step","status":500}"#,
        r#"{"percentage":"1","percentage":1}"#,
        r#"{"percentage":50,"result":null}"#,
        r#"{"percentage":100,"result":{"status":"SUCCESSFUL"}}"#,
        r#"{"percentage":100,"result":{"status":"SUCCESSFUL","engine":"e","message":{},"error":"an output"}}"#,
        r#"{"percentage":100,"result":{"status":"SUCCESSFUL","results":{},"error":null}}"#,
        r#"{"percentage":100,"result":{"status":"SUCCESSFUL","error":""}}"#,
        r#"{"percentage":100,"result":{"message":"done","status":"Successful"}}"#,
        r#"{"result":{"status":"FAILED","error":"why"}}"#,
        r#"{"percentage":null,"step":4,"result":{"status":"error"}}"#,
    ];
    assert_judged(Shape::Progress, &good, None);
    let wrong = [
        "{}",
        MODEL,
        r#"{"percentage":null}"#,
        r#"{"percentage":"47"}"#,
        r#"{"percentage":[1]}"#,
        r#"{"result":{"status":"SUCCESSFUL"}}"#,
        r#"{"result":{"status":7}}"#,
        r#"{"result":"FAILED"}"#,
        r#"{"status":"FAILED"}"#,
        r#"{"percentage":100,"result":"Service under maintenance"}"#,
        r#"{"percentage":100,"result":[]}"#,
        r#"{"percentage":100,"result":{"message":"Service under maintenance"}}"#,
        r#"{"percentage":7,"result":{"statusCode":503}}"#,
        r#"{"percentage":100,"result":{"status":"UP","error":""}}"#,
        r#"{"percentage":100,"result":{"status":["SUCCESSFUL"],"error":""}}"#,
    ];
    assert_judged(Shape::Progress, &wrong, Some(BodyFault::NoProgress));
    assert_judged(Shape::Progress, &ERRORS, Some(BodyFault::Message));
    assert_judged(Shape::Progress, &["[]"], Some(BodyFault::NotObject));
}
