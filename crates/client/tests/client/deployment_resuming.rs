//! Deployments that continue where an earlier one ended.

use modzy_client::{DeployOptions, Error, ModelSpec, SpecInput, Step, StepOptions};
use modzy_emulator::{Emulator, Options};
use serde_json::json;

use crate::support::{
    KEY, builder, emulator_with,
    folder::Folder,
    millis, options,
    server::{Server, ok, status},
    skipping,
};

async fn emulator() -> (Emulator, modzy_client::ClientBuilder) {
    emulator_with(Options {
        deployment_step: millis(20),
        image_settle: millis(0),
        ..Options::default()
    })
    .await
}

fn spec(folder: &Folder) -> ModelSpec {
    let sample = folder.file("sample.txt", b"a sample");
    let mut spec = ModelSpec::new("Echo", "0.0.1", "modzy/echo:1", vec![SpecInput::new("input", sample)]);
    spec.long_description = Some("Returns its input.".to_owned());
    spec
}

fn fast() -> DeployOptions {
    DeployOptions::default().wait(StepOptions::default().poll_interval(millis(5)))
}

/// The requests that a deployment must make only once.
fn once(emulator: &Emulator) -> Vec<&'static str> {
    let requests = emulator.requests();
    let of = |(method, end): &(&str, &str)| {
        requests
            .iter()
            .filter(|request| request.method == *method && request.path.ends_with(end) && request.status == Some(200))
            .count()
    };
    let all = [
        ("POST", "/container-image"),
        ("POST", "/load-process"),
        ("POST", "/testInput"),
        ("POST", "/run-process"),
    ];
    all.iter().filter(|step| of(step) != 1).map(|(_, end)| *end).collect()
}

#[tokio::test]
async fn a_deployment_continues_after_any_step_and_takes_none_twice() {
    for last in [
        Step::Create,
        Step::Describe,
        Step::Image,
        Step::Attributes,
        Step::Load,
        Step::TestInput,
        Step::Run,
        Step::Samples,
        Step::Restore,
        Step::Picture,
        Step::Activate,
    ] {
        let (folder, (emulator, builder)) = (Folder::new(), emulator().await);
        let client = builder.build().unwrap();
        let mut spec = spec(&folder);
        let mut model = None;
        client
            .deploy_model(&spec, &fast().until(last), |progress| {
                model = progress.model_id.map(str::to_owned);
            })
            .await
            .unwrap();
        spec.model_id = model;
        let version = client.deploy_model(&spec, &fast().resume(), |_| {}).await.unwrap();
        assert_eq!(version.string_member("status").as_deref(), Some("active"));
        assert_eq!(
            version.string_member("longDescription").as_deref(),
            Some("Returns its input.")
        );
        let mut twice = once(&emulator);
        // A sample says nothing about its run, so it is sent again.
        twice.retain(|step| last != Step::TestInput || *step != "/testInput");
        assert_eq!(twice, [""; 0], "after {}", last.name());
        let requests = emulator.requests();
        let created = requests.iter().filter(|request| {
            request.method == "POST" && (request.path.ends_with("/models") || request.path.ends_with("/versions"))
        });
        assert_eq!(created.count(), 1, "after {}", last.name());
    }
}

#[tokio::test]
async fn a_version_that_does_not_exist_is_created() {
    let (folder, (_emulator, builder)) = (Folder::new(), emulator().await);
    let client = builder.build().unwrap();
    let mut spec = spec(&folder);
    let model = client.create_model("Echo", "0.0.1", &options()).await.unwrap();
    spec.model_id = model.string_member("identifier");
    spec.version = "0.0.2".to_owned();
    let version = client.deploy_model(&spec, &fast().resume(), |_| {}).await.unwrap();
    assert_eq!(version.string_member("version").as_deref(), Some("0.0.2"));
}

#[tokio::test]
async fn a_failed_run_is_repeated_and_a_failed_pull_too() {
    for (image, step) in [("modzy/fail-run:1", "run"), ("modzy/fail-pull:1", "image")] {
        let (folder, (_emulator, builder)) = (Folder::new(), emulator().await);
        let client = builder.build().unwrap();
        let mut spec = spec(&folder);
        spec.image = image.to_owned();
        let failed = |error| match error {
            Error::Step {
                step,
                model_id: Some(model_id),
                technical_information: Some(_),
                ..
            } => (step, model_id),
            error => panic!("{error:?}"),
        };
        let error = client.deploy_model(&spec, &fast(), |_| {}).await.unwrap_err();
        let (first, model_id) = failed(error);
        spec.model_id = Some(model_id);
        let error = client.deploy_model(&spec, &fast().resume(), |_| {}).await.unwrap_err();
        assert_eq!((first, failed(error).0), (step, step));
        // The image is not known to the server's answers, so another one is named by its step.
        spec.image = "modzy/echo:1".to_owned();
        client
            .deploy_model(&spec, &fast().from(Step::Image), |_| {})
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_failed_step_is_worth_the_same_call_only_if_that_repeats_no_other_step() {
    let folder = Folder::new();
    for (fails, options, model_id, retryable) in [
        ("POST /api/models", fast(), None, false),
        ("GET /api/models/m/versions/0.0.1/container-image", fast(), None, false),
        (
            "GET /api/models/m/versions/0.0.1/container-image",
            fast().from(Step::Image),
            Some("m"),
            true,
        ),
        (
            "GET /api/models/m/versions/0.0.1/run-process",
            fast().from(Step::Load),
            Some("m"),
            false,
        ),
        (
            "GET /api/models/m/versions/0.0.1/run-process",
            fast().resume(),
            Some("m"),
            true,
        ),
        (
            "GET /api/models/m/versions/0.0.1",
            fast().from(Step::Activate),
            Some("m"),
            false,
        ),
    ] {
        let server = Server::start(move |request, _| {
            let is_of_create = request.line() == "POST /api/models";
            match request.line() {
                line if line == fails => status(if is_of_create { 400 } else { 500 }),
                "GET /api/models/m/versions/0.0.1/container-image" => ok(r#"{"percentage":100}"#),
                _ => ok(r#"{"identifier":"m","version":"0.0.1","containerImage":{"loadPercentage":100}}"#),
            }
        })
        .await;
        let (client, _) = skipping(&server.api());
        let mut spec = spec(&folder);
        spec.model_id = model_id.map(str::to_owned);
        let error = client.deploy_model(&spec, &options, |_| {}).await.unwrap_err();
        assert_eq!(error.is_retryable(), retryable, "{fails} {options:?} {error:?}");
    }
}

#[tokio::test]
async fn a_pull_and_a_run_under_way_are_waited_for() {
    let folder = Folder::new();
    let server = Server::start(|request, nth| {
        let version = |loaded: u32| {
            ok(
                json!({ "version": "0.0.1", "status": "partial", "containerImage": { "loadPercentage": loaded } })
                    .to_string(),
            )
        };
        match (request.line(), nth) {
            ("GET /api/models/m/versions/0.0.1", _) => version(100),
            ("GET /api/models/m/versions/0.0.1/container-image", _) => ok(r#"{"percentage":100}"#),
            ("GET /api/models/m/versions/0.0.1/run-process", 0..=3) => ok(r#"{"percentage":40}"#),
            ("GET /api/models/m/versions/0.0.1/run-process", _) => {
                ok(r#"{"percentage":100,"result":{"status":"SUCCESSFUL"}}"#)
            }
            _ => ok("{}"),
        }
    })
    .await;
    let (client, _) = skipping(&server.api());
    let mut spec = spec(&folder);
    spec.model_id = Some("m".to_owned());
    client.deploy_model(&spec, &fast().resume(), |_| {}).await.unwrap();
    let posts: Vec<_> = server
        .lines()
        .into_iter()
        .filter(|line| line.starts_with("POST"))
        .collect();
    assert_eq!(posts, [""; 0]);
}

#[tokio::test]
async fn nothing_is_sent_twice_if_the_state_cannot_be_read() {
    let folder = Folder::new();
    for code in [401, 500] {
        let server = Server::always(status(code)).await;
        let (client, _) = skipping(&server.api());
        let mut spec = spec(&folder);
        spec.model_id = Some("m".to_owned());
        let error = client.deploy_model(&spec, &fast().resume(), |_| {}).await.unwrap_err();
        assert_eq!(error.status(), Some(code), "{error:?}");
        assert!(server.lines().iter().all(|line| line.starts_with("GET")));
    }
}

#[tokio::test]
async fn a_resumed_deployment_needs_its_model_and_finds_its_first_step() {
    let folder = Folder::new();
    let client = builder("http://127.0.0.1:1/api").build().unwrap();
    let error = client
        .deploy_model(&spec(&folder), &fast().resume(), |_| {})
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Argument { name: "model_id", .. }), "{error:?}");
    let mut spec = spec(&folder);
    spec.model_id = Some("m".to_owned());
    let both = fast().resume().from(Step::Load);
    let error = client.deploy_model(&spec, &both, |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::Argument { name: "resume", .. }), "{error:?}");
    assert!(!format!("{error:?}").contains(KEY));
}
