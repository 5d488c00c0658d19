//! The tags of models.

use std::borrow::Cow;

/// A tag.
#[derive(Clone)]
pub(crate) struct Tag {
    pub(crate) identifier: Cow<'static, str>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) data_type: &'static str,
    pub(crate) is_user_created: bool,
}

impl Tag {
    const fn built_in(identifier: &'static str, name: &'static str, data_type: &'static str) -> Self {
        Self {
            identifier: Cow::Borrowed(identifier),
            name: Cow::Borrowed(name),
            data_type,
            is_user_created: false,
        }
    }

    /// Creates a tag from the text that a user gave to a model.
    pub(crate) fn of_user(text: &str) -> Self {
        let lower = text.to_lowercase();
        let words = lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty());
        Self {
            identifier: words.collect::<Vec<_>>().join("_").into(),
            name: text.to_owned().into(),
            data_type: "Tags",
            is_user_created: true,
        }
    }
}

pub(super) static LANGUAGE_AND_TEXT: Tag = Tag::built_in("language_and_text", "Language and Text", "Input Type");

pub(super) static FILES: Tag = Tag::built_in("files", "Files", "Input Type");

pub(super) static TEXT_CLASSIFICATION: Tag = Tag::built_in("text_classification", "Text Classification", "Task");

pub(super) static TEXT_STATISTICS: Tag = Tag::built_in("text_statistics", "Text Statistics", "Task");

pub(super) static FILE_ANALYSIS: Tag = Tag::built_in("file_analysis", "File Analysis", "Task");

pub(super) static AUDIO: Tag = Tag::built_in("audio", "Audio", "Output Type");

pub(super) static COMPUTER_VISION: Tag = Tag::built_in("computer_vision", "Computer Vision", "Input Type");

pub(super) static IMAGE_CLASSIFICATION: Tag = Tag::built_in("image_classification", "Image Classification", "Task");

pub(super) static ENHANCE_OR_PREPROCESS: Tag = Tag::built_in("enhance_or_preprocess", "Enhance or Preprocess", "Task");

pub(super) static VIDEO: Tag = Tag::built_in("video", "Video", "Input Type");

pub(super) static MACHINE_LEARNING: Tag = Tag::built_in("machine_learning", "Machine Learning", "Tags");

pub(super) static LANGUAGE: Tag = Tag::built_in("language", "Language", "Subject");

pub(super) static OPINIONS: Tag = Tag::built_in("opinions", "Opinions", "Subject");
