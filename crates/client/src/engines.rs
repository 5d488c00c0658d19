//! Processing engines: how many there are, their hardware, and how many a version has.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::{Error, Result},
    models::version_path,
    steps::{StepOptions, StepProgress},
    transport::{Expect, Request, Shape},
};

/// The route of the engines of each version, by their state.
const STATUS: &str = "/resources/processing/engines";

/// How many engines a version has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineRange {
    /// The least number.
    pub minimum: u32,
    /// The greatest number.
    pub maximum: u32,
}

impl Client {
    /// Counts the processing engines of each version of a model, by their state: `GET /resources/processing/engines`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_processing_engine_status(&self, options: &RequestOptions) -> Result<Document> {
        self.list(STATUS, options).await
    }

    /// Lists each engine of each version of a model: `GET /resources/processing/models`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_processing_engine_details(&self, options: &RequestOptions) -> Result<Document> {
        self.list("/resources/processing/models", options).await
    }

    /// Reads the sum of the least numbers of engines of all versions: `GET /models/processing-engines`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_minimum_engines(&self, options: &RequestOptions) -> Result<Document> {
        self.read_with("/models/processing-engines", &["minimumProcessingEnginesSum"], options)
            .await
    }

    /// Lists the hardware that the account can use: `GET /models/requirements/account`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_hardware(&self, options: &RequestOptions) -> Result<Document> {
        self.list("/models/requirements/account", options).await
    }

    /// Sets how many engines a version has, and returns the version: `PATCH /models/{model}/versions/{version}`, or its
    /// `/processing` where the first is refused: which of them a key may call depends on its rights.
    ///
    /// # Errors
    /// [`Error::Argument`] for a range that is empty; nothing is sent. Otherwise the refusal of the second route, or of the first where
    /// the server has no second.
    pub async fn update_processing_engines(
        &self,
        model_id: &str,
        version: &str,
        range: EngineRange,
        options: &RequestOptions,
    ) -> Result<Document> {
        version_path(model_id, version)?;
        check_range(range)?;
        let version = options.before_change(self.version(model_id, version, options)).await?;
        let path = version_path(model_id, &version)?;
        let processing = processing(range);
        let refusal = match self.change(&path, json!({ "processing": processing }), options).await {
            Err(
                refusal @ Error::Status {
                    status: 400 | 403 | 404 | 405 | 422,
                    ..
                },
            ) => refusal,
            changed => return changed,
        };
        match self.change(&format!("{path}/processing"), processing, options).await {
            // A server without the other route says nothing about the change.
            Err(Error::Status { status: 404 | 405, .. }) => Err(refusal),
            changed => changed,
        }
    }

    /// Waits until a version has this many engines that are ready: `GET /resources/processing/engines`. Rides out outages. Calls
    /// `on_progress` with each new share of them, in percent. A version that the list lacks has none.
    ///
    /// # Errors
    /// [`Error::Step`] when the limit passes; otherwise as [`Client::wait_for_image`].
    pub async fn wait_for_engines(
        &self,
        model_id: &str,
        version: &str,
        minimum: u32,
        options: &StepOptions,
        mut on_progress: impl FnMut(StepProgress<'_>) + Send,
    ) -> Result<()> {
        version_path(model_id, version)?;
        let version = &*self.version(model_id, version, options.request_options()).await?;
        let request = || {
            Ok(Request {
                expect: Expect::Body(Shape::Array),
                ..self.request(Method::GET, STATUS, None)
            })
        };
        let share = |all: &Document| {
            let ready = ready_engines(all, model_id, version).min(minimum);
            match minimum {
                0 => 100,
                _ => u32::try_from(u64::from(ready) * 100 / u64::from(minimum)).unwrap_or(100),
            }
        };
        let waiting = self.wait_for_step(
            "engines",
            request,
            share,
            |_| None,
            options,
            |percentage| {
                on_progress(StepProgress::new("engines", percentage, Some(model_id)));
            },
        );
        waiting.await?;
        Ok(())
    }
}

/// Counts the engines of a version that are ready. Leaves out entries that are something else.
fn ready_engines(all: &Document, model_id: &str, version: &str) -> u32 {
    #[derive(Deserialize)]
    struct Engines {
        identifier: String,
        version: String,
        ready: u32,
    }
    let all: Vec<Value> = all.parse().unwrap_or_default();
    let mut known = all.into_iter().filter_map(|each| Engines::deserialize(each).ok());
    known
        .find(|each| each.identifier == model_id && each.version == version)
        .map_or(0, |each| each.ready)
}

/// Refuses a range that no number is in.
pub(crate) fn check_range(range: EngineRange) -> Result<()> {
    if range.minimum > range.maximum {
        let reason = format!("must not be above the maximum: {} > {}", range.minimum, range.maximum);
        return Err(Error::argument("minimum", reason));
    }
    Ok(())
}

pub(crate) fn processing(range: EngineRange) -> Value {
    json!({ "minimumParallelCapacity": range.minimum, "maximumParallelCapacity": range.maximum })
}
