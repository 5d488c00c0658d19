//! What stands in base64 for a secret that is a part of what was encoded.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The part of a secret that is the same whatever stands before and behind it in base64 has at least so many characters.
const SHORTEST: usize = 8;

/// So many bytes of a secret are looked for: all of a word in base64 is masked that they stand in.
const MOST_BYTES: usize = 60;

/// What stands in base64 for a secret, as it is and as JSON has it, by its place within what was encoded, in both alphabets.
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

/// What stands in base64 for a text behind so many other bytes, where that is long enough to be told by.
fn encoded(text: &str, before: usize) -> Option<String> {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(text.bytes()).collect();
    let encoded = STANDARD.encode(&bytes);
    // The characters at the ends are those of the neighbours, too.
    let word = encoded.get((before * 8).div_ceil(6)..bytes.len() * 8 / 6)?;
    (word.len() >= SHORTEST).then(|| word.to_owned())
}
