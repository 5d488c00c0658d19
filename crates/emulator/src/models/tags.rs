//! The tags of models.

/// A tag.
pub(crate) struct Tag {
    pub(crate) identifier: &'static str,
    pub(crate) name: &'static str,
    pub(crate) data_type: &'static str,
}

pub(super) static LANGUAGE_AND_TEXT: Tag = Tag {
    identifier: "language_and_text",
    name: "Language and Text",
    data_type: "Input Type",
};

pub(super) static FILES: Tag = Tag {
    identifier: "files",
    name: "Files",
    data_type: "Input Type",
};

pub(super) static TEXT_CLASSIFICATION: Tag = Tag {
    identifier: "text_classification",
    name: "Text Classification",
    data_type: "Task",
};

pub(super) static TEXT_STATISTICS: Tag = Tag {
    identifier: "text_statistics",
    name: "Text Statistics",
    data_type: "Task",
};

pub(super) static FILE_ANALYSIS: Tag = Tag {
    identifier: "file_analysis",
    name: "File Analysis",
    data_type: "Task",
};

pub(super) static AUDIO: Tag = Tag {
    identifier: "audio",
    name: "Audio",
    data_type: "Output Type",
};
