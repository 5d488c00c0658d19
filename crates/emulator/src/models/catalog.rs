//! The list of the emulator's models, and the lookup of one.

use super::description::Version;
use super::library::{brightness, files, generator, sentiment, texts, tones};
use super::model::Model;
use crate::error::Error;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::run::run;

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
