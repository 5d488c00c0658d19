//! The descriptions of models, of their versions, and of the versions' inputs and outputs.

use bytes::Bytes;
use indexmap::IndexMap;
use jiff::Timestamp;

use super::tags::Tag;

/// The description that all versions of a model share.
pub(crate) struct About {
    pub(crate) identifier: &'static str,
    pub(crate) name: &'static str,
    pub(crate) author: &'static str,
    /// The e-mail address of the user who created it.
    pub(crate) created_by: &'static str,
    pub(crate) description: &'static str,
    pub(crate) permalink: &'static str,
    pub(crate) tags: &'static [&'static Tag],
    pub(crate) features: &'static [Feature],
    /// Whether it has the pictures of a card.
    pub(crate) has_images: bool,
    pub(crate) is_recommended: bool,
    pub(crate) is_commercial: bool,
    /// Some models have none.
    pub(crate) last_active_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
}

impl About {
    /// The defaults of all models.
    pub(super) const BASE: Self = Self {
        identifier: "",
        name: "",
        author: "Open Source",
        created_by: "models@emulator.local",
        description: "",
        permalink: "",
        tags: &[],
        features: &[],
        has_images: false,
        is_recommended: false,
        is_commercial: false,
        last_active_at: None,
        expires_at: None,
    };
}

/// An optional feature of a model.
pub(crate) struct Feature {
    pub(crate) identifier: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
}

/// The model explains its results if a job requests it.
pub(super) const EXPLAINABLE: Feature = Feature {
    identifier: "built-in-explainability",
    name: "Built-in Explainability",
    description: "Shows on request which parts of the input led to the result.",
};

/// One version of a model.
pub(crate) struct Version {
    pub(crate) number: &'static str,
    pub(crate) created_at: Timestamp,
    pub(crate) is_active: bool,
    pub(crate) description: &'static str,
    pub(crate) inputs: &'static [ModelInput],
    pub(crate) outputs: &'static [ModelOutput],
    /// A sample input, by model input name.
    pub(crate) sample: &'static [(&'static str, &'static [u8])],
}

impl Version {
    /// Returns the sample as the values of an input.
    pub(crate) fn sample_values(&self) -> Values {
        let values = self.sample.iter();
        values
            .map(|(name, bytes)| ((*name).to_owned(), Bytes::from_static(bytes)))
            .collect()
    }
}

/// The content of one input, by model input name.
pub(crate) type Values = IndexMap<String, Bytes>;

pub(crate) struct ModelInput {
    pub(crate) name: &'static str,
    pub(crate) accepted_media_types: &'static str,
    /// In bytes.
    pub(crate) maximum_size: u64,
    pub(crate) description: &'static str,
    pub(crate) is_optional: bool,
}

pub(crate) struct ModelOutput {
    pub(crate) name: &'static str,
    pub(crate) media_type: &'static str,
    /// In bytes.
    pub(crate) maximum_size: u64,
    pub(crate) description: &'static str,
}

pub(super) const RESULTS: &str = "results.json";

/// The only output of most models.
pub(super) const JSON: &[ModelOutput] = &[ModelOutput {
    name: RESULTS,
    media_type: "application/json",
    maximum_size: 1 << 20,
    description: "The result.",
}];
