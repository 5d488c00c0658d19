//! What is deployed. Its files are in `files`, and the check of it in `check`.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};

use crate::engines::EngineRange;

/// The requirement of containers for ARM, which servers do not test.
pub(super) const ARM: i64 = -99;

/// A version of a model, to be deployed with [`Client::deploy_model`](crate::Client::deploy_model). `Debug` hides the password of
/// the registry.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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

/// The container image of a version. `Debug` hides the password of the registry.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContainerImage {
    /// The image, as `docker pull` takes it. Sent unchanged.
    #[serde(rename = "image")]
    pub url: String,
    /// The user of the registry.
    #[serde(rename = "registryUsername")]
    pub username: Option<String>,
    /// The password of the registry.
    #[serde(rename = "registryPassword", default, deserialize_with = "secret")]
    pub password: Option<SecretString>,
}

/// What a model's card says. A member that is `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
pub struct ModelDescription {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The tags, which replace those that the model has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

impl ContainerImage {
    /// Returns an image of a registry without credentials.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            username: None,
            password: None,
        }
    }
}

impl ModelDescription {
    /// Whether it names nothing.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An input of a [`ModelSpec`].
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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

    pub(super) fn container_image(&self) -> ContainerImage {
        ContainerImage {
            url: self.image.clone(),
            username: self.registry_username.clone(),
            password: self.registry_password.clone(),
        }
    }

    /// Returns the description, without the name, which the model has already.
    pub(super) fn model_description(&self) -> ModelDescription {
        ModelDescription {
            name: None,
            description: self.description.clone(),
            tags: Some(self.tags.clone()).filter(|tags| !tags.is_empty()),
        }
    }

    pub(super) fn engines(&self) -> EngineRange {
        EngineRange {
            minimum: self.minimum_engines,
            maximum: self.maximum_engines,
        }
    }
}
