//! The requests of each step of a deployment.

use std::time::Duration;

use http::{HeaderValue, Method};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

use super::spec::{ModelSpec, Sample};
use crate::{
    client::{Client, RequestOptions},
    document::{Document, string_member},
    engines::processing,
    error::{Error, Result},
    listing::{query, with_query},
    models::{model_path, version_path},
    steps::StepOptions,
    transport::{Data, Expect, Payload, Request, Shape},
};

/// How often a load is sent again while the server says that the image is not there yet.
const LOADS: u32 = 10;

/// The pause before a load is sent again, which doubles each time.
const SHORTEST_PAUSE: Duration = Duration::from_millis(600);

/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The progress of a step, as the server reports it.
#[derive(Deserialize)]
struct Progress {
    #[serde(default)]
    percentage: f64,
}

impl Client {
    /// Creates a model with its first version, and returns the model's identifier: `POST /models`.
    ///
    /// # Errors
    /// With `sent: Maybe` if the server may have created it.
    pub async fn create_model(&self, name: &str, version: &str, options: &RequestOptions) -> Result<String> {
        let body = json!({ "name": name, "version": version });
        let created = self
            .post_json("/models", &body, Expect::Body(Shape::Object), options)
            .await?;
        created
            .string_member("identifier")
            .ok_or_else(|| Error::step("create", "failed: the response has no identifier"))
    }

    /// Creates a further version of a model: `POST /models/{model}/versions`.
    ///
    /// # Errors
    /// `Status` 400 for a version that exists.
    pub async fn create_model_version(&self, model_id: &str, version: &str, options: &RequestOptions) -> Result<()> {
        let path = format!("{}/versions", model_path(model_id)?);
        let body = json!({ "version": version });
        self.post_json(&path, &body, Expect::BodyOrNothing(Shape::Object), options)
            .await?;
        Ok(())
    }

    /// Sets the description and the tags of a model, if the spec has them: `PATCH /models/{model}`.
    ///
    /// # Errors
    /// As every write.
    pub async fn describe_model(&self, model_id: &str, spec: &ModelSpec, options: &RequestOptions) -> Result<()> {
        let mut body = Map::new();
        if let Some(description) = &spec.description {
            body.insert("description".to_owned(), json!(description));
        }
        if !spec.tags.is_empty() {
            body.insert("tags".to_owned(), json!(spec.tags));
        }
        if !body.is_empty() {
            self.change(&model_path(model_id)?, Value::from(body), options).await?;
        }
        Ok(())
    }

    /// Has the server pull the image: `POST …/container-image`.
    ///
    /// # Errors
    /// As every write. None shows the password of the registry.
    pub async fn pull_image(&self, model_id: &str, spec: &ModelSpec, options: &RequestOptions) -> Result<()> {
        let path = format!("{}/container-image", version_path(model_id, &spec.version)?);
        let mut registry = Map::from_iter([("url".to_owned(), json!(spec.image))]);
        if let Some(username) = &spec.registry_username {
            registry.insert("username".to_owned(), json!(username));
        }
        if let Some(password) = &spec.registry_password {
            registry.insert("password".to_owned(), json!(password.expose_secret()));
        }
        let body = json!({ "registry": registry });
        self.post_json(&path, &body, Expect::Acknowledgement, options).await?;
        Ok(())
    }

    /// Waits until the server has pulled the image: `GET …/container-image`. Calls `on_progress` with each percentage.
    ///
    /// # Errors
    /// [`Error::Step`] when the limit passes; the server's refusal if the pull fails.
    pub async fn wait_for_image(
        &self,
        model_id: &str,
        version: &str,
        options: &StepOptions,
        mut on_progress: impl FnMut(u32) + Send,
    ) -> Result<()> {
        let path = format!("{}/container-image", version_path(model_id, version)?);
        let waiting = self.waiting("image", options);
        loop {
            let answer = self.read(&path, &options.request).await?;
            let percentage = percentage_of(&answer);
            on_progress(percentage);
            if percentage >= 100 {
                return Ok(());
            }
            waiting.pause().await?;
        }
    }

    /// Sets the attributes of a version that the spec has: `PATCH …/versions/{version}`. Others stay.
    ///
    /// # Errors
    /// As every write.
    pub async fn set_attributes(&self, model_id: &str, spec: &ModelSpec, options: &RequestOptions) -> Result<()> {
        let attributes = [
            ("requirement", json!({ "requirementId": spec.hardware })),
            (
                "timeout",
                json!({ "status": spec.status_timeout, "run": spec.run_timeout }),
            ),
            ("inputs", json!(spec.inputs)),
            ("outputs", json!(spec.outputs)),
            ("processing", processing(spec.engines())),
        ];
        let texts = [
            ("longDescription", &spec.long_description),
            ("technicalDetails", &spec.technical_details),
            ("performanceSummary", &spec.performance_summary),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(name, text)| Some((name, json!(text.as_ref()?))));
        let body: Map<_, _> = attributes
            .into_iter()
            .chain(texts)
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let body = Value::from(body);
        self.change(&version_path(model_id, &spec.version)?, body, options)
            .await?;
        Ok(())
    }

    /// Has the server start the container: `POST …/load-process`. Right after the pull, servers answer 400 for a while, so that alone
    /// is sent again, up to ten times and within the limit.
    ///
    /// # Errors
    /// The server's refusal, with its `technicalInformation` in the body.
    pub async fn load_model(&self, model_id: &str, version: &str, options: &StepOptions) -> Result<()> {
        let path = format!("{}/load-process", version_path(model_id, version)?);
        let waiting = self.waiting("load", options);
        let mut pause = SHORTEST_PAUSE;
        for _ in 0..LOADS {
            match self.post(&path, &options.request).await {
                Err(error @ Error::Status { status: 400, .. }) => {
                    if !waiting.sleep(pause).await {
                        return Err(error);
                    }
                }
                loaded => return loaded,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        self.post(&path, &options.request).await
    }

    /// Sends the sample of an input: `POST …/testInput?name=<input>`.
    ///
    /// # Errors
    /// As every write.
    pub async fn send_test_input(
        &self,
        model_id: &str,
        version: &str,
        sample: &Sample,
        options: &RequestOptions,
    ) -> Result<()> {
        let path = format!("{}/testInput", version_path(model_id, version)?);
        let path = with_query(&path, [("name", query::text(Some(&sample.input)))]);
        self.post_file(&path, sample, options).await
    }

    /// Has the server run the model on its samples: `POST …/run-process`.
    ///
    /// # Errors
    /// As every write.
    pub async fn start_test(&self, model_id: &str, version: &str, options: &RequestOptions) -> Result<()> {
        self.post(&format!("{}/run-process", version_path(model_id, version)?), options)
            .await
    }

    /// Waits until the run has ended, and returns its result: `GET …/run-process`. Calls `on_progress` with each percentage.
    ///
    /// # Errors
    /// [`Error::Step`] if the run failed or the limit passes.
    pub async fn wait_for_test(
        &self,
        model_id: &str,
        version: &str,
        options: &StepOptions,
        mut on_progress: impl FnMut(u32) + Send,
    ) -> Result<Document> {
        #[derive(Deserialize)]
        struct Answer {
            result: Option<Box<RawValue>>,
        }
        let path = format!("{}/run-process", version_path(model_id, version)?);
        let waiting = self.waiting("run", options);
        let result = loop {
            let answer = self.read(&path, &options.request).await?;
            let percentage = percentage_of(&answer);
            on_progress(percentage);
            if percentage >= 100 {
                let result = answer.parse::<Answer>().ok().and_then(|answer| answer.result);
                let text = result.map_or_else(|| "{}".to_owned(), |result| result.get().to_owned());
                break Document::of_json(text);
            }
            waiting.pause().await?;
        };
        if result.string_member("status").as_deref() != Some("FAILED") {
            return Ok(result);
        }
        let reason = result.string_member("error");
        Err(Error::Step {
            step: "run",
            reason: format!("failed: {}", reason.as_deref().unwrap_or("the server gives no reason")),
            model_id: None,
            technical_information: result.string_member("technicalInformation").or(reason),
            source: None,
        })
    }

    /// Stores a sample of a job and one of its results: `PUT …/sample-input`, `PUT …/sample-output`. The outputs of the run are
    /// kept, whatever their names are.
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
        let path = version_path(model_id, &spec.version)?;
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
        let result: Value = tested.parse().unwrap_or_default();
        let output = json!({
            "jobIdentifier": "<job-id>",
            "total": "<number of inputs>",
            "completed": "<number of completed inputs>",
            "failed": "<number of failed inputs>",
            "finished": "<true or false>",
            "submittedByKey": "<access-key-prefix>",
            "results": { "<input-id>": result },
        });
        for (name, sample) in [("sample-input", input), ("sample-output", output)] {
            let request = Request {
                payload: Payload::Json(sample.to_string().into()),
                expect: Expect::Acknowledgement,
                ..self.request(Method::PUT, &format!("{path}/{name}"), None)
            };
            self.send(&request, options).await?;
        }
        Ok(())
    }

    /// Sets the picture of the model's card: `POST /models/{model}/image`.
    ///
    /// # Errors
    /// As every write.
    pub async fn send_picture(&self, model_id: &str, picture: &Sample, options: &RequestOptions) -> Result<()> {
        let path = format!("{}/image", model_path(model_id)?);
        let path = with_query(&path, [("description", query::text(Some(&picture.name)))]);
        self.post_file(&path, picture, options).await
    }

    /// Makes a version available for jobs: `PATCH …/versions/{version}` with the status `active`.
    ///
    /// # Errors
    /// As every write.
    pub async fn activate_model_version(&self, model_id: &str, version: &str, options: &RequestOptions) -> Result<()> {
        let path = version_path(model_id, version)?;
        self.change(&path, json!({ "status": "active" }), options).await?;
        Ok(())
    }

    /// Sends a request without a body.
    async fn post(&self, path: &str, options: &RequestOptions) -> Result<()> {
        let request = Request {
            expect: Expect::Acknowledgement,
            ..self.request(Method::POST, path, None)
        };
        self.send(&request, options).await?;
        Ok(())
    }

    async fn post_json(&self, path: &str, body: &Value, expect: Expect, options: &RequestOptions) -> Result<Document> {
        let request = Request {
            payload: Payload::Json(body.to_string().into()),
            expect,
            ..self.request(Method::POST, path, None)
        };
        self.send(&request, options).await
    }

    /// Sends a file as the part `file` of a form.
    async fn post_file(&self, path: &str, file: &Sample, options: &RequestOptions) -> Result<()> {
        let boundary = format!("modzy-client-{:032x}", fastrand::u128(..));
        let name = file.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let media_type = mime_guess::from_path(&file.name)
            .first_raw()
            .unwrap_or("application/octet-stream");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: {media_type}\r\n\r\n"
        );
        let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
            .map_err(|error| Error::Internal(format!("a boundary that no header can carry: {error}")))?;
        let request = Request {
            payload: Payload::Framed {
                content_type,
                head: head.into(),
                data: Data::Bytes(file.data.clone()),
                tail: format!("\r\n--{boundary}--\r\n").into(),
            },
            expect: Expect::Acknowledgement,
            ..self.request(Method::POST, path, None)
        };
        self.send(&request, options).await?;
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
fn percentage_of(answer: &Document) -> u32 {
    let percentage = answer.parse::<Progress>().map_or(0.0, |progress| progress.percentage);
    percentage.clamp(0.0, 100.0) as u32
}

/// Returns what the server says about the cause of a failure.
pub(super) fn technical_information(error: &Error) -> Option<String> {
    match error {
        Error::Status { body: Some(body), .. } => string_member(body, "technicalInformation"),
        _ => None,
    }
}
