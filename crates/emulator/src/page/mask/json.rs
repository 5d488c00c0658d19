//! Finds the members of JSON that are secret, and masks the texts within its strings. The text may be the start of JSON, or none.

use std::cell::OnceCell;
use std::collections::HashSet;

use modzy_secret_names::{Meaning, explains_key};

use super::Mask;
use super::formats::start_of;
use super::marks::Marks;
use super::names::{is_secret, is_secret_value};

/// Members that name the value of the member after them, as in `{"name":"password","value":"…"}`.
const NAMING: [&str; 3] = ["header", "key", "name"];

impl Mask {
    /// Masks the members whose names say that they are secret, and what the other strings contain.
    pub(super) fn members(&self, text: &str, marks: &mut Marks, depth: usize) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        // The secret that the member before names.
        let mut named: Option<String> = None;
        // Most texts have no `key`.
        let explained = OnceCell::new();
        while let Some(start) = rest.find('"') {
            let (before, at) = rest.split_at(start);
            let (token, after) = at.split_at(string_end(at).unwrap_or(at.len()));
            masked.push_str(&self.named(before, marks, 0));
            rest = after;
            if before.contains('}') {
                named = None;
            }
            let name = decode(token);
            masked.push_str(&self.string(token, name.as_deref(), marks, depth));
            let name = name.unwrap_or_default();
            let Some(value) = after.trim_start().strip_prefix(':').map(str::trim_start) else {
                if before.trim_end().ends_with('[')
                    && is_secret(&name)
                    && let Some((value, after_value)) = second_of_pair(after)
                {
                    let content = decode(value);
                    let mark = marks.replace(&name, content.as_deref().unwrap_or(value), false);
                    masked.extend([",\"", &mark, "\""]);
                    rest = after_value;
                }
                continue;
            };
            let value_of_named = if name == "value" {
                named.take().or_else(|| name_after(value))
            } else {
                None
            };
            if NAMING.contains(&name.as_str()) {
                named = decode(value).filter(|name| is_secret(name));
            }
            let is_key = |name: &str| {
                let place = text.len() - at.len();
                holds_texts(value)
                    && Meaning::of(name).is_key
                    && !explained.get_or_init(|| explained_keys(text)).contains(&place)
            };
            let Some(secret) = value_of_named.or_else(|| (is_secret(&name) || is_key(&name)).then_some(name)) else {
                continue;
            };
            // Only here, since what is not masked is read further in.
            let (value, after_value) = value.split_at(value_end(value));
            if value == "null" || self.prefixes.iter().any(|prefix| prefix == value.trim_matches('"')) {
                continue;
            }
            let is_json = !value.starts_with('"');
            let content = if is_json { None } else { decode(value) };
            if is_secret(&secret) && !is_secret_value(&secret, content.as_deref().unwrap_or(value)) {
                // An amount.
                continue;
            }
            let mark = marks.replace(&secret, content.as_deref().unwrap_or(value), is_json);
            masked.extend([":\"", &mark, "\""]);
            rest = after_value;
        }
        masked.push_str(&self.named(rest, marks, 0));
        masked
    }

    /// Masks what a string contains, such as a URL, or JSON again.
    fn string(&self, token: &str, decoded: Option<&str>, marks: &mut Marks, depth: usize) -> String {
        let Some(decoded) = decoded.filter(|_| depth > 0) else {
            return token.to_owned();
        };
        let inner = self.hide(decoded, marks, depth - 1);
        if inner == decoded {
            return token.to_owned();
        }
        let mut encoded = serde_json::Value::from(inner).to_string();
        if string_end(token).is_none() {
            encoded.pop();
        }
        encoded
    }
}

/// Returns the second text of a pair in brackets, and what is after it.
fn second_of_pair(text: &str) -> Option<(&str, &str)> {
    let value = text.trim_start().strip_prefix(',')?.trim_start();
    if !value.starts_with('"') {
        return None;
    }
    let (value, after) = value.split_at(string_end(value).unwrap_or(value.len()));
    let next = after.trim_start();
    (next.is_empty() || next.starts_with(']')).then_some((value, after))
}

/// Returns the name of a secret that the member after a text names, as in `{"value":"…","name":"password"}`.
fn name_after(value: &str) -> Option<String> {
    if value.starts_with(['{', '[']) {
        return None;
    }
    let after = value.get(value_end(value)..)?.trim_start();
    let member = start_of(after.strip_prefix(',')?.trim_start());
    let (naming, after) = member.split_at(string_end(member)?);
    let name = after.trim_start().strip_prefix(':')?.trim_start();
    if !NAMING.contains(&decode(naming)?.as_str()) {
        return None;
    }
    decode(name).filter(|name| is_secret(name))
}

/// Whether a value is a text, or a list of texts. A `key` with another value is not a credential.
fn holds_texts(value: &str) -> bool {
    value
        .trim_start_matches(|c: char| c == '[' || c.is_whitespace())
        .starts_with('"')
}

/// Returns the places of the members `key` whose neighbors show that they are not credentials.
fn explained_keys(text: &str) -> HashSet<usize> {
    /// What is open at a place: an object or a list, with the places of its keys.
    #[derive(Default)]
    struct Open {
        keys: Vec<usize>,
        is_explained: bool,
    }
    let mut open: Vec<Open> = Vec::new();
    let mut places = HashSet::new();
    let mut close = |closed: Open| {
        if closed.is_explained {
            places.extend(closed.keys);
        }
    };
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(length) = rest.find(['"', '{', '[', '}', ']']) else {
            break;
        };
        at += length;
        let rest = rest.get(length..).unwrap_or_default();
        at += match rest.bytes().next() {
            Some(b'{' | b'[') => {
                open.push(Open::default());
                1
            }
            Some(b'}' | b']') => {
                open.pop().into_iter().for_each(&mut close);
                1
            }
            _ => {
                let (token, after) = rest.split_at(string_end(rest).unwrap_or(rest.len()));
                let is_name = after.trim_start().starts_with(':');
                if let (Some(open), Some(name)) = (open.last_mut(), decode(token).filter(|_| is_name)) {
                    open.is_explained |= explains_key(&name);
                    if Meaning::of(&name).is_key {
                        open.keys.push(at);
                    }
                }
                token.len()
            }
        };
    }
    open.into_iter().for_each(close);
    places
}

/// Whether a text begins as JSON does.
pub(super) fn is_json(text: &str) -> bool {
    let mut tokens = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    match (tokens.next(), tokens.next()) {
        (Some(b'"'), _) | (Some(b'{'), Some(b'"' | b'}')) => true,
        (Some(b'['), Some(next)) => next.is_ascii_digit() || b"[]{\"-".contains(&next),
        _ => false,
    }
}

/// Reads the JSON string at the start of a text, which may be cut at its end.
fn decode(text: &str) -> Option<String> {
    if !text.starts_with('"') {
        return None;
    }
    if let Some(end) = string_end(text) {
        return serde_json::from_str(text.get(..end)?).ok();
    }
    // At most two escapes of a character, whose ends are missing.
    (0..=11).find_map(|cut| {
        let start = text.get(..text.len().checked_sub(cut)?)?;
        serde_json::from_str(&format!("{start}\"")).ok()
    })
}

/// Returns the length of the JSON string at the start of a text, with its quotes, unless it is cut.
fn string_end(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map(|end| end + 2)
}

/// Returns the length of the JSON value at the start of a text.
fn value_end(text: &str) -> usize {
    match text.bytes().next() {
        Some(b'"') => string_end(text).unwrap_or(text.len()),
        Some(b'{' | b'[') => {
            let (mut depth, mut at) = (0_usize, 0);
            while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
                match rest.bytes().next() {
                    Some(b'"') => {
                        at += string_end(rest).unwrap_or(rest.len());
                        continue;
                    }
                    Some(b'{' | b'[') => depth += 1,
                    Some(b'}' | b']') => depth -= 1,
                    _ => {}
                }
                at += rest.chars().next().map_or(1, char::len_utf8);
                if depth == 0 {
                    return at;
                }
            }
            text.len()
        }
        _ => text.find([',', '}', ']', '\n']).unwrap_or(text.len()),
    }
}
