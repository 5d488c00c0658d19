//! Generator: outputs of requested sizes, generated while they are sent, so their memory does not depend on their size.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Deserialize;

use super::texts::TEXT;
use super::words::INPUT;
use crate::models::description::{About, ModelOutput, RESULTS, Values, Version};
use crate::models::model::{Described, Outcome, Output, text};
use crate::models::predictions::Predictions;
use crate::models::tags::LANGUAGE_AND_TEXT;

const BYTES: &str = "results.bin";

/// The largest binary output, in bytes.
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
            maximum_size: Predictions::LARGEST,
            description: "Predictions that fill the requested size.",
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
        description: "Generates outputs of requested sizes.",
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
        outputs.insert(RESULTS.into(), Output::GeneratedJson(Predictions::of(size)?));
    }
    if let Some(size) = sizes.binary {
        if size > LARGEST_BINARY {
            return Err(format!("binary must be at most {LARGEST_BINARY} bytes, and is {size}"));
        }
        outputs.insert(BYTES.into(), Output::GeneratedBinary(size));
    }
    Ok(outputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(input: &str) -> Outcome {
        process(&Values::from([(INPUT.to_owned(), input.to_owned().into())]))
    }

    #[test]
    fn an_input_selects_its_outputs() {
        let outputs = of(r#"{"binary": 5}"#).unwrap();
        assert_eq!(outputs, IndexMap::from([(BYTES.into(), Output::GeneratedBinary(5))]));
        assert_eq!(of("{}").unwrap().len(), 0);
        for (input, message) in [
            ("text", "the input is not"),
            (r#"{"bytes": 5}"#, "unknown field"),
            (r#"{"json": 5}"#, "json must be from 56 to 1073741824 bytes, and is 5"),
            (r#"{"json": 2000000000}"#, "json must be from 56 to 1073741824 bytes"),
            (r#"{"binary": 20000000000}"#, "at most 17179869184"),
        ] {
            let refusal = of(input).unwrap_err();
            assert!(refusal.contains(message), "{refusal}");
        }
    }
}
