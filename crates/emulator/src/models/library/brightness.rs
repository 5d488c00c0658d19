//! Brightness: classifies pictures as bright or dark, and explains by which pixels.

use std::io::Cursor;

use indexmap::IndexMap;
use jiff::Timestamp;
use png::{Decoder, Limits, Transformations};
use serde_json::{Value, json};

use crate::models::description::{About, EXPLAINABLE, ModelInput, ModelOutput, RESULTS, Values, Version};
use crate::models::model::{Model, Outcome, Output};
use crate::models::tags::FILES;

const INPUT: &str = "input";

/// Pictures with more pixels than this are refused.
const LARGEST: u32 = 1 << 24;

static ABOUT: About = About {
    identifier: "br1ghtn355",
    name: "Brightness",
    author: "Emulator",
    description: "Classifies a picture as bright or dark.",
    permalink: "br1ghtn355-brightness",
    tags: &[&FILES],
    features: &[EXPLAINABLE],
    last_active_at: Some(Timestamp::constant(1_654_041_600, 0)),
    ..About::BASE
};

static VERSIONS: [Version; 1] = [Version {
    number: "1.0.0",
    created_at: Timestamp::constant(1_648_771_200, 0),
    is_active: true,
    description: "The classes bright and dark; the explanation shows the bright pixels of a bright picture, the dark ones of a dark one.",
    inputs: &[ModelInput {
        name: INPUT,
        accepted_media_types: "image/png",
        maximum_size: 64 << 20,
        description: "The picture, of at most 16,777,216 pixels.",
        is_optional: false,
    }],
    outputs: &[ModelOutput {
        name: RESULTS,
        media_type: "application/json",
        maximum_size: 256 << 20,
        description: "The classes with their scores, best first.",
    }],
    sample: &[(INPUT, SAMPLE)],
}];

/// Four pixels by two, the left ones bright and the right ones black.
const SAMPLE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x04\0\0\0\x02\x08\0\0\0\0Z\xc3\x22\xbf\
    \0\0\0\x12IDATx\x9cc\xf8\xff\xff?\x03\xc3\xff\x13\x0c\x0c\0\x1eF\x04\xc5\x92\x95\xab\x10\0\0\0\0IEND\xaeB`\x82";

/// The model.
pub(crate) struct Brightness;

impl Model for Brightness {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn versions(&self) -> &'static [Version] {
        &VERSIONS
    }

    fn process(&self, _: &Version, values: &Values, explain: bool) -> Outcome {
        let bytes = values.get(INPUT).map_or(&[][..], |bytes| bytes);
        let picture = Picture::read(bytes).map_err(|error| format!("the picture cannot be read: {error}"))?;
        let bright = picture.brightness();
        let is_bright = bright >= 0.5;
        let mut classes = [
            json!({ "class": "dark", "score": 1.0 - bright }),
            json!({ "class": "bright", "score": bright }),
        ];
        if is_bright {
            classes.reverse();
        }
        let explanation = explain.then(|| picture.explain(is_bright));
        let output = json!({ "data": {
            "result": { "classPredictions": classes },
            "explanation": explanation,
            "drift": null,
        } });
        Ok(IndexMap::from([(RESULTS.into(), Output::Json(output))]))
    }
}

/// The shades of a picture, row by row.
struct Picture {
    width: usize,
    shades: Vec<u8>,
}

impl Picture {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let limits = Limits { bytes: 256 << 20 };
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
        decoder.set_transformations(Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
        let info = reader.info();
        if info.width.saturating_mul(info.height) > LARGEST {
            return Err(format!("it has more than {LARGEST} pixels"));
        }
        let width = usize::try_from(info.width).unwrap_or(usize::MAX);
        let mut pixels = vec![0; reader.output_buffer_size().unwrap_or(0)];
        let frame = reader.next_frame(&mut pixels).map_err(|error| error.to_string())?;
        let samples = frame.color_type.samples();
        let shades = pixels.chunks_exact(samples).map(shade).collect();
        Ok(Self { width, shades })
    }

    /// Returns the mean brightness, from 0 for black to 1 for white.
    #[expect(clippy::cast_precision_loss, reason = "no picture here has 2^52 pixels")]
    fn brightness(&self) -> f64 {
        let sum: u64 = self.shades.iter().map(|shade| u64::from(*shade)).sum();
        sum as f64 / (255 * self.shades.len().max(1)) as f64
    }

    /// Returns the bright or the dark pixels as run lengths down the columns.
    fn explain(&self, bright: bool) -> Value {
        let rows = self.shades.chunks_exact(self.width);
        let height = rows.len();
        let columns = (0..self.width).flat_map(|x| self.shades.iter().skip(x).step_by(self.width));
        let mut runs = vec![0_usize];
        let mut within = false;
        for shade in columns {
            let marked = (*shade >= 128) == bright;
            if marked != within {
                runs.push(0);
                within = marked;
            }
            if let Some(run) = runs.last_mut() {
                *run += 1;
            }
        }
        json!({ "maskRLE": [runs], "dimensions": { "height": height, "width": self.width } })
    }
}

/// Returns the brightness of a pixel: the value of a gray pixel, or the mean of the color channels. Ignores transparency.
fn shade(pixel: &[u8]) -> u8 {
    match *pixel {
        [grey] | [grey, _] => grey,
        [red, green, blue, ..] => {
            let sum = u16::from(red) + u16::from(green) + u16::from(blue);
            u8::try_from(sum / 3).unwrap_or(u8::MAX)
        }
        [] => 0,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn process(bytes: &[u8], explain: bool) -> Result<Value, String> {
        let values = Values::from([(INPUT.to_owned(), Bytes::copy_from_slice(bytes))]);
        let mut outputs = Brightness.process(&VERSIONS[0], &values, explain)?;
        match outputs.swap_remove(RESULTS) {
            Some(Output::Json(value)) => Ok(value["data"].clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_picture_is_bright_or_dark_and_the_explanation_is_a_mask_down_the_columns() {
        // White, white, white, black; white, shade 200, black, black.
        let data = process(SAMPLE, true).unwrap();
        assert_eq!(data["result"]["classPredictions"][0]["class"], "bright");
        let score = data["result"]["classPredictions"][0]["score"].as_f64().unwrap();
        assert!((score - (4.0 * 255.0 + 200.0) / (8.0 * 255.0)).abs() < 1e-9, "{score}");
        let mask = json!({ "maskRLE": [[0, 5, 3]], "dimensions": { "height": 2, "width": 4 } });
        assert_eq!(data["explanation"], mask);
        assert_eq!(process(SAMPLE, false).unwrap()["explanation"], Value::Null);
    }

    #[test]
    fn the_dark_pixels_of_a_dark_picture_are_marked_in_any_color() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 3, 1);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer
            .write_image_data(&[255, 0, 0, 255, 0, 0, 0, 0, 250, 250, 250, 255])
            .unwrap();
        writer.finish().unwrap();
        let data = process(&bytes, true).unwrap();
        assert_eq!(data["result"]["classPredictions"][0]["class"], "dark");
        assert_eq!(data["explanation"]["maskRLE"], json!([[0, 2, 1]]));
    }

    #[test]
    fn bytes_that_are_not_a_picture_fail_the_input() {
        for bytes in [&b""[..], b"GIF89a", SAMPLE.get(..50).unwrap()] {
            let failure = process(bytes, true).unwrap_err();
            assert!(failure.starts_with("the picture cannot be read: "), "{failure}");
        }
    }
}
