//! Processing engines: how many there are, their hardware, and how many a version has.

use serde::Deserialize;
use serde_json::json;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::{Error, Result},
    models::version_path,
    steps::{StepOptions, StepProgress},
};

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
        self.list("/resources/processing/engines", options).await
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
        self.read("/models/processing-engines", options).await
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
    /// [`Error::Argument`] for a range that is empty; nothing is sent. Otherwise the refusal of the second route.
    pub async fn update_processing_engines(
        &self,
        model_id: &str,
        version: &str,
        range: EngineRange,
        options: &RequestOptions,
    ) -> Result<Document> {
        let path = version_path(model_id, version)?;
        check_range(range)?;
        let processing = processing(range);
        match self.change(&path, json!({ "processing": processing }), options).await {
            Err(Error::Status {
                status: 400 | 403 | 404 | 405 | 422,
                ..
            }) => self.change(&format!("{path}/processing"), processing, options).await,
            changed => changed,
        }
    }

    /// Waits until a version has this many engines that are ready: `GET /resources/processing/engines`. Calls `on_progress` with the
    /// share of them, in percent.
    ///
    /// # Errors
    /// [`Error::Step`] when the limit passes; otherwise as every read.
    pub async fn wait_for_engines(
        &self,
        model_id: &str,
        version: &str,
        minimum: u32,
        options: &StepOptions,
        mut on_progress: impl FnMut(StepProgress) + Send,
    ) -> Result<()> {
        #[derive(Deserialize)]
        struct Engines {
            identifier: String,
            version: String,
            #[serde(default)]
            ready: u32,
        }
        version_path(model_id, version)?;
        let waiting = self.waiting("engines", options);
        loop {
            let all = self.get_processing_engine_status(&options.request).await?;
            let all: Vec<Engines> = all.parse().unwrap_or_default();
            let own = all
                .iter()
                .find(|each| each.identifier == model_id && each.version == version);
            let ready = own.map_or(0, |each| each.ready);
            let percentage = match minimum {
                0 => 100,
                _ => u64::from(ready.min(minimum)) * 100 / u64::from(minimum),
            };
            on_progress(StepProgress {
                step: "engines",
                percentage: u32::try_from(percentage).unwrap_or(100),
            });
            if ready >= minimum {
                return Ok(());
            }
            waiting.pause().await?;
        }
    }
}

/// Refuses a range that no number is in.
pub(crate) fn check_range(range: EngineRange) -> Result<()> {
    if range.minimum > range.maximum {
        let reason = format!("must not be above the maximum: {} > {}", range.minimum, range.maximum);
        return Err(Error::argument("minimum", reason));
    }
    Ok(())
}

pub(crate) fn processing(range: EngineRange) -> serde_json::Value {
    json!({ "minimumParallelCapacity": range.minimum, "maximumParallelCapacity": range.maximum })
}
