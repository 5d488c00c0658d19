//! The base64 forms of a secret inside a longer encoded text.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The shortest base64 form that is looked for. Only the characters that do not depend on the surrounding bytes count.
const SHORTEST: usize = 8;

/// How many bytes of a secret are looked for. The whole base64 word around them is masked.
const MOST_BYTES: usize = 60;

/// Returns the base64 forms of a secret, raw and escaped for JSON, at each offset within the encoded text, in both
/// alphabets.
pub(super) fn in_base64(secret: &str) -> Vec<Vec<u8>> {
    let beginning = secret.get(..secret.floor_char_boundary(MOST_BYTES)).unwrap_or(secret);
    let quoted = serde_json::Value::from(beginning).to_string();
    let quoted = quoted.trim_matches('"');
    let spelled = std::iter::once(beginning).chain((quoted != beginning).then_some(quoted));
    spelled
        .flat_map(|text| (0..3).filter_map(|before| encoded(text, before)))
        .flat_map(|word| {
            let of_urls = word.replace('+', "-").replace('/', "_");
            [(of_urls != word).then_some(of_urls), Some(word)]
        })
        .flatten()
        .map(String::into_bytes)
        .collect()
}

/// Returns the base64 form of a text after this many other bytes, if it is long enough to be recognized.
fn encoded(text: &str, before: usize) -> Option<String> {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(text.bytes()).collect();
    let encoded = STANDARD.encode(&bytes);
    // The characters at the ends depend on the surrounding bytes.
    let word = encoded.get((before * 8).div_ceil(6)..bytes.len() * 8 / 6)?;
    (word.len() >= SHORTEST).then(|| word.to_owned())
}
