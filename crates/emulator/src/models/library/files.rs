//! Models that read bytes of any kind.

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::models::description::{About, JSON, ModelInput, Values, Version};
use crate::models::model::{Described, Outputs, json_results};
use crate::models::tags::{FILE_ANALYSIS, FILES};

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
    sample: &[("input", b"hello"), ("extra", b"")],
};

pub(crate) static DIGEST: Described = Described {
    about: About {
        identifier: "d1g35t0256",
        name: "Digest",
        description: "Computes the length and the SHA-256 of every file of an input.",
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
    process: |version, values| Ok(digest(version, values)),
};

fn digest(version: &Version, values: &Values) -> Outputs {
    let digests = version.inputs.iter().filter_map(|input| {
        let bytes = values.get(input.name)?;
        let digest = json!({ "bytes": bytes.len(), "sha256": format!("{:x}", Sha256::digest(bytes)) });
        Some((input.name.to_owned(), digest))
    });
    json_results(digests.collect())
}

const ONE_FILE: Version = Version {
    number: "1.0.0",
    created_at: Timestamp::constant(1_619_827_200, 0),
    description: "",
    inputs: &[INPUT],
    sample: &[("input", b"%PDF-1.7")],
    ..DIGEST_VERSION
};

pub(crate) static FILE_TYPE: Described = Described {
    about: About {
        identifier: "f1l3typ3id",
        name: "File Type",
        author: "Emulator Labs",
        created_by: "labs@emulator.local",
        description: "Detects the media type of a file by its first bytes.",
        permalink: "f1l3typ3id-file-type",
        tags: &[&FILES, &FILE_ANALYSIS],
        is_recommended: true,
        is_commercial: true,
        expires_at: Some(Timestamp::constant(1_704_067_200, 0)),
        ..About::BASE
    },
    versions: &[ONE_FILE],
    process: |version, values| Ok(file_type(version, values)),
};

pub(crate) static ENTROPY: Described = Described {
    about: About {
        identifier: "3ntr0pybyt",
        name: "Entropy",
        author: "Emulator",
        description: "Computes how many bits of information each byte of a file has.",
        permalink: "3ntr0pybyt-entropy",
        tags: &[&FILE_ANALYSIS],
        last_active_at: Some(Timestamp::constant(1_609_459_200, 0)),
        ..About::BASE
    },
    versions: &[
        Version {
            number: "0.3.0",
            is_active: false,
            ..ONE_FILE
        },
        Version {
            number: "0.4.0",
            is_active: false,
            ..ONE_FILE
        },
    ],
    process: |version, values| Ok(entropy(version, values)),
};

/// The first bytes of each file type.
const SIGNATURES: [(&[u8], &str); 9] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"RIFF", "audio/wav"),
    (b"OggS", "audio/ogg"),
];

fn file_type(_: &Version, values: &Values) -> Outputs {
    let bytes = values.get(INPUT.name).map_or(&[][..], |bytes| bytes);
    let signature = SIGNATURES.iter().find(|(start, _)| bytes.starts_with(start));
    let media_type = match signature {
        Some((_, media_type)) => media_type,
        None if std::str::from_utf8(bytes).is_ok() => "text/plain",
        None => "application/octet-stream",
    };
    json_results(json!({ "mediaType": media_type }))
}

#[expect(clippy::cast_precision_loss, reason = "no file has 2^52 bytes")]
fn entropy(_: &Version, values: &Values) -> Outputs {
    let bytes = values.get(INPUT.name).map_or(&[][..], |bytes| bytes);
    let mut counts = [0_u64; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = bytes.len().max(1) as f64;
    let shares = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| *count as f64 / total);
    // Not minus zero.
    let bits = shares.map(|share| -share * share.log2()).sum::<f64>().abs();
    json_results(json!({ "bitsPerByte": bits }))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn of(process: fn(&Version, &Values) -> Outputs, bytes: &'static [u8]) -> Outputs {
        process(
            &ONE_FILE,
            &Values::from([("input".to_owned(), Bytes::from_static(bytes))]),
        )
    }

    #[test]
    fn a_file_type_is_detected_by_the_first_bytes() {
        for (bytes, media_type) in [
            (&b"\x89PNG\r\n\x1a\n123"[..], "image/png"),
            (b"%PDF-1.7", "application/pdf"),
            (b"hello", "text/plain"),
            (b"", "text/plain"),
            (b"\xff\x00", "application/octet-stream"),
        ] {
            assert_eq!(of(file_type, bytes), json_results(json!({ "mediaType": media_type })));
        }
    }

    #[test]
    fn entropy_is_counted_in_bits() {
        for (bytes, bits) in [(&b""[..], 0.0), (b"aaaa", 0.0), (b"abab", 1.0), (b"abcd", 2.0)] {
            assert_eq!(of(entropy, bytes), json_results(json!({ "bitsPerByte": bits })));
        }
    }

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
        assert_eq!(digest(&DIGEST_VERSION, &values), json_results(expected));
    }
}
