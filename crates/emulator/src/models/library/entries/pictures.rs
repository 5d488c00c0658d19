//! The models that read a picture or a video.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{BASE, OF_TEXT, at};
use crate::models::description::{About, Feature, ModelInput, Values, Version};
use crate::models::model::{Described, Model, Outcome, json_results, text};
use crate::models::tags::{COMPUTER_VISION, IMAGE_CLASSIFICATION, LANGUAGE_AND_TEXT, VIDEO};

const PICTURE: ModelInput = ModelInput {
    name: "image",
    accepted_media_types: "image/jpeg,image/png",
    maximum_size: 100 << 20,
    description: "The picture.",
    is_optional: false,
};

/// The first bytes of a picture.
const SAMPLE_PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n";

const OF_PICTURES: Version = Version {
    inputs: &[PICTURE],
    sample: &[("image", SAMPLE_PICTURE)],
    ..OF_TEXT
};

pub(super) static GEOLOCATION: Described = Described {
    about: About {
        identifier: "aevbu1h3yw",
        name: "Image-Based Geolocation",
        description: "Predicts where on Earth a picture was taken.",
        permalink: "aevbu1h3yw-modzy-image-based-geolocation",
        tags: &[&COMPUTER_VISION],
        has_images: true,
        is_commercial: true,
        last_active_at: None,
        expires_at: Some(Timestamp::constant(1_634_688_000, 0)),
        ..BASE
    },
    versions: &[at("1.0.1", &OF_PICTURES)],
    process: |_, values| {
        let picture = picture(values, PICTURE.name)?;
        Ok(json_results(classified(
            picture,
            &["Paris", "Nairobi", "Lima", "Osaka", "Oslo"],
            None,
        )))
    },
};

/// Its results have explanations although it does not have that feature.
pub(super) static AUTOMOBILES: Explaining = Explaining {
    about: About {
        identifier: "132fq7a6a9",
        name: "Automobile Classification",
        description: "Classifies the automobile on a picture.",
        permalink: "132fq7a6a9-modzy-automobile-classification",
        tags: &[&COMPUTER_VISION, &IMAGE_CLASSIFICATION],
        features: &[Feature {
            identifier: "built-in-adversarial-defense",
            name: "Built-in Adversarial Defense",
            description: "Withstands pictures that are made to mislead it.",
        }],
        has_images: true,
        ..BASE
    },
    versions: &[at("1.0.2", &OF_PICTURES)],
};

pub(super) static OCR: Described = Described {
    about: About {
        identifier: "c60c8dbd79",
        name: "Multi-Language OCR",
        description: "Reads the text on a picture.",
        permalink: "c60c8dbd79-open-source-multi-language-ocr",
        tags: &[&COMPUTER_VISION, &LANGUAGE_AND_TEXT],
        is_recommended: true,
        author: "Open Source",
        ..BASE
    },
    versions: &[OCR_VERSION, at("0.0.2", &OCR_VERSION)],
    process: ocr,
};

const CONFIGURATION: &str = "config.json";

const OCR_VERSION: Version = Version {
    inputs: &[
        ModelInput {
            name: "input",
            ..PICTURE
        },
        ModelInput {
            name: CONFIGURATION,
            accepted_media_types: "application/json",
            maximum_size: 1 << 20,
            description: "The languages, such as {\"languages\": [\"spa\"]}.",
            is_optional: false,
        },
    ],
    sample: &[("input", SAMPLE_PICTURE), (CONFIGURATION, br#"{"languages": ["spa"]}"#)],
    ..OF_TEXT
};

pub(super) static FACES: Described = Described {
    about: About {
        identifier: "f7e252e26a",
        name: "Facial Embedding",
        description: "Computes the features of a face.",
        permalink: "f7e252e26a-open-source-facial-embedding",
        tags: &[&COMPUTER_VISION],
        author: "Open Source",
        ..BASE
    },
    versions: &[OF_PICTURES],
    process: |_, values| {
        let features = digest(picture(values, PICTURE.name)?).map(|byte| f64::from(byte) / 255.0);
        Ok(json_results(json!({ "embeddings": features })))
    },
};

pub(super) static CAPTIONS: Described = Described {
    about: About {
        identifier: "cyoxn54q5g",
        name: "Video Captioning",
        description: "Describes a video.",
        permalink: "cyoxn54q5g-modzy-video-captioning",
        tags: &[&COMPUTER_VISION, &VIDEO],
        ..BASE
    },
    versions: &[Version {
        inputs: &[ModelInput {
            name: "input",
            accepted_media_types: "video/mp4",
            maximum_size: 1 << 30,
            description: "The video.",
            is_optional: false,
        }],
        sample: &[("input", b"\0\0\0\x18ftypmp42")],
        ..at("0.0.2", &OF_TEXT)
    }],
    process: |_, values| {
        let bytes = values.get("input").map_or(0, Bytes::len);
        Ok(json_results(json!({ "caption": format!("a video of {bytes} bytes") })))
    },
};

pub(super) static MILITARY: Described = Described {
    about: About {
        identifier: "m1l1t4ryeq",
        name: "Military Equipment Classification",
        description: "Classifies the equipment on a picture.",
        permalink: "m1l1t4ryeq-modzy-military-equipment-classification",
        tags: &[&COMPUTER_VISION, &IMAGE_CLASSIFICATION],
        ..BASE
    },
    versions: &[OF_PICTURES],
    process: |_, values| {
        let picture = picture(values, PICTURE.name)?;
        Ok(json_results(classified(
            picture,
            &["truck", "helicopter", "tank", "ship", "radar"],
            None,
        )))
    },
};

pub(super) static PICTURE_MODEL: Described = Described {
    about: About {
        identifier: "e3f73163d3",
        name: "Picture Model",
        description: "Reads a picture.",
        permalink: "e3f73163d3-modzy-picture-model",
        tags: &[&COMPUTER_VISION],
        ..BASE
    },
    versions: &[OF_PICTURES],
    process: |_, values| {
        let bytes = digest(picture(values, PICTURE.name)?);
        let [xmin, ymin, xmax, ymax, ..] = bytes.map(u32::from);
        let detection = json!({
            "class": "object",
            "score": 0.5,
            "xmin": xmin,
            "ymin": ymin,
            "xmax": xmin + xmax,
            "ymax": ymin + ymax,
        });
        Ok(json_results(
            json!({ "data": { "result": { "detections": [detection] }, "explanation": null, "drift": null } }),
        ))
    },
};

/// A model of pictures that explains its results.
pub(super) struct Explaining {
    about: About,
    versions: &'static [Version],
}

impl Model for Explaining {
    fn about(&self) -> &About {
        &self.about
    }

    fn versions(&self) -> &'static [Version] {
        self.versions
    }

    fn process(&self, _: &Version, values: &Values, explain: bool) -> Outcome {
        let picture = picture(values, PICTURE.name)?;
        let mask = json!({ "maskRLE": [[3, 2, 7]], "dimensions": { "height": 3, "width": 4 } });
        let classes = ["coupe", "convertible", "sedan", "van", "truck"];
        Ok(json_results(classified(picture, &classes, explain.then_some(&mask))))
    }
}

/// Returns the bytes of a picture, which is a PNG, a JPEG or a GIF.
fn picture<'v>(values: &'v Values, name: &str) -> Result<&'v Bytes, String> {
    let is_picture = |bytes: &&Bytes| {
        [&b"\x89PNG"[..], b"\xff\xd8\xff", b"GIF8"]
            .iter()
            .any(|start| bytes.starts_with(start))
    };
    values
        .get(name)
        .filter(is_picture)
        .ok_or_else(|| format!("the model input {name} is not a picture"))
}

fn digest(bytes: &[u8]) -> [u8; 8] {
    Sha256::digest(bytes).first_chunk().copied().unwrap_or_default()
}

/// Returns the classes with scores of three decimals, whose sum is 1, best first.
fn classified(bytes: &[u8], classes: &[&str; 5], explanation: Option<&Value>) -> Value {
    let shift = usize::from(digest(bytes)[0]);
    let scores = [0.611, 0.214, 0.112, 0.043, 0.02];
    let classes = classes.iter().cycle().skip(shift % classes.len());
    let predictions = classes
        .zip(scores)
        .map(|(class, score)| json!({ "class": class, "score": score }));
    let predictions: Value = predictions.collect();
    json!({ "data": { "result": { "classPredictions": predictions }, "explanation": explanation, "drift": null } })
}

fn ocr(_: &Version, values: &Values) -> Outcome {
    #[derive(Deserialize)]
    struct Configuration {
        languages: Vec<String>,
    }
    let picture = picture(values, "input")?;
    let Configuration { languages } = serde_json::from_str(text(values, CONFIGURATION)?)
        .map_err(|error| format!("the model input {CONFIGURATION} has no languages: {error}"))?;
    let text = format!("{} bytes in {}", picture.len(), languages.join(" and "));
    Ok(json_results(json!({ "text": text })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &[u8], configuration: &str) -> Outcome {
        let values = [("input", input.to_vec()), (CONFIGURATION, configuration.into())];
        let values = values.map(|(name, bytes)| (name.to_owned(), bytes.into()));
        ocr(&OCR_VERSION, &Values::from(values))
    }

    #[test]
    fn swapped_inputs_fail() {
        let configuration = r#"{"languages": ["spa"]}"#;
        let read_text = json_results(json!({ "text": "8 bytes in spa" }));
        assert_eq!(read(SAMPLE_PICTURE, configuration), Ok(read_text));
        let swapped = read(configuration.as_bytes(), "\u{89}PNG");
        assert_eq!(swapped, Err("the model input input is not a picture".to_owned()));
        assert!(read(SAMPLE_PICTURE, "{}").unwrap_err().contains("has no languages"));
    }

    #[test]
    fn the_scores_of_classes_have_the_sum_of_one() {
        let result = classified(b"x", &["a", "b", "c", "d", "e"], None);
        let predictions = result["data"]["result"]["classPredictions"].as_array().unwrap();
        let sum: f64 = predictions.iter().map(|class| class["score"].as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-9 && predictions.len() == 5);
    }
}
