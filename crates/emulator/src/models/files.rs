//! Models that read bytes of any kind.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::description::{JSON, RESULTS};
use super::tags::{FILE_ANALYSIS, FILES};
use super::{About, Described, ModelInput, Outcome, Output, Values, Version};

const INPUT: ModelInput = ModelInput {
    name: "input",
    accepted_media_types: "application/octet-stream",
    maximum_size: 16 << 30,
    description: "The file.",
    is_optional: false,
};

const EXTRA: ModelInput = ModelInput {
    name: "extra",
    description: "Another file; may be left out.",
    is_optional: true,
    ..INPUT
};

const DIGEST_VERSION: Version = Version {
    number: "1.0.0",
    created_at: Timestamp::constant(1_625_097_600, 0),
    is_active: true,
    description: "For each model input: its length in bytes, and its SHA-256 in lower-case hexadecimal.",
    inputs: &[INPUT, EXTRA],
    outputs: JSON,
    sample: &[("input", "hello"), ("extra", "")],
};

pub(super) static DIGEST: Described = Described {
    about: About {
        identifier: "d1g35t0256",
        name: "Digest",
        description: "Tells the length and the SHA-256 of every file of an input.",
        permalink: "d1g35t0256-open-source-digest",
        tags: &[&FILES, &FILE_ANALYSIS],
        is_recommended: true,
        last_active_at: Some(Timestamp::constant(1_656_633_600, 0)),
        ..About::BASE
    },
    versions: &[
        DIGEST_VERSION,
        Version {
            number: "1.1.0",
            created_at: Timestamp::constant(1_640_995_200, 0),
            ..DIGEST_VERSION
        },
    ],
    process: digest,
};

fn digest(version: &Version, values: &Values) -> Outcome {
    let digests = version.inputs.iter().filter_map(|input| {
        let bytes = values.get(input.name)?;
        let digest = json!({ "bytes": bytes.len(), "sha256": format!("{:x}", Sha256::digest(bytes)) });
        Some((input.name.to_owned(), digest))
    });
    results(digests.collect())
}

/// The one output of these models.
fn results(value: Value) -> Outcome {
    Ok(IndexMap::from([(RESULTS, Output::Json(value))]))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_digest_is_that_of_the_bytes() {
        let values = Values::from([
            ("extra".to_owned(), Bytes::new()),
            ("input".to_owned(), Bytes::from_static(b"abc")),
            ("other".to_owned(), Bytes::from_static(b"x")),
        ]);
        let expected = json!({
            "input": {
                "bytes": 3,
                "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            },
            "extra": {
                "bytes": 0,
                "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            },
        });
        assert_eq!(digest(&DIGEST_VERSION, &values), results(expected));
    }
}
