//! The trait of models, and the outcome of processing an input.

use std::borrow::Cow;

use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::Value;

use super::description::{About, RESULTS, Values, Version};
use super::predictions::Predictions;

/// A model that the emulator runs.
pub(crate) trait Model: Send + Sync {
    fn about(&self) -> &About;

    /// Returns all versions, oldest first. There is at least one.
    fn versions(&self) -> &'static [Version];

    /// Processes one input, which has every required model input of the version. May take long, and may panic: the caller
    /// handles both. Explains its result if the model can and the job requests it.
    fn process(&self, version: &Version, values: &Values, explain: bool) -> Outcome;
}

/// The outcome of one input: the outputs by name, or the reason for its failure.
pub(crate) type Outcome = Result<Outputs, String>;

/// The outputs of one input, by name.
pub(crate) type Outputs = IndexMap<Cow<'static, str>, Output>;

/// One output of an input.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    /// Embedded in the results.
    Json(Value),
    /// Shown in the results as a URL.
    Binary(Bytes),
    /// JSON that is generated while it is sent.
    GeneratedJson(Predictions),
    /// This number of bytes, which are generated while they are sent.
    GeneratedBinary(u64),
}

impl Output {
    /// Returns its estimated memory.
    pub(crate) fn memory(&self) -> usize {
        match self {
            Self::Json(value) => memory_of(value),
            Self::Binary(bytes) => bytes.len(),
            Self::GeneratedJson(_) | Self::GeneratedBinary(_) => 0,
        }
    }
}

/// Returns the estimated memory of JSON.
pub(super) fn memory_of(value: &Value) -> usize {
    const ENTRY: usize = 64;
    ENTRY
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(memory_of).sum(),
            Value::Object(members) => members.iter().map(|(name, value)| name.len() + memory_of(value)).sum(),
        }
}

/// A model that is one function, without explanations.
pub(crate) struct Described {
    pub(crate) about: About,
    pub(crate) versions: &'static [Version],
    pub(crate) process: fn(&Version, &Values) -> Outcome,
}

impl Model for Described {
    fn about(&self) -> &About {
        &self.about
    }

    fn versions(&self) -> &'static [Version] {
        self.versions
    }

    fn process(&self, version: &Version, values: &Values, _explain: bool) -> Outcome {
        (self.process)(version, values)
    }
}

/// Returns a JSON value as the only output of a model.
pub(super) fn json_results(value: Value) -> Outputs {
    IndexMap::from([(RESULTS.into(), Output::Json(value))])
}

/// Returns the content of a model input as text.
pub(super) fn text<'a>(values: &'a Values, name: &str) -> Result<&'a str, String> {
    let bytes = values.get(name).map_or(&[][..], |bytes| bytes);
    std::str::from_utf8(bytes).map_err(|_| format!("the model input {name} is not UTF-8 text"))
}
