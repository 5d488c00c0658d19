//! The models: what each of them is, and the running of one on an input.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::Value;

use super::description::{About, Version};
use super::library::generator::Predictions;
use super::library::{brightness, files, generator, sentiment, texts, tones};
use crate::error::Error;

/// A model that the emulator really runs.
pub(crate) trait Model: Send + Sync {
    fn about(&self) -> &About;

    /// All versions, oldest first. There is at least one.
    fn versions(&self) -> &'static [Version];

    /// Processes one input, which has every required model input of the version. May take its time, and may
    /// panic: both are the caller's to deal with. Explains its result where it can and is asked to.
    fn process(&self, version: &Version, values: &Values, explain: bool) -> Outcome;
}

/// The content of one input, by model input name.
pub(crate) type Values = IndexMap<String, Bytes>;

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

pub(crate) static MODELS: &[&dyn Model] = &[
    &sentiment::SentimentAnalysis,
    &files::DIGEST,
    &texts::WORD_COUNT,
    &texts::LANGUAGE_GUESS,
    &texts::UPPER_CASE,
    &texts::TEXT_LENGTH,
    &texts::SENTIMENT_WORDS,
    &texts::KEYWORDS,
    &texts::READABILITY,
    &files::FILE_TYPE,
    &files::ENTROPY,
    &tones::TEXT_TO_TONES,
    &brightness::Brightness,
    &generator::GENERATOR,
];

pub(crate) fn find(identifier: &str) -> Result<&'static dyn Model, Error> {
    MODELS
        .iter()
        .copied()
        .find(|model| model.about().identifier == identifier)
        .ok_or_else(|| Error::not_found(format!("the model {identifier} does not exist")))
}

pub(crate) fn find_version(model: &dyn Model, version: &str) -> Result<&'static Version, Error> {
    model
        .versions()
        .iter()
        .find(|known| known.number == version)
        .ok_or_else(|| {
            let identifier = model.about().identifier;
            Error::not_found(format!("the model {identifier} has no version {version}"))
        })
}

/// Runs a model on one input. Whatever goes wrong is the input's failure, and nobody else's.
pub(crate) fn run(model: &dyn Model, version: &Version, values: &Values, explain: bool) -> Outcome {
    if let Some(missing) = version
        .inputs
        .iter()
        .find(|input| !input.is_optional && !values.contains_key(input.name))
    {
        return Err(format!("the model input {} is missing", missing.name));
    }
    catch_unwind(AssertUnwindSafe(|| model.process(version, values, explain)))
        .unwrap_or_else(|_| Err("the model crashed".to_owned()))
}

/// The content of a model input as text, for models that read nothing else.
pub(super) fn text<'a>(values: &'a Values, name: &str) -> Result<&'a str, String> {
    let bytes = values.get(name).map_or(&[][..], |bytes| bytes);
    std::str::from_utf8(bytes).map_err(|_| format!("the model input {name} is not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Crashing;

    impl Model for Crashing {
        fn about(&self) -> &About {
            sentiment::SentimentAnalysis.about()
        }

        fn versions(&self) -> &'static [Version] {
            sentiment::SentimentAnalysis.versions()
        }

        fn process(&self, _: &Version, _: &Values, _: bool) -> Outcome {
            panic!("on purpose")
        }
    }

    #[test]
    fn a_model_that_crashes_fails_its_input_alone() {
        let version = &Crashing.versions()[0];
        let values = IndexMap::from([("input.txt".to_owned(), Bytes::new())]);
        assert_eq!(
            run(&Crashing, version, &values, false),
            Err("the model crashed".to_owned())
        );
    }

    #[test]
    fn an_input_without_a_model_input_fails_by_its_name() {
        let version = &Crashing.versions()[0];
        let values = IndexMap::from([("Input.txt".to_owned(), Bytes::new())]);
        let failure = Err("the model input input.txt is missing".to_owned());
        assert_eq!(run(&Crashing, version, &values, false), failure);
    }

    #[test]
    fn identifiers_and_versions_are_unique_and_every_sample_is_complete() {
        let mut identifiers: Vec<_> = MODELS.iter().map(|model| model.about().identifier).collect();
        identifiers.sort_unstable();
        identifiers.dedup();
        assert_eq!(identifiers.len(), MODELS.len());
        let is_identifier = |text: &str| {
            text.len() == 10
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        assert!(identifiers.iter().all(|identifier| is_identifier(identifier)));
        for model in MODELS {
            assert!(!model.versions().is_empty());
            for version in model.versions() {
                for input in version.inputs {
                    assert!(version.sample.iter().any(|(name, _)| *name == input.name));
                }
                let values = version.sample_values();
                let outputs = run(*model, version, &values, false).unwrap();
                assert!(outputs.keys().eq(version.outputs.iter().map(|output| &output.name)));
            }
        }
    }
}
