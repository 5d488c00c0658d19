//! Text to Tones: plays a text, one short tone for each character.

use bytes::{BufMut, Bytes, BytesMut};
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::json;

use super::texts::TEXT;
use super::words::INPUT;
use crate::models::description::{About, ModelInput, ModelOutput, RESULTS, Values, Version};
use crate::models::model::{Described, Outcome, Output, text};
use crate::models::tags::{AUDIO, LANGUAGE_AND_TEXT};

pub(super) const WAV: &str = "results.wav";

/// Samples per second.
const RATE: u32 = 8000;
/// Samples per tone, which lasts 50 ms.
const TONE: u32 = RATE / 20;
/// The longest text, in characters.
const LONGEST: usize = 20_000;

pub(super) const WAV_OUTPUT: ModelOutput = ModelOutput {
    name: WAV,
    media_type: "audio/wav",
    maximum_size: 32 << 20,
    description: "The tones: 16 bit, one channel, 8000 samples per second.",
};

const VERSION: Version = Version {
    number: "1.0.0",
    created_at: Timestamp::constant(1_633_046_400, 0),
    is_active: true,
    description: "Each character is a tone of 50 ms, whose pitch follows from its code point. At most 20,000 characters.",
    inputs: &[ModelInput {
        maximum_size: 80_000,
        ..TEXT
    }],
    outputs: &[WAV_OUTPUT],
    sample: &[(INPUT, b"do re mi")],
};

pub(crate) static TEXT_TO_TONES: Described = Described {
    about: About {
        identifier: "t3xtt0t0n3",
        name: "Text to Tones",
        author: "Emulator",
        description: "Turns a text into a sequence of tones.",
        permalink: "t3xtt0t0n3-text-to-tones",
        tags: &[&LANGUAGE_AND_TEXT, &AUDIO],
        last_active_at: Some(Timestamp::constant(1_654_041_600, 0)),
        ..About::BASE
    },
    versions: &[
        VERSION,
        Version {
            number: "1.1.0",
            created_at: Timestamp::constant(1_640_995_200, 0),
            outputs: &[
                WAV_OUTPUT,
                ModelOutput {
                    name: RESULTS,
                    media_type: "application/json",
                    maximum_size: 1 << 10,
                    description: "How many tones there are, and their duration in milliseconds.",
                },
            ],
            ..VERSION
        },
    ],
    process: tones,
};

fn tones(version: &Version, values: &Values) -> Outcome {
    let text = text(values, INPUT)?;
    let count = text.chars().count();
    if count > LONGEST {
        return Err(format!(
            "the text has {count} characters, and at most {LONGEST} are played"
        ));
    }
    let mut outputs = IndexMap::from([(WAV.into(), Output::Binary(wav(text)))]);
    if version.outputs.iter().any(|output| output.name == RESULTS) {
        let summary = json!({ "tones": count, "milliseconds": count * 50 });
        outputs.insert(RESULTS.into(), Output::Json(summary));
    }
    Ok(outputs)
}

pub(super) fn wav(text: &str) -> Bytes {
    let mut samples = BytesMut::new();
    for c in text.chars() {
        // 220 Hz to 2220 Hz.
        let frequency = 220 + u32::from(c) % 200 * 10;
        let mut phase = 0;
        for _ in 0..TONE {
            samples.put_i16_le(if phase < RATE / 2 { 8000 } else { -8000 });
            phase = (phase + frequency) % RATE;
        }
    }
    let length = u32::try_from(samples.len()).unwrap_or(u32::MAX);
    let mut file = BytesMut::new();
    file.put_slice(b"RIFF");
    file.put_u32_le(length + 36);
    file.put_slice(b"WAVEfmt ");
    file.put_u32_le(16);
    // PCM in one channel.
    file.put_u16_le(1);
    file.put_u16_le(1);
    file.put_u32_le(RATE);
    file.put_u32_le(RATE * 2);
    file.put_u16_le(2);
    file.put_u16_le(16);
    file.put_slice(b"data");
    file.put_u32_le(length);
    file.put_slice(&samples);
    file.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(version: &Version, text: &str) -> Outcome {
        tones(version, &Values::from([(INPUT.to_owned(), text.to_owned().into())]))
    }

    #[test]
    fn every_character_is_a_tone_of_its_own() {
        let file = wav("aab");
        assert_eq!(file.len(), 44 + 3 * 800);
        assert_eq!((&file[..4], &file[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
        assert_eq!(file[40..44], 2400_u32.to_le_bytes());
        assert!(file[44..844] == file[844..1644]);
        assert!(file[844..1644] != file[1644..]);
        assert_eq!(wav("").len(), 44);
    }

    #[test]
    fn the_newer_version_also_has_the_duration() {
        let [older, newer] = TEXT_TO_TONES.versions else {
            panic!("two versions");
        };
        assert_eq!(run(older, "ab").unwrap().len(), 1);
        let outputs = run(newer, "ab").unwrap();
        assert_eq!(
            outputs[RESULTS],
            Output::Json(json!({ "tones": 2, "milliseconds": 100 }))
        );
    }

    #[test]
    fn a_text_that_is_too_long_fails() {
        let message = "the text has 20001 characters, and at most 20000 are played";
        assert_eq!(run(&VERSION, &"x".repeat(20_001)), Err(message.to_owned()));
    }
}
