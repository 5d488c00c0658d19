//! Masks the secrets in what the page shows of requests: the keys of the emulator, and values whose names say that they are secret.
//!
//! A text may be JSON, a form, a URL or any other, and contain one of the others, encoded for it. `json` reads JSON, `pairs` named
//! values, `formats` values in XML, PEM and others, `urls` the passwords of URLs, and `keys` finds the keys of the emulator.

mod formats;
mod json;
mod keys;
mod marks;
mod names;
mod pairs;
#[cfg(test)]
mod tests;
mod urls;

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use serde_json::value::RawValue;

use self::keys::Key;
pub(super) use self::marks::Mark;
use self::marks::Marks;
use crate::auth::Keys;

/// How many texts within texts are read.
const DEPTH: usize = 4;

/// The secrets of one emulator.
pub(super) struct Mask {
    keys: Vec<Key>,
    /// The public parts of its keys, which documents show as `accessKey`.
    prefixes: Vec<String>,
}

impl Mask {
    pub(super) fn new(keys: &Keys) -> Self {
        Self {
            keys: keys
                .texts()
                .filter_map(|key| key.split_once('.'))
                .map(|(_, secret)| Key::new(secret))
                .collect(),
            prefixes: keys.callers().map(|caller| (*caller.prefix).to_owned()).collect(),
        }
    }

    /// Masks the secrets in a text.
    pub(super) fn text(&self, text: &str) -> String {
        self.hide(text, &mut Marks::stars(), DEPTH)
    }

    /// Masks the secrets in the start of a longer text, which may end within a key.
    pub(super) fn start(&self, text: &str) -> String {
        let masked = self.text(text);
        self.keys.iter().fold(masked, |text, key| key.mask_end(text))
    }

    pub(super) fn headers(&self, headers: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mask = |(name, value): (&String, &String)| {
            // The log has masked it already, and kept its scheme.
            let is_masked = name == "authorization";
            let shown = if names::is_secret_header(name) && !is_masked {
                Marks::stars().replace(name, value, false)
            } else {
                self.text(value)
            };
            (name.clone(), shown)
        };
        headers.iter().map(mask).collect()
    }

    /// Replaces the secrets in the body of a submit by marks. Inputs that the page shows anyway, as the ones of its job, stay.
    pub(super) fn submit(&self, body: &str) -> (String, Vec<Mark>) {
        let mut marks = Marks::numbered();
        let mut hide = |text| self.hide(text, &mut marks, DEPTH);
        let masked = match shown_sources(body) {
            Some((before, sources, after)) => format!("{}{sources}{}", hide(before), hide(after)),
            None => hide(body),
        };
        (masked, marks.into_found())
    }

    /// Masks a text, and up to a depth the texts within it.
    fn hide(&self, text: &str, marks: &mut Marks, depth: usize) -> String {
        let mut masked = Cow::Borrowed(text);
        if text.contains('"') {
            masked = self.members(&masked, marks, depth).into();
        }
        // In JSON, its strings are masked one by one, since their escapes must stay whole.
        if !json::is_json(text) {
            masked = self.named(&masked, marks, depth).into();
        }
        let masked = masked.into_owned();
        self.keys.iter().fold(masked, |text, key| key.mask(text, marks))
    }

    /// Masks what is not JSON.
    fn named(&self, text: &str, marks: &mut Marks, depth: usize) -> String {
        let mut masked = Cow::Borrowed(text);
        if text.contains('=') {
            masked = pairs::without_fields(&masked, marks).into();
            masked = pairs::without_parameters(&masked, marks).into();
        }
        if text.contains('<') {
            masked = formats::without_elements(&masked, marks).into();
        }
        if text.contains("PRIVATE KEY-----") {
            masked = formats::without_private_keys(&masked, marks).into();
        }
        if text.contains("Bearer ") {
            masked = formats::without_bearers(&masked, marks).into();
        }
        if text.contains(':') {
            masked = formats::without_quoted(&masked, marks).into();
            masked = pairs::without_lines(&masked, marks).into();
            masked = urls::without_user_info(&masked, marks).into();
        }
        if text.contains('%') && depth > 0 {
            masked = self.percent_encoded(&masked, marks, depth - 1).into();
        }
        masked.into_owned()
    }

    /// Masks the texts that are percent-encoded.
    fn percent_encoded(&self, text: &str, marks: &mut Marks, depth: usize) -> String {
        let is_end = |c: char| c.is_whitespace() || "\"'<>&=;,?/".contains(c);
        let words = text.split_inclusive(is_end).map(|word| {
            let end = word.trim_end_matches(is_end).len();
            let (encoded, after) = word.split_at(end);
            let decoded = percent_decode_str(encoded).decode_utf8_lossy();
            if decoded == encoded {
                return word.to_owned();
            }
            let inner = self.hide(&decoded, marks, depth);
            if inner == decoded {
                return word.to_owned();
            }
            // The stars stay readable.
            let encoded: Vec<_> = inner
                .split('*')
                .map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string())
                .collect();
            format!("{}{after}", encoded.join("*"))
        });
        words.collect()
    }
}

#[derive(Deserialize)]
struct Submit<'a> {
    #[serde(borrow)]
    input: &'a RawValue,
}

#[derive(Deserialize)]
struct Input<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    sources: &'a RawValue,
}

/// Returns what is before, in and after the sources of a submit, if these are the inputs themselves and not places of inputs.
fn shown_sources(body: &str) -> Option<(&str, &str, &str)> {
    let submit: Submit<'_> = serde_json::from_str(body).ok()?;
    let input: Input<'_> = serde_json::from_str(submit.input.get()).ok()?;
    let is_shown = input.kind == "text" || input.kind == "embedded";
    let sources = input.sources.get();
    let start = (sources.as_ptr() as usize).checked_sub(body.as_ptr() as usize)?;
    let end = start + sources.len();
    is_shown.then_some((body.get(..start)?, sources, body.get(end..)?))
}
