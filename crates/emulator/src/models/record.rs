//! The models of the catalog as they are at present. Descriptions are constants; records can change.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::attributes::{Attributes, InputAttributes, OutputAttributes, Processing};
use super::description::{About, EXPLAINABLE, Feature, Values, Version};
use super::model::{Model, memory_of};
use super::program::Program;
use super::tags::Tag;
use crate::deployment::{Deployment, Pace};
use crate::engines::Scaling;
use crate::usage::{Total, Usage};

/// The estimated memory of a model or a version without texts.
const MEMORY: usize = 1024;

/// A model. Readers share a record; a change replaces it.
#[derive(Clone)]
pub(crate) struct ModelRecord {
    pub(crate) identifier: String,
    pub(crate) name: String,
    pub(crate) author: String,
    /// The e-mail address of the user who created it.
    pub(crate) created_by: String,
    pub(crate) created_by_name: String,
    pub(crate) description: String,
    pub(crate) permalink: String,
    pub(crate) tags: Vec<Tag>,
    pub(crate) features: &'static [Feature],
    pub(crate) images: Vec<Image>,
    pub(crate) is_recommended: bool,
    pub(crate) is_commercial: bool,
    pub(crate) last_active_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
    /// `ALL` or `PRIVATE`.
    pub(crate) scope: &'static str,
    /// In the order of their creation. There is at least one.
    pub(crate) versions: Vec<Arc<VersionRecord>>,
    /// Its bytes, without those of its versions.
    pub(crate) usage: Usage,
}

/// A picture of a model.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Image {
    /// Relative to the host.
    pub(crate) url: String,
    pub(crate) caption: String,
    pub(crate) relation_type: &'static str,
}

/// A version of a model.
#[derive(Clone)]
pub(crate) struct VersionRecord {
    pub(crate) number: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) status: VersionStatus,
    pub(crate) attributes: Attributes,
    pub(crate) samples: Samples,
    pub(crate) program: Program,
    pub(crate) deployment: Deployment,
    pub(crate) scaling: Scaling,
    pub(crate) usage: Usage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum VersionStatus {
    Active,
    Inactive,
    /// Being deployed.
    Partial,
}

impl VersionStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Partial => "partial",
        }
    }
}

/// The samples of a version.
#[derive(Clone, Default)]
pub(crate) struct Samples {
    /// The content of the sample input, from which the documents follow unless they were set.
    pub(crate) values: Option<Values>,
    /// The documents that a deployment set.
    pub(crate) input: Option<Value>,
    pub(crate) output: Option<Value>,
}

impl ModelRecord {
    /// Returns the record of a built-in model.
    pub(super) fn of(model: &'static dyn Model, total: &Total) -> Self {
        let about = model.about();
        let newest_active = model.versions().iter().rfind(|version| version.is_active);
        let versions = model.versions().iter().map(|version| {
            let minimum = u32::from(newest_active.is_some_and(|newest| newest.number == version.number));
            Arc::new(VersionRecord::of(model, version, minimum, total))
        });
        Self {
            identifier: about.identifier.to_owned(),
            name: about.name.to_owned(),
            author: about.author.to_owned(),
            created_by: about.created_by.to_owned(),
            created_by_name: about.author.to_owned(),
            description: about.description.to_owned(),
            permalink: about.permalink.to_owned(),
            tags: about.tags.iter().map(|tag| (*tag).clone()).collect(),
            features: about.features,
            images: if about.has_images { images(about) } else { Vec::new() },
            is_recommended: about.is_recommended,
            is_commercial: about.is_commercial,
            last_active_at: about.last_active_at,
            expires_at: about.expires_at,
            scope: "ALL",
            versions: versions.collect(),
            usage: total.open(0),
        }
    }

    /// Returns the estimated memory of what callers set, without that of its versions.
    pub(super) fn memory(&self) -> usize {
        let tags = self.tags.iter().map(|tag| tag.identifier.len() + tag.name.len());
        let images = self.images.iter().map(|image| image.url.len() + image.caption.len());
        let texts = [&self.name, &self.permalink, &self.description].map(String::len);
        MEMORY + texts.into_iter().chain(tags).chain(images).sum::<usize>()
    }

    pub(crate) fn is_active(&self) -> bool {
        self.versions.iter().any(|version| version.is_active())
    }

    pub(crate) fn is_expired(&self) -> bool {
        self.expires_at.is_some_and(|at| at <= Timestamp::now())
    }

    pub(crate) fn is_explainable(&self) -> bool {
        let mut features = self.features.iter();
        features.any(|feature| feature.identifier == EXPLAINABLE.identifier)
    }

    /// Returns the highest version, active or not.
    pub(crate) fn latest(&self) -> &str {
        highest(self.versions.iter())
    }

    /// Returns the highest active version: an empty text if none is active.
    pub(crate) fn latest_active(&self) -> &str {
        highest(self.versions.iter().filter(|version| version.is_active()))
    }

    /// Returns the versions in the order of the API's lists, which is that of nothing.
    pub(crate) fn unordered(&self) -> impl Iterator<Item = &Arc<VersionRecord>> {
        let skipped = usize::from(self.versions.len() > 2);
        self.versions
            .iter()
            .skip(skipped)
            .chain(self.versions.iter().take(skipped))
    }
}

impl VersionRecord {
    fn of(model: &'static dyn Model, version: &'static Version, minimum: u32, total: &Total) -> Self {
        let inputs = version.inputs.iter().map(|input| InputAttributes {
            name: input.name.to_owned(),
            accepted_media_types: input.accepted_media_types.to_owned(),
            maximum_size: input.maximum_size,
            description: input.description.to_owned(),
        });
        let outputs = version.outputs.iter().map(|output| OutputAttributes {
            name: output.name.to_owned(),
            media_type: output.media_type.to_owned(),
            maximum_size: output.maximum_size,
            description: output.description.to_owned(),
        });
        Self {
            number: version.number.to_owned(),
            created_at: version.created_at,
            updated_at: version.created_at,
            status: if version.is_active {
                VersionStatus::Active
            } else {
                VersionStatus::Inactive
            },
            attributes: Attributes {
                requirement: json!({ "gpuUnits": 0, "cpuAmount": "1", "memoryAmount": "512Mi" }),
                inputs: inputs.collect(),
                outputs: outputs.collect(),
                long_description: version.description.to_owned(),
                processing: Processing { minimum, maximum: 1 },
                ..Attributes::default()
            },
            samples: Samples {
                values: Some(version.sample_values()),
                ..Samples::default()
            },
            program: Program::BuiltIn(model, version),
            deployment: Deployment::complete(),
            scaling: Scaling::at(minimum),
            usage: total.open(0),
        }
    }

    /// Returns the estimated memory of what callers set.
    pub(super) fn memory(&self) -> usize {
        let attributes = json!(self.attributes);
        let samples = [&self.samples.input, &self.samples.output];
        let documents = samples.into_iter().flatten().chain([&attributes]);
        MEMORY + self.number.len() + documents.map(memory_of).sum::<usize>() + self.deployment.memory()
    }

    pub(crate) fn is_active(&self) -> bool {
        self.status == VersionStatus::Active
    }

    /// Returns the name of its engine.
    pub(crate) fn engine(&self, model: &str) -> String {
        format!("model-batch-{model}-{}-emulator", self.number.replace('.', "-"))
    }

    /// Starts or stops engines as its attributes and its status say.
    pub(crate) fn scale(&mut self, pace: &Pace) {
        let minimum = self.attributes.processing.minimum;
        self.scaling
            .to(if self.is_active() { minimum } else { 0 }, pace.engines);
    }

    /// Returns the names of its inputs.
    pub(crate) fn input_names(&self) -> Vec<&str> {
        match self.program {
            Program::BuiltIn(_, version) => version.inputs.iter().map(|input| input.name).collect(),
            Program::Container(_) => self.attributes.inputs.iter().map(|input| input.name.as_str()).collect(),
        }
    }

    /// Returns the media type of an output.
    pub(crate) fn media_type(&self, output: &str) -> &str {
        let mut outputs = self.attributes.outputs.iter();
        outputs
            .find(|known| known.name == output && !known.media_type.is_empty())
            .map_or("application/octet-stream", |known| known.media_type.as_str())
    }

    /// Whether all its inputs are text, so that it accepts an input of type `text`.
    pub(crate) fn is_textual(&self) -> bool {
        let mut inputs = self.attributes.inputs.iter();
        inputs.all(|input| input.accepted_media_types.starts_with("text/"))
    }
}

fn highest<'v>(versions: impl Iterator<Item = &'v Arc<VersionRecord>>) -> &'v str {
    // The newer one of two equal versions, such as 1.0 and 1.0.0.
    let highest = versions.max_by(|first, second| numbers(&first.number).cmp(numbers(&second.number)));
    highest.map_or("", |version| version.number.as_str())
}

/// Returns the numbers of a version, so that 1.10 sorts after 1.9.
pub(super) fn numbers(version: &str) -> impl Iterator<Item = u32> {
    version.split('.').map(|number| number.parse().unwrap_or(0))
}

fn images(about: &About) -> Vec<Image> {
    let logo = format!(
        "/modzy-images/companies/{}/company-image.jpg",
        about.author.to_lowercase().replace(' ', "-")
    );
    let image = |url, relation_type| Image {
        url,
        caption: about.name.to_owned(),
        relation_type,
    };
    let of_model = ["background", "card", "thumbnail"].map(|relation| {
        let url = format!("/modzy-images/{}/image_{relation}.png", about.identifier);
        image(url, relation)
    });
    of_model.into_iter().chain([image(logo, "logo")]).collect()
}
