//! What is deployed, and the check of it before anything is created.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    blocking,
    engines::{EngineRange, check_range},
    error::{Error, Result},
};

/// The requirement of containers for ARM, which servers do not test.
pub(super) const ARM: i64 = -99;

/// A version of a model, to be deployed with [`Client::deploy_model`](crate::Client::deploy_model). `Debug` hides the password of
/// the registry.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModelSpec {
    /// The name of a new model. Not needed with `model_id`.
    #[serde(default)]
    pub name: String,
    /// The version's number, such as `0.0.1`.
    pub version: String,
    /// The model that gets a new version. `None`: a new model.
    pub model_id: Option<String>,
    /// The image, as `docker pull` takes it. Sent unchanged.
    pub image: String,
    /// The user of the registry.
    pub registry_username: Option<String>,
    /// The password of the registry.
    #[serde(default, deserialize_with = "secret")]
    pub registry_password: Option<SecretString>,
    /// The model's inputs, at least one.
    pub inputs: Vec<SpecInput>,
    /// The model's outputs. Default: `results.json`.
    #[serde(default = "default_outputs")]
    pub outputs: Vec<SpecOutput>,
    /// The requirement of the hardware, as [`Client::get_hardware`](crate::Client::get_hardware) lists it. Default: 1.
    #[serde(default = "default_hardware")]
    pub hardware: i64,
    /// How long the container may take to start, in ms. Default: 60000.
    #[serde(default = "default_timeout")]
    pub status_timeout: u64,
    /// How long a run may take, in ms. Default: 60000.
    #[serde(default = "default_timeout")]
    pub run_timeout: u64,
    /// The least number of engines. Default: 0.
    #[serde(default)]
    pub minimum_engines: u32,
    /// The greatest number of engines. Default: 1.
    #[serde(default = "default_maximum")]
    pub maximum_engines: u32,
    /// The model's description.
    pub description: Option<String>,
    /// The model's tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What the version does.
    pub long_description: Option<String>,
    /// How it does it.
    pub technical_details: Option<String>,
    /// How well it does it.
    pub performance_summary: Option<String>,
    /// The picture of the model's card.
    pub picture: Option<PathBuf>,
}

/// An input of a [`ModelSpec`].
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SpecInput {
    /// Its name, such as `input.txt`.
    pub name: String,
    /// Media types, separated by commas. Default: `application/json`.
    #[serde(default = "default_media_type")]
    pub accepted_media_types: String,
    /// In bytes. Default: 1000000.
    #[serde(default = "default_size")]
    pub maximum_size: u64,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// The file that the model is tested with.
    #[serde(skip_serializing)]
    pub sample: Option<PathBuf>,
}

/// An output of a [`ModelSpec`].
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SpecOutput {
    /// Its name, such as `results.json`.
    pub name: String,
    /// Default: `application/json`.
    #[serde(default = "default_media_type")]
    pub media_type: String,
    /// In bytes. Default: 1000000.
    #[serde(default = "default_size")]
    pub maximum_size: u64,
    /// What it is.
    #[serde(default)]
    pub description: String,
}

fn default_outputs() -> Vec<SpecOutput> {
    vec![SpecOutput {
        name: "results.json".to_owned(),
        media_type: default_media_type(),
        maximum_size: default_size(),
        description: String::new(),
    }]
}

fn default_media_type() -> String {
    "application/json".to_owned()
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(SecretString::from))
}

const fn default_hardware() -> i64 {
    1
}

const fn default_timeout() -> u64 {
    60_000
}

const fn default_maximum() -> u32 {
    1
}

const fn default_size() -> u64 {
    1_000_000
}

/// A file in memory.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The model's input.
    pub input: String,
    /// The name of the file.
    pub name: String,
    /// Its bytes.
    pub data: Bytes,
}

/// The files of a deployment.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) samples: Vec<Sample>,
    pub(super) picture: Option<Sample>,
}

impl SpecInput {
    /// Returns an input with a sample file and the defaults.
    pub fn new(name: impl Into<String>, sample: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            accepted_media_types: default_media_type(),
            maximum_size: default_size(),
            description: String::new(),
            sample: Some(sample.into()),
        }
    }
}

impl ModelSpec {
    /// Returns a new model with the defaults.
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        image: impl Into<String>,
        inputs: Vec<SpecInput>,
    ) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            model_id: None,
            image: image.into(),
            registry_username: None,
            registry_password: None,
            inputs,
            outputs: default_outputs(),
            hardware: default_hardware(),
            status_timeout: default_timeout(),
            run_timeout: default_timeout(),
            minimum_engines: 0,
            maximum_engines: default_maximum(),
            description: None,
            tags: Vec::new(),
            long_description: None,
            technical_details: None,
            performance_summary: None,
            picture: None,
        }
    }

    /// Whether the server can test the version.
    pub(super) fn is_tested(&self) -> bool {
        self.hardware != ARM
    }

    pub(super) fn engines(&self) -> EngineRange {
        EngineRange {
            minimum: self.minimum_engines,
            maximum: self.maximum_engines,
        }
    }

    /// Refuses a spec that cannot work.
    pub(super) fn check(&self) -> Result<()> {
        let empty = |text: &str| text.trim().is_empty();
        let refused = |name, reason: &str| Err(Error::argument(name, reason));
        if self.model_id.is_none() && empty(&self.name) {
            return refused("name", "must be given for a new model");
        }
        if empty(&self.version) {
            return refused("version", "must not be empty");
        }
        if empty(&self.image) {
            return refused("image", "must not be empty");
        }
        if self.inputs.is_empty() {
            return refused("inputs", "must have at least one input");
        }
        if self.outputs.is_empty() {
            return refused("outputs", "must have at least one output");
        }
        let mut names: Vec<_> = self.inputs.iter().map(|input| &input.name).collect();
        names.sort_unstable();
        if names.iter().any(|name| empty(name)) || names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return refused("inputs", "must have different names that are not empty");
        }
        if self.outputs.iter().any(|output| empty(&output.name)) {
            return refused("outputs", "must have names that are not empty");
        }
        if self.is_tested() && self.inputs.iter().any(|input| input.sample.is_none()) {
            return refused(
                "inputs",
                "must each have a sample, which the server tests the model with",
            );
        }
        check_range(self.engines()).map_err(|_| Error::argument("minimum_engines", "must not be above maximum_engines"))
    }

    /// Reads the files.
    pub(super) async fn files(&self) -> Result<Files> {
        let samples = self.inputs.iter().filter_map(|input| {
            let path = input.sample.clone()?;
            Some((input.name.clone(), path))
        });
        let samples: Vec<_> = samples.collect();
        let picture = self.picture.clone();
        blocking::compute(move || {
            let samples = samples.iter().map(|(input, path)| read("inputs", input, path));
            Ok(Files {
                samples: samples.collect::<Result<_>>()?,
                picture: picture.map(|path| read("picture", "", &path)).transpose()?,
            })
        })
        .await?
    }
}

fn read(argument: &'static str, input: &str, path: &Path) -> Result<Sample> {
    let data = fs::read(path).map_err(|error| {
        Error::argument(
            argument,
            format!("name a file that cannot be read: {}: {error}", path.display()),
        )
    })?;
    Ok(Sample {
        input: input.to_owned(),
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        data: data.into(),
    })
}
