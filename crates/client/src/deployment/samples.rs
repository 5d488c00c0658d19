//! The samples of a version: of a job, and of its results.

use http::Method;
use serde::Serialize;
use serde_json::{Map, Value, json, value::RawValue};

use super::spec::ModelSpec;
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::{Error, Result},
    models::version_route,
    transport::{Expect, Payload, Request},
};

impl Client {
    /// Stores a sample of a job and one of its results: [`Client::set_model_version_input_sample`] and
    /// [`Client::set_model_version_output_sample`]. The outputs of the run are kept, whatever their names are.
    ///
    /// # Errors
    /// As every write.
    pub async fn store_samples(
        &self,
        model_id: &str,
        spec: &ModelSpec,
        tested: &Document,
        options: &RequestOptions,
    ) -> Result<()> {
        let (input, output) = samples(model_id, spec, tested);
        self.set_model_version_input_sample(model_id, &spec.version, &input, options)
            .await?;
        self.set_model_version_output_sample(model_id, &spec.version, &output, options)
            .await
    }

    /// Sets the sample of a job for a version: `PUT …/sample-input`.
    ///
    /// # Errors
    /// [`Error::Argument`] for a sample that is not an object; otherwise as every write.
    pub async fn set_model_version_input_sample(
        &self,
        model_id: &str,
        version: &str,
        sample: &impl Serialize,
        options: &RequestOptions,
    ) -> Result<()> {
        self.put_sample((model_id, version), "sample-input", sample, options)
            .await
    }

    /// Sets the sample of a version's results: `PUT …/sample-output`.
    ///
    /// # Errors
    /// As [`Client::set_model_version_input_sample`].
    pub async fn set_model_version_output_sample(
        &self,
        model_id: &str,
        version: &str,
        sample: &impl Serialize,
        options: &RequestOptions,
    ) -> Result<()> {
        self.put_sample((model_id, version), "sample-output", sample, options)
            .await
    }

    async fn put_sample(
        &self,
        (model_id, version): (&str, &str),
        route: &str,
        sample: &impl Serialize,
        options: &RequestOptions,
    ) -> Result<()> {
        let path = version_route(model_id, version, route)?;
        let body = serde_json::to_string(sample)
            .ok()
            .filter(|body| body.trim_start().starts_with('{'));
        let body = body.ok_or_else(|| Error::argument("sample", "must be a JSON object"))?;
        let request = Request {
            payload: Payload::Json(body.into()),
            expect: Expect::Acknowledgement,
            ..self.request(Method::PUT, &path, None)
        };
        self.send(&request, options).await?;
        Ok(())
    }
}

/// A sample of a version's results, with placeholders for what differs between jobs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutputSample<'a> {
    job_identifier: &'a str,
    total: &'a str,
    completed: &'a str,
    failed: &'a str,
    finished: &'a str,
    submitted_by_key: &'a str,
    results: OutputSampleResults<'a>,
}

#[derive(Serialize)]
struct OutputSampleResults<'a> {
    /// The server's own text.
    #[serde(rename = "<input-id>")]
    input: &'a RawValue,
}

/// Returns samples of a job and of its results.
fn samples<'a>(model_id: &str, spec: &ModelSpec, tested: &'a Document) -> (Value, OutputSample<'a>) {
    let object = json!({ "bucket": "<bucket-id>", "key": "</path/to/input>" });
    let source: Map<_, _> = spec
        .inputs
        .iter()
        .map(|input| (input.name.clone(), object.clone()))
        .collect();
    let input = json!({
        "model": { "identifier": model_id, "version": spec.version },
        "input": {
            "type": "aws-s3",
            "accessKeyID": "<access-key-id>",
            "secretAccessKey": "<secret-access-key>",
            "region": "<region>",
            "sources": { "0001": source },
        },
    });
    let output = OutputSample {
        job_identifier: "<job-id>",
        total: "<number of inputs>",
        completed: "<number of completed inputs>",
        failed: "<number of failed inputs>",
        finished: "<true or false>",
        submitted_by_key: "<access-key-prefix>",
        results: OutputSampleResults {
            input: serde_json::from_str(tested.as_str()).unwrap_or(RawValue::NULL),
        },
    };
    (input, output)
}
