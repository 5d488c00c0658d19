//! What a model does: its work on an input, and the outcome of that.

use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::Value;

use super::description::{About, RESULTS, Values, Version};
use super::predictions::Predictions;

/// A model that the emulator really runs.
pub(crate) trait Model: Send + Sync {
    fn about(&self) -> &About;

    /// All versions, oldest first. There is at least one.
    fn versions(&self) -> &'static [Version];

    /// Processes one input, which has every required model input of the version. May take its time, and may
    /// panic: both are the caller's to deal with. Explains its result where it can and is asked to.
    fn process(&self, version: &Version, values: &Values, explain: bool) -> Outcome;
}

/// What became of one input: the outputs by name, or why it failed.
pub(crate) type Outcome = Result<Outputs, String>;

/// The outputs of one input, by name.
pub(crate) type Outputs = IndexMap<&'static str, Output>;

/// What a model makes of an input under one name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    /// Shown in the results as it is.
    Json(Value),
    /// Shown in the results by its URL.
    Binary(Bytes),
    /// JSON that is made when it is sent.
    MadeJson(Predictions),
    /// So many bytes that are made when they are sent.
    MadeBinary(u64),
}

impl Output {
    /// What it takes in memory: an estimate.
    pub(crate) fn memory(&self) -> usize {
        match self {
            Self::Json(value) => memory_of(value),
            Self::Binary(bytes) => bytes.len(),
            Self::MadeJson(_) | Self::MadeBinary(_) => 0,
        }
    }
}

/// The same of JSON.
fn memory_of(value: &Value) -> usize {
    const ENTRY: usize = 64;
    ENTRY
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(memory_of).sum(),
            Value::Object(members) => members.iter().map(|(name, value)| name.len() + memory_of(value)).sum(),
        }
}

/// A model whose work is one function, and that does not explain it.
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

/// A JSON value as the one output of most models.
pub(super) fn json_results(value: Value) -> Outputs {
    IndexMap::from([(RESULTS, Output::Json(value))])
}

/// The content of a model input as text, for models that read nothing else.
pub(super) fn text<'a>(values: &'a Values, name: &str) -> Result<&'a str, String> {
    let bytes = values.get(name).map_or(&[][..], |bytes| bytes);
    std::str::from_utf8(bytes).map_err(|_| format!("the model input {name} is not UTF-8 text"))
}
