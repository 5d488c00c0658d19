//! What a version of a model does with an input: the function of a built-in model, or the behavior of a deployed container.

use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::attributes::{Attributes, OutputAttributes};
use super::description::{Values, Version};
use super::model::{Model, Outcome, Output};

#[derive(Clone, Copy)]
pub(crate) enum Program {
    BuiltIn(&'static dyn Model, &'static Version),
    Container(Container),
}

/// The behavior of a container, which follows from the name of its image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    /// Each output is the content of the input at the same place, or of the first input.
    Echo,
    /// Each output counts the bytes, words and lines of all inputs.
    Count,
    /// Every input fails.
    Failing,
}

impl Container {
    pub(crate) fn of(image: &str) -> Self {
        if image.contains("fail-run") {
            Self::Failing
        } else if image.contains("count") {
            Self::Count
        } else {
            Self::Echo
        }
    }

    pub(super) fn process(self, attributes: &Attributes, values: &Values) -> Outcome {
        let default = [OutputAttributes {
            name: "results.json".to_owned(),
            media_type: "application/json".to_owned(),
            ..OutputAttributes::default()
        }];
        let outputs = match attributes.outputs.as_slice() {
            [] => &default[..],
            outputs => outputs,
        };
        let outputs = outputs.iter().enumerate().map(|(index, output)| {
            let is_json = output.media_type.contains("json");
            let content = match self {
                Self::Echo => echo(values, index, is_json),
                Self::Count => count(values, is_json),
                Self::Failing => return Err("the container cannot process its input".to_owned()),
            };
            Ok((output.name.clone().into(), content))
        });
        outputs.collect()
    }
}

fn echo(values: &Values, index: usize, is_json: bool) -> Output {
    let value = values.get_index(index).or_else(|| values.first());
    let bytes = value.map_or_else(Bytes::new, |(_, bytes)| bytes.clone());
    if !is_json {
        return Output::Binary(bytes);
    }
    let value = serde_json::from_slice(&bytes);
    Output::Json(value.unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned().into()))
}

fn count(values: &Values, is_json: bool) -> Output {
    let counts = values.iter().map(|(name, bytes)| {
        let text = String::from_utf8_lossy(bytes);
        let counts = json!({
            "bytes": bytes.len(),
            "words": text.split_whitespace().count(),
            "lines": text.lines().count(),
        });
        (name.clone(), counts)
    });
    let counts: IndexMap<_, _> = counts.collect();
    let counts: Value = json!({ "data": { "result": counts, "explanation": null, "drift": null } });
    if is_json {
        Output::Json(counts)
    } else {
        Output::Binary(counts.to_string().into())
    }
}
