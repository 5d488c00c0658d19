//! Deployments against the emulator.

use std::time::Duration;

use modzy_client::{DeployOptions, Error, ModelSpec, SpecInput, Step, StepOptions};
use modzy_emulator::{Emulator, Options};

use crate::support::{KEY, builder, folder::Folder, millis, options};

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
            if progress.percentage == 100 && steps.last() != Some(&progress.step) {
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
        (changed(&|spec| spec.outputs.clear()), "outputs"),
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
    assert!(emulator.requests().is_empty());
}

#[tokio::test]
async fn a_step_that_takes_too_long_ends_the_deployment() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let client = builder(emulator.base_url()).build().unwrap();
    let wait = StepOptions::default().poll_interval(millis(1)).limit(Duration::ZERO);
    let spec = spec(&folder, "modzy/echo:1");
    let error = client
        .deploy_model(&spec, &DeployOptions::default().wait(wait), |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the step image was not complete after 0 ms");
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
