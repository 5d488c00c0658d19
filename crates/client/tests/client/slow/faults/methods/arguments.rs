//! Arguments of the methods.

use std::{collections::BTreeMap, path::Path};

use bytes::Bytes;
use http::Method;
use modzy_client::{
    Abort, AzureJob, ContainerImage, DeployOptions, EmbeddedJob, EmbeddedValue, EngineRange, FileJob, FileSource,
    JdbcJob, JobInput, ModelDescription, ModelSpec, OutputRef, RawRequest, RunJob, S3Job, Sample, Sources, SpecInput,
    Step, StorageGridJob,
};

pub(super) fn output() -> OutputRef {
    OutputRef::Named {
        job_id: "j".to_owned(),
        input_key: "key".to_owned(),
        output_name: "o".to_owned(),
    }
}

pub(super) fn sources<T>(source: T) -> Sources<T> {
    [(
        "key".to_owned(),
        [("input.txt".to_owned(), source)].into_iter().collect(),
    )]
    .into_iter()
    .collect()
}

pub(super) fn memory() -> FileSource {
    FileSource::Bytes(Bytes::from_static(b"What a lovely day!"))
}

pub(super) fn file_job() -> FileJob {
    FileJob::new("m", "v", sources(memory()))
}

pub(super) fn embedded_job() -> EmbeddedJob {
    EmbeddedJob::new("m", "v", sources(EmbeddedValue::DataUri("data:,x".to_owned())))
}

pub(super) fn s3_job() -> S3Job<Sources<&'static str>> {
    S3Job::builder("m", "v", sources("x"))
        .access_key("a", "s")
        .region("r")
        .build()
        .unwrap()
}

pub(super) fn azure_job() -> AzureJob<Sources<&'static str>> {
    AzureJob::builder("m", "v", sources("x"))
        .account("a", "k")
        .build()
        .unwrap()
}

pub(super) fn storage_grid_job() -> StorageGridJob<Sources<&'static str>> {
    StorageGridJob::builder("m", "v", sources("x"))
        .access_key("a", "s")
        .endpoint("https://grid.example")
        .build()
        .unwrap()
}

pub(super) fn jdbc_job() -> JdbcJob {
    JdbcJob::builder("m", "v")
        .url("jdbc:x")
        .credentials("u", "p")
        .driver("d")
        .query("q")
        .build()
        .unwrap()
}

pub(super) fn job_input() -> JobInput {
    JobInput::new("j", "key", "input.txt", memory())
}

pub(super) fn never() -> Abort {
    Abort::default()
}

pub(super) fn text_run() -> RunJob {
    RunJob::new("m@v", [("input.txt", "What a lovely day!")])
}

/// Returns a run that looks up the version.
pub(super) fn latest_run() -> RunJob {
    RunJob::new("m", [("input.txt", "What a lovely day!")])
}

pub(super) fn file_run() -> RunJob {
    RunJob::new("m@v", [("input.txt", memory())])
}

pub(super) fn changes() -> BTreeMap<&'static str, &'static str> {
    [("longDescription", "d")].into()
}

pub(super) fn engines() -> EngineRange {
    EngineRange { minimum: 0, maximum: 1 }
}

pub(super) fn raw(method: Method) -> RawRequest {
    RawRequest::new(method, "/elsewhere")
}

/// Returns a new model that has everything that a step can send.
pub(super) fn spec() -> ModelSpec {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let mut spec = ModelSpec::new("n", "v", "image", vec![SpecInput::new("input.txt", &file)]);
    spec.description = Some("d".to_owned());
    spec.picture = Some(file);
    spec
}

/// Returns a new version of a model.
pub(super) fn version_spec() -> ModelSpec {
    let mut spec = spec();
    spec.model_id = Some("m".to_owned());
    spec
}

pub(super) fn only(step: Step) -> DeployOptions {
    DeployOptions::default().from(step).until(step)
}

pub(super) fn sample() -> Sample {
    Sample::new("input.txt", "sample.txt", "What a lovely day!")
}

pub(super) fn image() -> ContainerImage {
    ContainerImage::new("image")
}

pub(super) fn description() -> ModelDescription {
    ModelDescription {
        description: Some("d".to_owned()),
        ..ModelDescription::default()
    }
}
