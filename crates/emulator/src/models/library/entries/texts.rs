//! The models that read a text.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::{BASE, OF_TEXT, at};
use crate::models::description::{About, ModelInput, Version};
use crate::models::library::texts::TEXT;
use crate::models::library::tones::{WAV, WAV_OUTPUT, wav};
use crate::models::library::words::{INPUT, keywords, language, words};
use crate::models::model::{Described, Output, json_results, text};
use crate::models::tags::{AUDIO, ENHANCE_OR_PREPROCESS, LANGUAGE_AND_TEXT, TEXT_CLASSIFICATION};

pub(super) static SPEECH: Described = Described {
    about: About {
        identifier: "uvdncymn6q",
        name: "Text to speech",
        description: "Speaks a text.",
        permalink: "uvdncymn6q-modzy-text-to-speech",
        tags: &[&LANGUAGE_AND_TEXT, &AUDIO],
        ..BASE
    },
    versions: &[Version {
        outputs: &[WAV_OUTPUT],
        ..at("0.0.3", &OF_TEXT)
    }],
    process: |_, values| {
        let first: String = text(values, INPUT)?.chars().take(200).collect();
        Ok(IndexMap::from([(WAV.into(), Output::Binary(wav(&first)))]))
    },
};

pub(super) static ENTITIES: Described = Described {
    about: About {
        identifier: "a92fc413b5",
        name: "Named Entity Recognition",
        description: "Finds the names in a text.",
        permalink: "a92fc413b5-open-source-named-entity-recognition",
        tags: &[&LANGUAGE_AND_TEXT],
        author: "Open Source",
        ..BASE
    },
    versions: &[at("0.0.12", &OF_TEXT)],
    process: |_, values| {
        let words = text(values, INPUT)?.split_whitespace();
        let entities = words.map(|word| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            let is_name = word.chars().next().is_some_and(char::is_uppercase);
            json!([word, if is_name { "B-MISC" } else { "O" }])
        });
        Ok(json_results(entities.collect()))
    },
};

pub(super) static SUMMARY: Described = Described {
    about: About {
        identifier: "rs2qqwbjwb",
        name: "Text Summarization",
        description: "Returns the first sentence of a text.",
        permalink: "rs2qqwbjwb-modzy-text-summarization",
        tags: &[&LANGUAGE_AND_TEXT],
        ..BASE
    },
    versions: &[at("0.0.2", &OF_TEXT)],
    process: |_, values| {
        let first = text(values, INPUT)?.split_inclusive(['.', '!', '?']).next();
        Ok(json_results(json!({ "summary": first.unwrap_or_default().trim() })))
    },
};

pub(super) static TOPICS: Described = Described {
    about: About {
        identifier: "m8z2mwe3pt",
        name: "Text Topic Modeling",
        description: "Returns the words that a text is about, as an array.",
        permalink: "m8z2mwe3pt-modzy-text-topic-modeling",
        tags: &[&LANGUAGE_AND_TEXT],
        ..BASE
    },
    versions: &[OF_TEXT],
    process: |_, values| {
        let mut topics: Vec<_> = words(text(values, INPUT)?)
            .filter(|word| word.chars().count() > 4)
            .collect();
        topics.sort_unstable();
        topics.dedup();
        Ok(json_results(json!(topics)))
    },
};

pub(super) static LANGUAGE_IDENTIFICATION: Described = Described {
    about: About {
        identifier: "6d1c49595f",
        name: "Language Identification",
        description: "Identifies the language of a text.",
        permalink: "6d1c49595f-modzy-language-identification",
        tags: &[&LANGUAGE_AND_TEXT, &TEXT_CLASSIFICATION],
        ..BASE
    },
    versions: &[OF_TEXT],
    process: language,
};

pub(super) static JOINING: Described = Described {
    about: About {
        identifier: "d4t4s3tj01",
        name: "Dataset Joining",
        description: "Joins the lines of two datasets.",
        permalink: "d4t4s3tj01-modzy-dataset-joining",
        tags: &[&ENHANCE_OR_PREPROCESS],
        ..BASE
    },
    versions: &[Version {
        inputs: &[
            ModelInput {
                name: "first.csv",
                ..TEXT
            },
            ModelInput {
                name: "second.csv",
                ..TEXT
            },
        ],
        sample: &[("first.csv", b"1\n2"), ("second.csv", b"a\nb")],
        ..OF_TEXT
    }],
    process: |_, values| {
        let (first, second) = (text(values, "first.csv")?, text(values, "second.csv")?);
        let rows = first.lines().zip(second.lines()).enumerate();
        let rows = rows.map(|(row, (first, second))| json!({ "row": row, "pred": [first, second] }));
        let predictions: Value = rows.collect();
        Ok(json_results(
            json!({ "data": { "result": { "predictions": predictions }, "explanation": null, "drift": null } }),
        ))
    },
};

pub(super) static TEXT_MODEL: Described = Described {
    about: About {
        identifier: "cbf9e8d6da",
        name: "Text Model",
        description: "Reads a text.",
        permalink: "cbf9e8d6da-modzy-text-model",
        tags: &[&LANGUAGE_AND_TEXT],
        ..BASE
    },
    versions: &[OF_TEXT],
    process: keywords,
};

pub(super) static ANOTHER_TEXT_MODEL: Described = Described {
    about: About {
        identifier: "s25ge4ufw4",
        name: "Another Text Model",
        description: "Returns the text of its input.",
        permalink: "s25ge4ufw4-modzy-another-text-model",
        tags: &[&LANGUAGE_AND_TEXT],
        ..BASE
    },
    versions: &[OF_TEXT],
    process: |_, values| Ok(json_results(json!({ "text": text(values, INPUT)? }))),
};
