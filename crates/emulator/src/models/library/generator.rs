//! Generator: outputs of the sizes that are asked for, made when they are sent, so that large ones cost no memory.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Deserialize, Serialize, Serializer};

use super::texts::TEXT;
use super::words::INPUT;
use crate::models::catalog::{Outcome, Output, Values, text};
use crate::models::description::{About, Described, ModelOutput, RESULTS, Version};
use crate::models::tags::LANGUAGE_AND_TEXT;

const BYTES: &str = "results.bin";

/// The largest outputs, in bytes.
const LARGEST_JSON: u64 = 1 << 30;
const LARGEST_BINARY: u64 = 16 << 30;

const VERSION: Version = Version {
    number: "1.0.0",
    created_at: Timestamp::constant(1_656_633_600, 0),
    is_active: true,
    description: "The input is a JSON object with the sizes of its outputs in bytes: json, binary, or both.",
    inputs: &[TEXT],
    outputs: &[
        ModelOutput {
            name: RESULTS,
            media_type: "application/json",
            maximum_size: LARGEST_JSON,
            description: "Predictions, as many as make up the size.",
        },
        ModelOutput {
            name: BYTES,
            media_type: "application/octet-stream",
            maximum_size: LARGEST_BINARY,
            description: "Bytes.",
        },
    ],
    sample: &[(INPUT, br#"{"json": 1000, "binary": 1000}"#)],
};

pub(crate) static GENERATOR: Described = Described {
    about: About {
        identifier: "g3n3r4t0r1",
        name: "Generator",
        author: "Emulator",
        description: "Makes outputs of the sizes that are asked for.",
        permalink: "g3n3r4t0r1-generator",
        tags: &[&LANGUAGE_AND_TEXT],
        ..About::BASE
    },
    versions: &[VERSION],
    process: |_, values| process(values),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sizes {
    json: Option<u64>,
    binary: Option<u64>,
}

fn process(values: &Values) -> Outcome {
    let sizes: Sizes = serde_json::from_str(text(values, INPUT)?)
        .map_err(|error| format!("the input is not {{\"json\": <bytes>, \"binary\": <bytes>}}: {error}"))?;
    let mut outputs = IndexMap::new();
    if let Some(size) = sizes.json {
        outputs.insert(RESULTS, Output::MadeJson(Predictions::of(size)?));
    }
    if let Some(size) = sizes.binary {
        if size > LARGEST_BINARY {
            return Err(format!("binary is {size}, and at most {LARGEST_BINARY}"));
        }
        outputs.insert(BYTES, Output::MadeBinary(size));
    }
    Ok(outputs)
}

/// JSON of a size, as models that classify make it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Predictions {
    size: u64,
}

/// What there is without any prediction and padding.
const ENVELOPE: u64 = r#"{"data":{"result":{"classPredictions":[]}},"padding":""}"#.len() as u64;
/// A prediction with the comma before it.
const PREDICTION: u64 = r#",{"class":"class 00000000","score":0.125}"#.len() as u64;

/// All of them are written with three decimals.
const SCORES: [f64; 4] = [0.125, 0.375, 0.625, 0.875];

impl Predictions {
    fn of(size: u64) -> Result<Self, String> {
        if (ENVELOPE..=LARGEST_JSON).contains(&size) {
            Ok(Self { size })
        } else {
            Err(format!(
                "json is {size}, and at least {ENVELOPE} and at most {LARGEST_JSON}"
            ))
        }
    }

    /// In bytes.
    pub(crate) fn size(self) -> u64 {
        self.size
    }

    /// How many predictions there are, and how much is missing then.
    fn parts(self) -> (u64, u64) {
        let room = self.size - ENVELOPE;
        // The first one has no comma.
        let count = (room + 1) / PREDICTION;
        (count, room - (count * PREDICTION).saturating_sub(1))
    }
}

impl Serialize for Predictions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Data {
            result: Classes,
        }

        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Classes {
            class_predictions: List,
        }

        let (count, missing) = self.parts();
        let class_predictions = List(count);
        let padding = "x".repeat(usize::try_from(missing).unwrap_or_default());
        let mut document = serializer.serialize_struct("Predictions", 2)?;
        let result = Classes { class_predictions };
        document.serialize_field("data", &Data { result })?;
        document.serialize_field("padding", &padding)?;
        document.end()
    }
}

/// So many predictions.
struct List(u64);

impl Serialize for List {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Prediction {
            class: String,
            score: f64,
        }

        let mut list = serializer.serialize_seq(None)?;
        for (number, score) in (0..self.0).zip(SCORES.into_iter().cycle()) {
            let class = format!("class {number:08}");
            list.serialize_element(&Prediction { class, score })?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(input: &str) -> Outcome {
        process(&Values::from([(INPUT.to_owned(), input.to_owned().into())]))
    }

    #[test]
    fn json_has_the_size_that_was_asked_for() {
        for size in (ENVELOPE..ENVELOPE + 3 * PREDICTION).chain([100_000]) {
            let made = serde_json::to_vec(&Predictions::of(size).unwrap()).unwrap();
            assert_eq!(made.len() as u64, size);
        }
        let made = serde_json::to_value(Predictions::of(10_000).unwrap()).unwrap();
        assert_eq!(
            made["data"]["result"]["classPredictions"].as_array().unwrap().len(),
            242
        );
    }

    #[test]
    fn an_input_says_which_outputs_it_wants() {
        let outputs = of(r#"{"binary": 5}"#).unwrap();
        assert_eq!(outputs, IndexMap::from([(BYTES, Output::MadeBinary(5))]));
        assert_eq!(of("{}").unwrap().len(), 0);
        for (input, message) in [
            ("text", "the input is not"),
            (r#"{"bytes": 5}"#, "unknown field"),
            (r#"{"json": 5}"#, "json is 5, and at least 56"),
            (r#"{"json": 2000000000}"#, "at most 1073741824"),
            (r#"{"binary": 20000000000}"#, "at most 17179869184"),
        ] {
            let refusal = of(input).unwrap_err();
            assert!(refusal.contains(message), "{refusal}");
        }
    }
}
