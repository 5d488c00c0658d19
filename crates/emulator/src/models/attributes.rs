//! What a version of a model says about itself, and a `PATCH` changes.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The attributes of a version that a `PATCH` changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attributes {
    pub(crate) input_validation_schema: String,
    pub(crate) timeout: Timeout,
    pub(crate) requirement: Value,
    pub(crate) inputs: Vec<InputAttributes>,
    pub(crate) outputs: Vec<OutputAttributes>,
    pub(crate) statistics: Vec<Value>,
    pub(crate) long_description: String,
    pub(crate) technical_details: String,
    pub(crate) version_history: String,
    pub(crate) performance_summary: String,
    pub(crate) processing: Processing,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            input_validation_schema: String::new(),
            timeout: Timeout::default(),
            requirement: json!({ "requirementId": 1 }),
            inputs: Vec::new(),
            outputs: Vec::new(),
            statistics: Vec::new(),
            long_description: String::new(),
            technical_details: String::new(),
            version_history: String::new(),
            performance_summary: String::new(),
            processing: Processing::default(),
        }
    }
}

/// The limits of a container, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Timeout {
    pub(crate) status: u64,
    pub(crate) run: u64,
}

impl Default for Timeout {
    fn default() -> Self {
        Self {
            status: 60_000,
            run: 60_000,
        }
    }
}

/// How many engines a version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Processing {
    #[serde(rename = "minimumParallelCapacity")]
    pub(crate) minimum: u32,
    #[serde(rename = "maximumParallelCapacity")]
    pub(crate) maximum: u32,
}

impl Default for Processing {
    fn default() -> Self {
        Self { minimum: 0, maximum: 1 }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InputAttributes {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) accepted_media_types: String,
    #[serde(default)]
    pub(crate) maximum_size: u64,
    #[serde(default)]
    pub(crate) description: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutputAttributes {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) media_type: String,
    #[serde(default)]
    pub(crate) maximum_size: u64,
    #[serde(default)]
    pub(crate) description: String,
}
