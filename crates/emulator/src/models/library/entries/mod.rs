//! Models of the real catalog, which the samples and the tests of the published SDKs look up. They have its identifiers,
//! names, tags and versions; their outputs have its shapes, and follow from the inputs by simple rules.

mod pictures;
mod texts;

use jiff::Timestamp;

use super::texts::TEXT;
use super::words::INPUT;
use crate::models::description::{About, JSON, Version};
use crate::models::model::Model;

/// The entries, in the order of the catalog.
pub(super) static ENTRIES: &[&dyn Model] = &[
    &pictures::GEOLOCATION,
    &pictures::AUTOMOBILES,
    &pictures::OCR,
    &pictures::FACES,
    &texts::SPEECH,
    &texts::ENTITIES,
    &texts::SUMMARY,
    &texts::TOPICS,
    &pictures::CAPTIONS,
    &texts::LANGUAGE_IDENTIFICATION,
    &pictures::MILITARY,
    &texts::JOINING,
    &texts::TEXT_MODEL,
    &pictures::PICTURE_MODEL,
    &texts::ANOTHER_TEXT_MODEL,
];

const BASE: About = About {
    author: "Modzy",
    created_by: "models@modzy.local",
    last_active_at: Some(Timestamp::constant(1_625_097_600, 0)),
    ..About::BASE
};

const OF_TEXT: Version = Version {
    number: "0.0.1",
    created_at: Timestamp::constant(1_596_240_000, 0),
    is_active: true,
    description: "",
    inputs: &[TEXT],
    outputs: JSON,
    sample: &[(INPUT, b"Ada Lovelace wrote the first program. It was never run.")],
};

/// Returns a version with another number.
const fn at(number: &'static str, version: &Version) -> Version {
    Version { number, ..*version }
}
