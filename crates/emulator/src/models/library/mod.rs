//! The models, one family per file, with their descriptions.

pub(super) mod brightness;
pub(super) mod files;
pub(super) mod generator;
pub(super) mod sentiment;
pub(super) mod texts;
pub(super) mod tones;
mod words;
