//! The models, one family per file, with their descriptions.

mod brightness;
mod entries;
mod files;
mod generator;
pub(super) mod sentiment;
mod texts;
mod tones;
mod words;

use super::model::Model;

/// All built-in models: those that compute, and those of the real catalog.
pub(super) fn models() -> impl Iterator<Item = &'static dyn Model> {
    COMPUTING.iter().chain(entries::ENTRIES).copied()
}

static COMPUTING: &[&dyn Model] = &[
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
