//! The steps of a deployment one by one, against scripted servers: what is waited for, what is sent again, and what a failure says.

use std::time::Duration;

use modzy_client::{BodyFault, ContainerImage, Error, ModelDescription, Sample, StepOptions};
use serde_json::value::RawValue;

use crate::support::{
    body_fault, builder, millis, options,
    server::{Reply, Server, answer, ok, status},
    skipping,
};

const IMAGE: &str = "GET /api/models/m/versions/1.0.0/container-image";

/// Returns the options of a wait that polls each second.
fn each_second() -> StepOptions {
    StepOptions::default().poll_interval(Duration::from_secs(1))
}

fn percentage(percentage: u32) -> Reply {
    ok(format!(r#"{{"percentage":{percentage}}}"#))
}

/// Formats a refusal as that of a failed step.
fn failed(status: u16) -> Reply {
    let body = r#"{"message":"It failed","technicalInformation":"exit code 137"}"#;
    Reply::Keep(answer(status, "", body))
}

#[tokio::test]
async fn a_wait_for_a_step_rides_out_outages_and_reports_each_percentage_once() {
    let replies = vec![
        percentage(5),
        status(500),
        Reply::Reset,
        status(503),
        ok("{}"),
        ok("<html>"),
        percentage(5),
        percentage(13),
        percentage(13),
        percentage(100),
    ];
    let many = replies.len();
    let server = Server::scripted(replies).await;
    let (client, clock) = skipping(&server.api());
    let mut seen = Vec::new();
    let done = client
        .wait_for_image("m", "1.0.0", &each_second(), |percentage| seen.push(percentage))
        .await
        .unwrap();
    assert_eq!(done.as_str(), r#"{"percentage":100}"#);
    assert_eq!(seen, [5, 13, 100]);
    // A reset of a reused socket is repeated at once, as in any read.
    let polls = server.lines();
    assert!((many..=many + 1).contains(&polls.len()), "{polls:?}");
    assert!(polls.iter().all(|line| line == IMAGE), "{polls:?}");
    assert!(
        clock.pauses().iter().all(|&pause| pause >= 1000),
        "{:?}",
        clock.pauses()
    );
}

#[tokio::test]
async fn a_wait_for_a_step_ends_after_an_outage_of_max_outage() {
    for (reply, fault) in [
        (status(500), None),
        (ok("{}"), Some(BodyFault::NoProgress)),
        (ok(r#"{"percentage":"47"}"#), Some(BodyFault::NoProgress)),
        (ok(r#"{"percentage":null}"#), Some(BodyFault::NoProgress)),
        (ok(r#"{"message":"maintenance"}"#), Some(BodyFault::Message)),
        (ok("[]"), Some(BodyFault::NotObject)),
        (ok(""), Some(BodyFault::Missing)),
    ] {
        let server = Server::always(reply.clone()).await;
        let (client, clock) = skipping(&server.api());
        let options = each_second().max_outage(Duration::from_mins(1));
        let error = client.wait_for_image("m", "1.0.0", &options, |_| {}).await.unwrap_err();
        assert_eq!(body_fault(&error), fault, "{error:?}");
        let waited: u128 = clock.pauses().iter().sum();
        assert!((59_000..=61_000).contains(&waited), "{reply:?}: {waited} ms");
    }
}

#[tokio::test]
async fn a_wait_for_a_step_ends_at_its_limit_whatever_the_server_says() {
    for reply in [percentage(47), status(500)] {
        let server = Server::always(reply).await;
        let (client, clock) = skipping(&server.api());
        let options = each_second().limit(Duration::from_secs(30));
        let error = client.wait_for_test("m", "1.0.0", &options, |_| {}).await.unwrap_err();
        assert_eq!(error.to_string(), "the step run was not complete after 30000 ms");
        assert_eq!(clock.pauses().iter().sum::<u128>(), 30_000);
    }
}

#[tokio::test]
async fn a_failure_with_technical_information_ends_a_wait_whatever_its_status() {
    for code in [400, 404, 500, 503] {
        let server = Server::scripted(vec![percentage(50), failed(code)]).await;
        let (client, _) = skipping(&server.api());
        let error = client
            .wait_for_image("m", "1.0.0", &each_second(), |_| {})
            .await
            .unwrap_err();
        let Error::Status {
            status,
            body: Some(body),
            ..
        } = error
        else {
            panic!("{error:?}");
        };
        assert_eq!(status, code);
        assert!(body.contains("exit code 137"), "{body}");
        assert_eq!(server.count(), 2);
    }
    for technical in [r#"{"exit":137}"#, r#"["line 1"]"#, "137"] {
        let body = format!(r#"{{"message":"It failed","technicalInformation":{technical}}}"#);
        let server = Server::scripted(vec![percentage(50), Reply::Keep(answer(500, "", body))]).await;
        let (client, _) = skipping(&server.api());
        let error = client.wait_for_image("m", "1.0.0", &each_second(), |_| {}).await;
        assert_eq!(
            (error.unwrap_err().status(), server.count()),
            (Some(500), 2),
            "{technical}"
        );
    }
}

#[tokio::test]
async fn a_run_that_has_succeeded_without_outputs_is_complete() {
    let server = Server::always(ok(r#"{"percentage":100,"result":{"status":"SUCCESSFUL","error":""}}"#)).await;
    let (client, _) = skipping(&server.api());
    let result = client.wait_for_test("m", "1.0.0", &each_second(), |_| {}).await;
    assert_eq!(result.unwrap().as_str(), r#"{"status":"SUCCESSFUL","error":""}"#);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_run_without_its_result_is_not_complete() {
    let replies = vec![
        percentage(100),
        ok(r#"{"percentage":100,"result":null}"#),
        ok(r#"{"percentage":100,"result":{"status":"SUCCESSFUL","any.name":[1]}}"#),
    ];
    let server = Server::scripted(replies).await;
    let (client, _) = skipping(&server.api());
    let mut seen = Vec::new();
    let result = client
        .wait_for_test("m", "1.0.0", &each_second(), |percentage| seen.push(percentage))
        .await
        .unwrap();
    assert_eq!(result.as_str(), r#"{"status":"SUCCESSFUL","any.name":[1]}"#);
    assert_eq!(seen, [99, 100]);
}

#[tokio::test]
async fn a_failed_run_is_an_error_with_its_technical_information() {
    for (result, message, technical) in [
        (
            r#"{"status":"FAILED","error":"wrong media type","technicalInformation":"line 3"}"#,
            "the step run failed: wrong media type",
            Some("line 3"),
        ),
        (
            r#"{"status":"FAILED","error":"wrong media type"}"#,
            "the step run failed: wrong media type",
            Some("wrong media type"),
        ),
        (
            r#"{"status":"FAILED"}"#,
            "the step run failed: the server gives no reason",
            None,
        ),
        (
            r#"{"status":"FAILED","error":{"code":7},"technicalInformation":["line 3", 137]}"#,
            r#"the step run failed: {"code":7}"#,
            Some(r#"["line 3", 137]"#),
        ),
        (
            r#"{"status":"FAILED","error":"why","technicalInformation":null},"technicalInformation":{"exit":137}"#,
            "the step run failed: why",
            Some(r#"{"exit":137}"#),
        ),
    ] {
        let server = Server::always(ok(format!(r#"{{"percentage":100,"result":{result}}}"#))).await;
        let (client, _) = skipping(&server.api());
        let error = client
            .wait_for_test("m", "1.0.0", &each_second(), |_| {})
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), message);
        let Error::Step {
            technical_information, ..
        } = error
        else {
            panic!("{error:?}");
        };
        assert_eq!(technical_information.as_deref(), technical);
    }
}

#[tokio::test]
async fn a_failed_run_without_a_percentage_ends_the_wait_with_its_reason() {
    for percentage in ["", r#""percentage":null,"#, r#""percentage":"70","#] {
        let failed = format!(r#"{{{percentage}"step":4,"result":{{"status":"FAILED","error":"no memory"}}}}"#);
        let server = Server::scripted(vec![self::percentage(55), ok(failed)]).await;
        let (client, _) = skipping(&server.api());
        let error = client
            .wait_for_test("m", "1.0.0", &each_second(), |_| {})
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "the step run failed: no memory", "{percentage}");
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn only_a_load_repeats_a_400_and_at_most_ten_times() {
    let server = Server::scripted(vec![failed(400), failed(400), ok("")]).await;
    let (client, clock) = skipping(&server.api());
    client.load_model("m", "1.0.0", &each_second()).await.unwrap();
    assert_eq!((server.count(), clock.pauses()), (3, vec![600, 1200]));

    let server = Server::always(failed(400)).await;
    let (client, clock) = skipping(&server.api());
    let error = client.load_model("m", "1.0.0", &each_second()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Status { status: 400, body: Some(body), .. } if body.contains("exit code 137")),
        "{error:?}"
    );
    assert_eq!(server.count(), 11);
    let pauses = [600, 1200, 2400, 4800, 9600, 19_200, 38_400, 60_000, 60_000, 60_000];
    assert_eq!(clock.pauses(), pauses);

    // The limit of the step ends the repetition.
    let (client, clock) = skipping(&server.api());
    let short = each_second().limit(Duration::from_secs(2));
    client.load_model("m", "1.0.0", &short).await.unwrap_err();
    assert_eq!(clock.pauses(), [600, 1200, 200]);

    let before = server.count();
    let image = ContainerImage::new("modzy/echo:1");
    let sample = Sample::new("input", "sample.txt", "a sample");
    client
        .pull_image("m", "1.0.0", &image, &each_second())
        .await
        .unwrap_err();
    client
        .send_test_input("m", "1.0.0", &sample, &options())
        .await
        .unwrap_err();
    client.start_test("m", "1.0.0", &options()).await.unwrap_err();
    client
        .activate_model_version("m", "1.0.0", &options())
        .await
        .unwrap_err();
    assert_eq!(server.count() - before, 4);
}

#[tokio::test]
async fn a_pull_and_a_load_may_take_longer_than_a_request_but_not_than_their_limit() {
    let late = Reply::Late(millis(300), answer(200, "", ""));
    let server = Server::always(late).await;
    let client = builder(&server.api()).request_timeout(millis(50)).build().unwrap();
    let image = ContainerImage::new("modzy/echo:1");
    client.pull_image("m", "1.0.0", &image, &each_second()).await.unwrap();
    client.load_model("m", "1.0.0", &each_second()).await.unwrap();
    let short = each_second().limit(millis(100));
    let error = client.load_model("m", "1.0.0", &short).await.unwrap_err();
    assert!(
        matches!(error, Error::Timeout { limit, .. } if limit == millis(100)),
        "{error:?}"
    );
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn each_step_sends_what_it_says() {
    let server = Server::start(|request, _| match request.line() {
        "POST /api/models" => ok(r#"{"identifier":"m"}"#),
        _ => ok("{}"),
    })
    .await;
    let (client, _) = skipping(&server.api());
    let (model, version) = ("m", "1.0.0");
    let created = client.create_model("Größe", version, &options()).await.unwrap();
    assert_eq!(created.string_member("identifier").as_deref(), Some(model));
    client.create_model_version(model, "1.0.1", &options()).await.unwrap();
    let description = ModelDescription {
        tags: Some(Vec::new()),
        ..ModelDescription::default()
    };
    client.describe_model(model, &description, &options()).await.unwrap();
    let sample = r#"{"z":12345678901234567890,"__proto__":{"x":1e999},"a":8.988465674311579e+307}"#;
    let exact: Box<RawValue> = serde_json::from_str(sample).unwrap();
    client
        .set_model_version_input_sample(model, version, &exact, &options())
        .await
        .unwrap();
    client
        .set_model_version_output_sample(model, version, &exact, &options())
        .await
        .unwrap();
    let picture = Sample::new("", "a \"picture\"\r\n.png", "PNG");
    client.send_picture(model, &picture, "Ä & B", &options()).await.unwrap();
    let requests = server.requests();
    let bodies: Vec<_> = requests
        .iter()
        .map(|request| (request.line(), String::from_utf8_lossy(&request.body).into_owned()))
        .collect();
    let sent = [
        ("POST /api/models", r#"{"name":"Größe","version":"1.0.0"}"#),
        ("POST /api/models/m/versions", r#"{"version":"1.0.1"}"#),
        ("PATCH /api/models/m", r#"{"tags":[]}"#),
        ("PUT /api/models/m/versions/1.0.0/sample-input", sample),
        ("PUT /api/models/m/versions/1.0.0/sample-output", sample),
    ];
    for ((line, body), sent) in bodies.iter().zip(sent) {
        assert_eq!((*line, body.as_str()), sent);
    }
    let (line, body) = &bodies[5];
    assert!(
        line.starts_with("POST /api/models/m/image?description=%C3%84"),
        "{line}"
    );
    assert!(
        body.contains(r#"name="file"; filename="a %22picture%22%0D%0A.png""#),
        "{body}"
    );
    assert_eq!(bodies.len(), 6);
}

#[tokio::test]
async fn a_step_refuses_what_cannot_work_before_anything_is_sent() {
    let server = Server::always(ok("{}")).await;
    let (client, _) = skipping(&server.api());
    let given = options();
    let image = ContainerImage::new(" ");
    let sample = Sample::new("input", "sample.txt", "a sample");
    let refused = [
        (client.create_model(" ", "1.0.0", &given).await.err(), "name"),
        (client.create_model("n", "", &given).await.err(), "version"),
        (client.create_model("n", "..", &given).await.err(), "version"),
        (client.create_model("n", "latest", &given).await.err(), "version"),
        (client.create_model_version("m", ".", &given).await.err(), "version"),
        (client.create_model_version("", "1.0.0", &given).await.err(), "model_id"),
        (
            client
                .describe_model("m", &ModelDescription::default(), &given)
                .await
                .err(),
            "description",
        ),
        (
            client.pull_image("m", "1.0.0", &image, &each_second()).await.err(),
            "image",
        ),
        (
            client.wait_for_image("..", "1.0.0", &each_second(), |_| {}).await.err(),
            "model_id",
        ),
        (
            client.wait_for_test("m", "..", &each_second(), |_| {}).await.err(),
            "version",
        ),
        (client.load_model("", "1.0.0", &each_second()).await.err(), "model_id"),
        (client.send_test_input("m", "", &sample, &given).await.err(), "version"),
        (
            client
                .set_model_version_input_sample("m", "1.0.0", &[1], &given)
                .await
                .err(),
            "sample",
        ),
        (Sample::from_file("input", "/no/such/file").await.err(), "file"),
        (Sample::from_file("input", "/").await.err(), "file"),
    ];
    for (error, argument) in refused {
        assert!(
            matches!(error, Some(Error::Argument { name, .. }) if name == argument),
            "{argument}: {error:?}"
        );
    }
    assert_eq!(server.count(), 0);
}
