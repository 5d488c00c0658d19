//! Masks named values outside of JSON: parameters of queries, forms and connection strings, lines such as `password: x`, and the
//! fields of multipart bodies.

use percent_encoding::percent_decode_str;

use super::formats::start_of;
use super::marks::Marks;
use super::names::{is_secret, is_secret_parameter, is_secret_value};

/// What ends a value of a parameter.
const ENDS: [char; 11] = ['&', ';', ',', '"', '\'', '<', '>', ' ', '\t', '\r', '\n'];

/// Masks the values of parameters: `name=value`, with the name in its encoded form.
pub(super) fn without_parameters(text: &str, marks: &mut Marks) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    // How much of the text is left where the next end is that is not a space. It is looked for once.
    let mut stop_left = usize::MAX;
    while let Some(sign) = rest.find('=') {
        let (before, after) = rest.split_at(sign + 1);
        masked.push_str(before);
        rest = after;
        let before = before.strip_suffix('=').unwrap_or(before);
        let before = before.trim_end_matches(' ');
        let start = before.rfind(|c: char| !(c.is_alphanumeric() || "%+-._[]".contains(c)));
        let name = before.get(start.map_or(0, |start| start + 1)..).unwrap_or_default();
        let decoded = percent_decode_str(name).decode_utf8_lossy();
        if !is_secret_parameter(&decoded, "") {
            continue;
        }
        let space = after.len() - after.trim_start_matches(' ').len();
        let (space, value) = after.split_at(space);
        // In connection strings, values may have spaces.
        if stop_left > value.len() {
            let stop = value.find(|c| ENDS.contains(&c) && c != ' ');
            stop_left = value.len() - stop.unwrap_or(value.len());
        }
        let stop = value.get(value.len() - stop_left..);
        let is_listed = start.is_some_and(|start| before.get(start..).is_some_and(|name| name.starts_with(';')))
            || stop.is_some_and(|stop| stop.starts_with(';'));
        let end = match value.chars().next() {
            Some('{') => braces_end(value),
            Some(quote @ ('"' | '\'')) => value.get(1..).and_then(|inner| inner.find(quote)).map(|end| end + 2),
            _ => value.find(|c| ENDS.contains(&c) && !(c == ' ' && is_listed)),
        };
        let (value, after_value) = value.split_at(end.unwrap_or(value.len()));
        masked.push_str(space);
        if is_secret_parameter(&decoded, value) && !value.is_empty() {
            masked.push_str(&marks.replace(name, value, false));
        } else {
            masked.push_str(value);
        }
        rest = after_value;
    }
    masked.push_str(rest);
    masked
}

/// Returns the length of a value in braces, within which `}}` means one brace.
fn braces_end(value: &str) -> Option<usize> {
    let mut bytes = value.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'}' && bytes.next_if(|(_, next)| *next == b'}').is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// Masks the values of lines `name: value`, as headers and YAML have them.
pub(super) fn without_lines(text: &str, marks: &mut Marks) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let Some((before, value)) = line.split_once(':') else {
            return line.to_owned();
        };
        let name = before.trim_start_matches([' ', '\t', '-']).trim_end();
        let is_name = name.chars().all(|c| c.is_alphanumeric() || "-._".contains(c));
        let content = value.trim();
        // With slashes it is rather a URL.
        if content.is_empty() || content.starts_with("//") || !is_name || !is_secret_value(name, content) {
            return line.to_owned();
        }
        let end = value.trim_end().len();
        let (_, line_end) = value.split_at(end);
        let space = if value.starts_with([' ', '\t']) { " " } else { "" };
        format!("{before}:{space}{}{line_end}", marks.replace(name, content, false))
    });
    lines.collect()
}

/// Masks the fields of a multipart body.
pub(super) fn without_fields(text: &str, marks: &mut Marks) -> String {
    const NAME: &str = "name=";
    if !text.contains("form-data") {
        return text.to_owned();
    }
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(NAME) {
        let (before, after) = rest.split_at(start + NAME.len());
        masked.push_str(before);
        rest = after;
        let name = start_of(after);
        let name = match name.strip_prefix('"') {
            Some(name) => name.split('"').next(),
            None => name.split([';', ' ', '\r', '\n']).next(),
        };
        let name = name.unwrap_or_default();
        if !is_secret(name) {
            continue;
        }
        let Some(head) = after.find("\r\n\r\n") else {
            break;
        };
        let (head, value) = after.split_at(head + 4);
        let (value, after_value) = value.split_at(value.find("\r\n--").unwrap_or(value.len()));
        masked.push_str(head);
        masked.push_str(&marks.replace(name, value, false));
        rest = after_value;
    }
    masked.push_str(rest);
    masked
}
