//! The base64 and hexadecimal forms of a secret inside a longer encoded text.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The shortest base64 form that is looked for. Only the characters that do not depend on the surrounding bytes count.
const SHORTEST: usize = 8;

/// How many bytes of a secret are looked for. The whole encoded word around them is masked.
const MOST_BYTES: usize = 60;

/// Returns the encoded forms of a secret, raw and escaped for JSON: in base64 at each offset within the encoded text, in both
/// alphabets, and in hexadecimal digits.
pub(super) fn encodings(secret: &str) -> Vec<Vec<u8>> {
    let beginning = secret.get(..secret.floor_char_boundary(MOST_BYTES)).unwrap_or(secret);
    let quoted = serde_json::Value::from(beginning).to_string();
    let quoted = quoted.trim_matches('"');
    let spelled = std::iter::once(beginning).chain((quoted != beginning).then_some(quoted));
    spelled
        .flat_map(|text| in_base64(text).chain([in_hexadecimal(text)]))
        .map(String::into_bytes)
        .collect()
}

fn in_hexadecimal(text: &str) -> String {
    text.bytes().fold(String::new(), |mut digits, byte| {
        // Writing to a text does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

fn in_base64(text: &str) -> impl Iterator<Item = String> {
    let words = (0..3).filter_map(|before| encoded(text, before));
    let both = words.map(|word| {
        let of_urls = word.replace('+', "-").replace('/', "_");
        [(of_urls != word).then_some(of_urls), Some(word)]
    });
    both.flatten().flatten()
}

/// Returns the base64 form of a text after this many other bytes, if it is long enough to be recognized.
fn encoded(text: &str, before: usize) -> Option<String> {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(text.bytes()).collect();
    let encoded = STANDARD.encode(&bytes);
    // The characters at the ends depend on the surrounding bytes.
    let word = encoded.get((before * 8).div_ceil(6)..bytes.len() * 8 / 6)?;
    (word.len() >= SHORTEST).then(|| word.to_owned())
}
