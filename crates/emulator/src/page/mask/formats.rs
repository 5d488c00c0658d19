//! Masks the secrets in other formats: XML, objects with single quotes, private keys in PEM and bearer tokens. Each pass reads its
//! text once.

use super::marks::Marks;
use super::names::is_secret;

/// The longest name that is looked for, in bytes.
const MAX_NAME: usize = 200;

/// Masks what follows each start, up to where `secret` says that it ends.
fn after_each<'t>(
    text: &'t str,
    start: &str,
    marks: &mut Marks,
    secret: impl Fn(&'t str, &'t str) -> Option<Secret<'t>>,
) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(start) {
        let (before, after) = rest.split_at(at + start.len());
        masked.push_str(before);
        rest = after;
        if let Some(Secret { name, from, length }) = secret(before, after) {
            let (head, value) = after.split_at(from);
            let (value, after) = value.split_at(length);
            masked.push_str(head);
            if !value.is_empty() {
                masked.push_str(&marks.replace(name, value, false));
            }
            rest = after;
        }
    }
    masked.push_str(rest);
    masked
}

/// Where the secret is in a text.
struct Secret<'t> {
    name: &'t str,
    from: usize,
    length: usize,
}

/// Masks the content of elements, as in `<password>x</password>`.
pub(super) fn without_elements(text: &str, marks: &mut Marks) -> String {
    after_each(text, "<", marks, |_, after| {
        let tag = start_of(after);
        let tag = tag.get(..tag.find('>')?)?;
        let name = tag.split_whitespace().next()?;
        let name = name.rsplit(':').next()?;
        if tag.starts_with('/') || tag.ends_with('/') || !is_secret(name) {
            return None;
        }
        let from = tag.len() + 1;
        let content = after.get(from..)?;
        let length = content.find("</").unwrap_or(content.len());
        Some(Secret { name, from, length })
    })
}

/// Masks the members of objects with single quotes, as in `{'password': 'x'}`.
pub(super) fn without_quoted(text: &str, marks: &mut Marks) -> String {
    after_each(text, ":", marks, |before, after| {
        let name = before.strip_suffix(':')?.trim_end().strip_suffix('\'')?;
        let name = name.rsplit('\'').next()?;
        if !is_secret(name) {
            return None;
        }
        let from = after.len() - after.trim_start_matches(' ').len();
        let value = after.get(from..)?;
        if let Some(quote) = value.chars().next().filter(|c| "'\"".contains(*c)) {
            let inner = value.get(1..)?;
            let length = inner.find(quote).unwrap_or(inner.len());
            return Some(Secret {
                name,
                from: from + 1,
                length,
            });
        }
        let length = value.find([',', '}', '\r', '\n']).unwrap_or(value.len());
        Some(Secret { name, from, length })
    })
}

/// Masks the private keys in PEM.
pub(super) fn without_private_keys(text: &str, marks: &mut Marks) -> String {
    after_each(text, "PRIVATE KEY-----", marks, |before, after| {
        // What ends a key has the same words.
        let line = before.rsplit('\n').next()?;
        if !line.contains("-----BEGIN ") || line.contains("-----END ") {
            return None;
        }
        let length = after.find("-----END ").unwrap_or(after.len());
        Some(Secret {
            name: "privateKey",
            from: 0,
            length,
        })
    })
}

/// Masks the tokens after `Bearer`.
pub(super) fn without_bearers(text: &str, marks: &mut Marks) -> String {
    after_each(text, "Bearer ", marks, |_, after| {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
        let length = after.find(|c| !is_token(c)).unwrap_or(after.len());
        Some(Secret {
            name: "token",
            from: 0,
            length,
        })
    })
}

/// Returns as much of a text as can contain a name.
pub(super) fn start_of(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_NAME)).unwrap_or_default()
}
