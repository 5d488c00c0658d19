//! The requests that take the steps of a deployment. Those that ask for their progress are in `progress`.

use std::time::Duration;

use http::{HeaderValue, Method};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use super::{
    check::{check_image, check_number},
    files::Sample,
    spec::{ContainerImage, ModelDescription, ModelSpec},
};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::given,
    engines::processing,
    error::{Error, Result},
    listing::{query, with_query},
    models::{model_path, version_path, version_route},
    observer::Event,
    steps::StepOptions,
    transport::{Data, Expect, Payload, Request, Shape},
};

/// How often a load is sent again while the server says that the image is not there yet.
const LOADS: u32 = 10;

/// The pause before a load is sent again, which doubles each time.
const SHORTEST_PAUSE: Duration = Duration::from_millis(600);

/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

impl Client {
    /// Creates a model with its first version, and returns it: `POST /models`. Its `identifier` names the model.
    ///
    /// # Errors
    /// [`Error::Argument`] for an empty name or version. With `sent: Maybe` if the server may have created it, as when
    /// its response has no identifier.
    pub async fn create_model(&self, name: &str, version: &str, options: &RequestOptions) -> Result<Document> {
        given("name", name)?;
        check_number("new", version)?;
        let body = json!({ "name": name, "version": version });
        self.post_json("/models", &body, Expect::Body(Shape::NewModel), options)
            .await
    }

    /// Creates a further version of a model: `POST /models/{model}/versions`. Returns what the server says about it, which may be
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Argument`] for an empty version; `Status` 400 for one that exists.
    pub async fn create_model_version(
        &self,
        model_id: &str,
        version: &str,
        options: &RequestOptions,
    ) -> Result<Document> {
        check_number(model_id, version)?;
        let path = format!("{}/versions", model_path(model_id)?);
        let body = json!({ "version": version });
        self.post_json(&path, &body, Expect::BodyOrNothing(Shape::Object), options)
            .await
    }

    /// Changes the description of a model, and returns the model: `PATCH /models/{model}`. What the description does not name stays.
    ///
    /// # Errors
    /// [`Error::Argument`] for a description that names nothing; otherwise as every write.
    pub async fn describe_model(
        &self,
        model_id: &str,
        description: &ModelDescription,
        options: &RequestOptions,
    ) -> Result<Document> {
        let path = model_path(model_id)?;
        if description.is_empty() {
            return Err(Error::argument("description", "must be given, or the name or tags"));
        }
        if let Some(name) = &description.name {
            given("name", name)?;
        }
        for tag in description.tags.iter().flatten() {
            given("tags", tag)?;
        }
        let body = serde_json::to_value(description).map_err(|error| Error::Internal(error.to_string()))?;
        self.change(&path, body, options).await
    }

    /// Has the server pull the image: `POST …/container-image`. The response may take as long as the pull, so it is waited for until
    /// [`StepOptions::limit`] has passed.
    ///
    /// # Errors
    /// As every write. None shows the password of the registry.
    pub async fn pull_image(
        &self,
        model_id: &str,
        version: &str,
        image: &ContainerImage,
        options: &StepOptions,
    ) -> Result<()> {
        let path = version_route(model_id, version, "container-image")?;
        check_image(&image.url)?;
        let mut registry = Map::from_iter([("url".to_owned(), json!(image.url))]);
        if let Some(username) = &image.username {
            registry.insert("username".to_owned(), json!(username));
        }
        if let Some(password) = &image.password {
            registry.insert("password".to_owned(), json!(password.expose_secret()));
        }
        let body = json!({ "registry": registry });
        let request = self.long_request(options);
        self.post_json(&path, &body, Expect::Acknowledgement, &request).await?;
        Ok(())
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
    /// is sent again, up to ten times and within [`StepOptions::limit`]. The response comes when the container has started.
    ///
    /// # Errors
    /// The server's refusal, with its `technicalInformation` in the body.
    pub async fn load_model(&self, model_id: &str, version: &str, options: &StepOptions) -> Result<()> {
        let path = version_route(model_id, version, "load-process")?;
        let clock = self.transport().clock();
        let started = clock.now();
        let request = self.long_request(options);
        let mut pause = SHORTEST_PAUSE;
        for attempt in 1..=LOADS {
            let refusal = match self.post(&path, &request).await {
                Err(error @ Error::Status { status: 400, .. }) => error,
                loaded => return loaded,
            };
            let left = options.longest().saturating_sub(clock.now() - started);
            if left.is_zero() {
                return Err(refusal);
            }
            let delay = pause.min(left);
            let error = &refusal;
            request.observed.notify(Event::Retry { attempt, delay, error });
            clock.sleep(delay).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        self.post(&path, &request).await
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
        let path = version_route(model_id, version, "testInput")?;
        given("input", &sample.input)?;
        let path = with_query(&path, [("name", query::text(Some(&sample.input)))]);
        self.post_file(&path, sample, options).await
    }

    /// Has the server run the model on its samples: `POST …/run-process`.
    ///
    /// # Errors
    /// As every write.
    pub async fn start_test(&self, model_id: &str, version: &str, options: &RequestOptions) -> Result<()> {
        self.post(&version_route(model_id, version, "run-process")?, options)
            .await
    }

    /// Sets the picture of the model's card, with a text that describes it: `POST /models/{model}/image`.
    ///
    /// # Errors
    /// As every write.
    pub async fn send_picture(
        &self,
        model_id: &str,
        picture: &Sample,
        description: &str,
        options: &RequestOptions,
    ) -> Result<()> {
        let path = format!("{}/image", model_path(model_id)?);
        let path = with_query(&path, [("description", query::text(Some(description)))]);
        self.post_file(&path, picture, options).await
    }

    /// Makes a version available for jobs: `PATCH …/versions/{version}` with the status `active`. Returns the version, as far as the
    /// server says something about it.
    ///
    /// # Errors
    /// As every write.
    pub async fn activate_model_version(
        &self,
        model_id: &str,
        version: &str,
        options: &RequestOptions,
    ) -> Result<Document> {
        let path = version_path(model_id, version)?;
        self.change(&path, json!({ "status": "active" }), options).await
    }

    /// Returns the options of a request whose response comes when the step is complete.
    fn long_request(&self, options: &StepOptions) -> RequestOptions {
        let request = options.request_options();
        let limit = self.settings(request).request_timeout.max(options.longest());
        request.clone().request_timeout(limit)
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
