//! Masks the keys of the emulator: unchanged, in base64, in hexadecimal, and in each of these cut at the end of a text.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::marks::Marks;

/// The shortest text by which an encoded or a cut key is recognized. Shorter ones are parts of ordinary words.
const SHORTEST: usize = 6;

/// The secret part of a key, and what it looks like when it is encoded.
pub(super) struct Key {
    secret: String,
    /// Parts of all encoded texts that contain the secret.
    base64: Vec<String>,
    /// In lower case.
    hex: String,
}

impl Key {
    pub(super) fn new(secret: &str) -> Self {
        let mut base64: Vec<String> = (0..3)
            .flat_map(|offset| [STANDARD_NO_PAD, URL_SAFE_NO_PAD].map(|engine| core(secret, offset, &engine)))
            .filter(|core| core.len() >= SHORTEST)
            .collect();
        base64.sort();
        base64.dedup();
        Self {
            secret: secret.to_owned(),
            base64,
            hex: secret
                .bytes()
                .flat_map(|byte| [byte >> 4, byte & 15])
                .filter_map(|digit| char::from_digit(digit.into(), 16))
                .collect(),
        }
    }

    pub(super) fn mask(&self, text: String, marks: &mut Marks) -> String {
        let mut text = replaced(text, &self.secret, marks, |_| false);
        for encoded in &self.base64 {
            text = replaced(text, encoded, marks, |c| c.is_ascii_alphanumeric() || "-_".contains(c));
        }
        if self.hex.len() >= SHORTEST && text.len() >= self.hex.len() {
            // Its digits may be capitals.
            let lower = text.to_ascii_lowercase();
            text = replaced_where(text, Some(&lower), &self.hex, marks, |c| c.is_ascii_hexdigit());
        }
        text
    }

    /// Masks the beginning of the secret at the end of a text that was cut.
    pub(super) fn mask_end(&self, mut text: String) -> String {
        for whole in [&self.secret, &self.hex].into_iter().chain(&self.base64) {
            let longest = (SHORTEST..whole.len())
                .rev()
                .find(|length| whole.get(..*length).is_some_and(|start| text.ends_with(start)));
            if let Some(length) = longest {
                text.truncate(text.len() - length);
                text.push_str("***");
            }
        }
        text
    }
}

/// Returns the characters of base64 that depend on nothing but the secret, for its offset within three bytes.
fn core(secret: &str, offset: usize, engine: &impl Engine) -> String {
    let encoded = engine.encode([&vec![0; offset], secret.as_bytes()].concat());
    let start = (8 * offset).div_ceil(6);
    let end = 8 * (offset + secret.len()) / 6;
    encoded.get(start..end).unwrap_or_default().to_owned()
}

/// Replaces a secret, and the characters around it that belong to the same word.
fn replaced(text: String, secret: &str, marks: &mut Marks, is_word: impl Fn(char) -> bool) -> String {
    replaced_where(text, None, secret, marks, is_word)
}

/// Replaces what is where another spelling of a text, of the same length, has a secret.
fn replaced_where(
    text: String,
    spelling: Option<&str>,
    secret: &str,
    marks: &mut Marks,
    is_word: impl Fn(char) -> bool,
) -> String {
    let searched = spelling.unwrap_or(&text);
    if !searched.contains(secret) {
        return text;
    }
    let mut masked = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = searched
        .get(text.len() - rest.len()..)
        .and_then(|rest| rest.find(secret))
    {
        let (before, after) = rest.split_at(start);
        let kept = before.trim_end_matches(&is_word).len();
        let after = after.get(secret.len()..).unwrap_or_default();
        let after = after.trim_start_matches(&is_word);
        let (before, word) = rest.split_at(kept);
        masked.push_str(before);
        let word = word.get(..word.len() - after.len()).unwrap_or_default();
        masked.push_str(&marks.replace("key", word, false));
        rest = after;
    }
    masked.push_str(rest);
    masked
}
