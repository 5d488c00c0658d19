//! Deployments against the emulator.

use std::time::Duration;

use modzy_client::{DeployOptions, Error, ModelSpec, SpecInput, Step, StepOptions, StepProgress};
use modzy_emulator::{Emulator, Options};
use serde_json::json;

use crate::support::{
    KEY, builder, everything,
    folder::Folder,
    millis, options,
    server::{Reply, Server, answer, ok, status},
    skipping,
};

async fn emulator() -> Emulator {
    let options = Options {
        api_key: Some(KEY.to_owned()),
        deployment_step: millis(20),
        image_settle: millis(20),
        engine_start: millis(20),
        ..Options::default()
    };
    Emulator::start(options).await.unwrap()
}

/// Returns a model whose only input has a sample.
fn spec(folder: &Folder, image: &str) -> ModelSpec {
    let sample = folder.file("sample.txt", b"a sample");
    ModelSpec::new("Echo", "0.0.1", image, vec![SpecInput::new("input", sample)])
}

fn fast() -> DeployOptions {
    DeployOptions::default().wait(StepOptions::default().poll_interval(millis(5)))
}

#[tokio::test]
async fn a_model_is_deployed_from_nothing_to_an_active_version() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let client = builder(emulator.base_url()).build().unwrap();
    let mut steps = Vec::new();
    let spec = spec(&folder, "modzy/echo:1");
    let version = client
        .deploy_model(&spec, &fast(), |progress| {
            assert_eq!(
                progress.model_id.is_some(),
                progress.step != "create" || progress.percentage == 100
            );
            if progress.percentage == 100 {
                steps.push(progress.step);
            }
        })
        .await
        .unwrap();
    assert_eq!(version.string_member("status").as_deref(), Some("active"));
    let all = [
        "create",
        "describe",
        "image",
        "attributes",
        "load",
        "testInput",
        "run",
        "samples",
        "restore",
        "picture",
        "activate",
    ];
    assert_eq!(steps, all);
}

#[tokio::test]
async fn a_failed_step_names_the_model_and_is_resumed() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let client = builder(emulator.base_url()).build().unwrap();
    let mut spec = spec(&folder, "modzy/fail-load:1");
    let error = client.deploy_model(&spec, &fast(), |_| {}).await.unwrap_err();
    let Error::Step {
        step: "load",
        model_id,
        technical_information: Some(technical),
        ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert!(technical.contains("exited with code 137"), "{technical}");
    spec.model_id = model_id;
    spec.image = "modzy/echo:1".to_owned();
    let version = client
        .deploy_model(&spec, &fast().from(Step::Image), |_| {})
        .await
        .unwrap();
    assert_eq!(version.string_member("status").as_deref(), Some("active"));
}

#[tokio::test]
async fn a_spec_that_cannot_work_is_refused_before_a_model_is_created() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let client = builder(emulator.base_url()).build().unwrap();
    let good = || spec(&folder, "modzy/echo:1");
    let changed = |change: &dyn Fn(&mut ModelSpec)| {
        let mut spec = good();
        change(&mut spec);
        spec
    };
    for (spec, argument) in [
        (changed(&|spec| spec.inputs.clear()), "inputs"),
        (changed(&|spec| spec.inputs[0].sample = None), "inputs"),
        (
            changed(&|spec| spec.inputs[0].sample = Some("/no/such/file".into())),
            "inputs",
        ),
        (changed(&|spec| spec.minimum_engines = 2), "minimum_engines"),
        (changed(&|spec| spec.name.clear()), "name"),
        (changed(&|spec| spec.version.clear()), "version"),
        (changed(&|spec| spec.image = " ".to_owned()), "image"),
        (changed(&|spec| spec.version = "..".to_owned()), "version"),
        (changed(&|spec| spec.version = "latest".to_owned()), "version"),
        (changed(&|spec| spec.version = "a/b".to_owned()), "version"),
        (changed(&|spec| spec.version = "1.0 0".to_owned()), "version"),
        (changed(&|spec| spec.version = "...".to_owned()), "version"),
        (changed(&|spec| spec.version = "1.0.0\n".to_owned()), "version"),
        (changed(&|spec| spec.version = "1.0.0?x=1#y".to_owned()), "version"),
        (changed(&|spec| spec.image = "modzy/echo: 1".to_owned()), "image"),
        (changed(&|spec| spec.image = "modzy/echo:1\n".to_owned()), "image"),
        (changed(&|spec| spec.model_id = Some(" ".to_owned())), "model_id"),
        (changed(&|spec| spec.maximum_engines = 0), "maximum_engines"),
        (changed(&|spec| spec.inputs[0].name = "..".to_owned()), "inputs"),
        (changed(&|spec| spec.inputs[0].maximum_size = 0), "inputs"),
        (changed(&|spec| spec.inputs[0].accepted_media_types.clear()), "inputs"),
        (
            changed(&|spec| spec.inputs[0].accepted_media_types = "text/plain,".to_owned()),
            "inputs",
        ),
        (changed(&|spec| spec.outputs[0].name = ".".to_owned()), "outputs"),
        (changed(&|spec| spec.outputs[0].maximum_size = 0), "outputs"),
        (
            changed(&|spec| spec.outputs[0].media_type = "json".to_owned()),
            "outputs",
        ),
        (changed(&|spec| spec.model_id = Some("..".to_owned())), "model_id"),
        (changed(&|spec| spec.outputs.clear()), "outputs"),
        (changed(&|spec| spec.outputs.push(spec.outputs[0].clone())), "outputs"),
        (changed(&|spec| spec.inputs.push(spec.inputs[0].clone())), "inputs"),
        (changed(&|spec| spec.inputs[0].name = "\t".to_owned()), "inputs"),
        (changed(&|spec| spec.tags = vec![" ".to_owned()]), "tags"),
        (changed(&|spec| spec.status_timeout = 0), "status_timeout"),
        (changed(&|spec| spec.run_timeout = 0), "run_timeout"),
        (changed(&|spec| spec.inputs[0].maximum_size = 7), "inputs"),
        (
            changed(&|spec| spec.inputs[0].sample = Some(folder.path().to_owned())),
            "inputs",
        ),
        (
            changed(&|spec| spec.inputs[0].sample = Some(folder.file("empty", b""))),
            "inputs",
        ),
        #[cfg(unix)]
        (
            changed(&|spec| spec.inputs[0].sample = Some(folder.pipe("pipe"))),
            "inputs",
        ),
        #[cfg(unix)]
        (changed(&|spec| spec.picture = Some("/dev/zero".into())), "picture"),
        (changed(&|spec| spec.picture = Some("/no/such/file".into())), "picture"),
    ] {
        let error = client.deploy_model(&spec, &fast(), |_| {}).await.unwrap_err();
        assert!(
            matches!(error, Error::Argument { name, .. } if name == argument),
            "{error:?}"
        );
    }
    let resumed = client.deploy_model(&good(), &fast().from(Step::Load), |_| {}).await;
    assert!(
        matches!(resumed, Err(Error::Argument { name: "model_id", .. })),
        "{resumed:?}"
    );
    let no_time = DeployOptions::default().wait(StepOptions::default().limit(Duration::ZERO));
    let unlimited = client.deploy_model(&good(), &no_time, |_| {}).await;
    assert!(
        matches!(unlimited, Err(Error::Argument { name: "limit", .. })),
        "{unlimited:?}"
    );
    assert!(emulator.requests().is_empty());
}

#[tokio::test]
async fn a_step_that_takes_too_long_ends_the_deployment() {
    let folder = Folder::new();
    let options = Options {
        api_key: Some(KEY.to_owned()),
        deployment_step: Duration::from_mins(1),
        ..Options::default()
    };
    let emulator = Emulator::start(options).await.unwrap();
    let client = builder(emulator.base_url()).build().unwrap();
    let wait = StepOptions::default().poll_interval(millis(1)).limit(millis(1));
    let spec = spec(&folder, "modzy/echo:1");
    let error = client
        .deploy_model(&spec, &DeployOptions::default().wait(wait), |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the step image was not complete after 1 ms");
}

#[tokio::test]
async fn an_edit_keeps_what_it_does_not_name() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let client = builder(emulator.base_url()).build().unwrap();
    let mut spec = spec(&folder, "modzy/echo:1");
    spec.long_description = Some("Returns its input.".to_owned());
    let deployed = client.deploy_model(&spec, &fast(), |_| {}).await.unwrap();
    let deployed: serde_json::Value = deployed.parse().unwrap();
    let model = deployed["model"]["modelId"].as_str().unwrap();
    let changes = serde_json::json!({ "timeout": { "run": 5000 } });
    let edited = client
        .edit_model_version(model, "0.0.1", &changes, &options())
        .await
        .unwrap();
    let edited: serde_json::Value = edited.parse().unwrap();
    assert_eq!(edited["timeout"], serde_json::json!({ "status": 60000, "run": 5000 }));
    assert_eq!(edited["longDescription"], "Returns its input.");
    assert_eq!(edited["inputs"], deployed["inputs"]);
}

#[tokio::test]
async fn a_part_of_a_deployment_needs_only_its_own_files() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let client = builder(emulator.base_url()).build().unwrap();
    let mut spec = spec(&folder, "modzy/echo:1");
    spec.inputs[0].sample = None;
    spec.picture = Some("/no/such/file".into());
    let deployed = client
        .deploy_model(&spec, &fast().until(Step::Load), |_| {})
        .await
        .unwrap();
    assert_eq!(deployed.string_member("status").as_deref(), Some("partial"));
}

#[tokio::test]
async fn engines_are_found_among_entries_that_are_something_else() {
    let list = |ready: u32| {
        ok(json!([
            null,
            { "identifier": "m" },
            { "identifier": "m", "version": "1.0.0", "ready": "many" },
            { "identifier": "m", "version": "1.0.1", "ready": 9 },
            { "identifier": "m", "version": "1.0.0", "ready": ready },
        ])
        .to_string())
    };
    let server = Server::scripted(vec![ok("[]"), list(1), status(500), list(3)]).await;
    let (client, _) = skipping(&server.api());
    let each_second = StepOptions::default().poll_interval(Duration::from_secs(1));
    let mut seen = Vec::new();
    let report = |progress: StepProgress<'_>| {
        seen.push((progress.step, progress.percentage, progress.model_id.map(str::to_owned)));
    };
    client
        .wait_for_engines("m", "1.0.0", 3, &each_second, report)
        .await
        .unwrap();
    let of_model = |percentage| ("engines", percentage, Some("m".to_owned()));
    assert_eq!(seen, [of_model(0), of_model(33), of_model(100)]);
}

#[tokio::test]
async fn no_failure_of_a_pull_shows_the_password_of_the_registry() {
    let echo = |body: &str| {
        Reply::Keep(answer(
            400,
            "",
            json!({ "message": body, "technicalInformation": body }).to_string(),
        ))
    };
    let server = Server::start(move |request, _| echo(&String::from_utf8_lossy(&request.body))).await;
    let (client, _) = skipping(&server.api());
    let folder = Folder::new();
    let mut spec = spec(&folder, "modzy/echo:1");
    spec.model_id = Some("m".to_owned());
    spec.registry_password = Some("p4ssw0rd of the registry".into());
    let only = DeployOptions::default().from(Step::Image);
    let error = client.deploy_model(&spec, &only, |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::Step { step: "image", .. }), "{error:?}");
    let shown = everything(&error) + &format!("{spec:?}");
    assert!(!shown.contains("p4ssw0rd"), "{shown}");
    assert!(String::from_utf8_lossy(&server.requests()[0].body).contains("p4ssw0rd"));
}
