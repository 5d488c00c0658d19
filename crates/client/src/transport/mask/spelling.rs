//! The spellings in which a server may repeat a secret: as it is, escaped by JSON once or several times over, escaped for a
//! URL or a page, or within something in base64.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Of a text whose end is missing, so many characters count as a secret's beginning.
const SHORTEST_BEGINNING: usize = 4;

/// So many backslashes at most stand before a character: seven layers of JSON have 64.
const MOST_BACKSLASHES: usize = 64;

/// The part of a secret that is the same whatever stands before and behind it in base64 has at least so many characters.
const SHORTEST_ENCODED: usize = 8;

/// No escape of a character is longer.
const LONGEST_ESCAPE: usize = 12;

/// How many bytes a secret takes that begins here, each of its characters in any spelling; of a text whose end is missing
/// also what begins a secret.
pub(super) fn spelled(text: &[u8], secret: &str, is_cut: bool) -> Option<usize> {
    let (mut at, mut nth) = (0, 0);
    let mut left = secret.chars();
    while let Some(character) = left.next() {
        // Backslashes are passed over in both, and so is what escapes a percent sign: how many there are tells of the layers,
        // and not of the secret.
        if character == '\\' {
            continue;
        }
        while character == '%'
            && let Some(rest) = left.as_str().strip_prefix("25")
        {
            left = rest.chars();
        }
        let rest = text.get(at..).unwrap_or_default();
        if let Some(length) = spelling(rest, character, nth == 0) {
            at += length;
        } else if is_cut && nth >= SHORTEST_BEGINNING && is_cut_short(rest) {
            return Some(text.len());
        } else {
            return None;
        }
        nth += 1;
    }
    (at > 0).then_some(at)
}

/// The bytes that any of the secrets may begin with, in any spelling.
pub(super) fn beginnings<'s>(secrets: impl Iterator<Item = &'s str>) -> Vec<u8> {
    let mut bytes: Vec<u8> = secrets
        .filter_map(|secret| secret.trim_start_matches('\\').bytes().next())
        // A space is a plus sign in some queries.
        .flat_map(|first| [first, if first == b' ' { b'+' } else { first }])
        .chain(*b"\\%&")
        .collect();
    bytes.sort_unstable();
    bytes.dedup();
    bytes
}

/// What stands in base64 for a secret, as it is and as JSON has it, by its place within what was encoded, in both alphabets.
pub(super) fn in_base64(secret: &str) -> Vec<String> {
    let quoted = serde_json::Value::from(secret).to_string();
    let quoted = quoted.trim_matches('"');
    let spelled = std::iter::once(secret).chain((quoted != secret).then_some(quoted));
    spelled
        .flat_map(|text| (0..3).filter_map(|before| encoded(text, before)))
        .flat_map(|word| {
            let of_urls = word.replace('+', "-").replace('/', "_");
            [(of_urls != word).then_some(of_urls), Some(word)]
        })
        .flatten()
        .collect()
}

/// What stands in base64 for a text behind so many other bytes, where that is long enough to be told by.
fn encoded(text: &str, before: usize) -> Option<String> {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(text.bytes()).collect();
    let encoded = STANDARD.encode(&bytes);
    // The characters at the ends are those of the neighbours, too.
    let word = encoded.get((before * 8).div_ceil(6)..bytes.len() * 8 / 6)?;
    (word.len() >= SHORTEST_ENCODED).then(|| word.to_owned())
}

/// Whether a byte may be one of base64, in either alphabet.
pub(super) fn is_of_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// How many bytes a character takes here.
fn spelling(text: &[u8], character: char, is_first: bool) -> Option<usize> {
    let backslashes = backslashes(text);
    let rest = text.get(backslashes..).unwrap_or_default();
    if backslashes > 0
        && let Some(length) = escaped(rest, character)
    {
        return Some(backslashes + length);
    }
    // What stands before a secret is no part of it.
    if backslashes > 0 && is_first && !matches!(character, '"' | '\'' | '/') {
        return None;
    }
    plain(rest, character).map(|length| backslashes + length)
}

/// How many bytes of backslashes stand here, which are the layers of an escape.
fn backslashes(text: &[u8]) -> usize {
    let mut at = 0;
    for _ in 0..MOST_BACKSLASHES {
        let rest = text.get(at..).unwrap_or_default();
        let length = match rest {
            [b'\\', ..] => 1,
            [b'u', b'0', b'0', b'5', b'c' | b'C', ..] if at > 0 => 5,
            _ => match percent(rest, b'\\') {
                Some(length) => length,
                None => break,
            },
        };
        at += length;
    }
    at
}

/// How many bytes a character takes behind its backslashes.
fn escaped(text: &[u8], character: char) -> Option<usize> {
    let short = match character {
        '\n' => Some(b'n'),
        '\r' => Some(b'r'),
        '\t' => Some(b't'),
        '\u{8}' => Some(b'b'),
        '\u{c}' => Some(b'f'),
        _ => None,
    };
    if short.is_some() && text.first().copied() == short {
        return Some(1);
    }
    let code = |digits: &[u8]| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    if let [b'x', high, low, ..] = text
        && code(&[*high, *low]) == Some(u32::from(character))
    {
        return Some(3);
    }
    let mut length = 0;
    for (nth, unit) in character.encode_utf16(&mut [0; 2]).iter().enumerate() {
        if nth > 0 {
            let more = backslashes(text.get(length..)?);
            if more == 0 {
                return None;
            }
            length += more;
        }
        let digits = text.get(length..length + 5)?.strip_prefix(b"u")?;
        if code(digits) != Some(u32::from(*unit)) {
            return None;
        }
        length += 5;
    }
    Some(length)
}

/// How many bytes a character takes as itself, or escaped for a URL or a page.
fn plain(text: &[u8], character: char) -> Option<usize> {
    if character == ' ' && text.first() == Some(&b'+') {
        return Some(1);
    }
    if let [b'&', rest @ ..] = text
        && let Some(length) = entity(rest, character)
    {
        return Some(1 + length);
    }
    if character == '%' {
        return unescaped(text).map(|rest| text.len() - rest.len());
    }
    let mut at = 0;
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        let rest = text.get(at..)?;
        at += if rest.first() == Some(&byte) {
            1
        } else {
            percent(rest, byte)?
        };
    }
    Some(at)
}

/// How many bytes a byte takes here that is escaped for a URL, once or several times over.
fn percent(text: &[u8], byte: u8) -> Option<usize> {
    let digits = unescaped(text)?;
    let code = std::str::from_utf8(digits.get(..2)?).ok()?;
    let code = u8::from_str_radix(code, 16).ok()?;
    (code == byte).then_some(text.len() - digits.len() + 2)
}

/// What stands behind a percent sign, which may be escaped itself, once or several times over.
fn unescaped(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text.strip_prefix(b"%")?;
    while let Some(more) = rest.strip_prefix(b"25") {
        rest = more;
    }
    Some(rest)
}

/// How many bytes a character takes behind the `&` of a page.
fn entity(text: &[u8], character: char) -> Option<usize> {
    let end = text.iter().take(LONGEST_ESCAPE).position(|&byte| byte == b';')?;
    let name = std::str::from_utf8(text.get(..end)?).ok()?;
    let meant = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?)
        }
    };
    (meant == Some(character)).then_some(end + 1)
}

/// Whether a text ends before a character, or within what may be the escape of one.
fn is_cut_short(text: &[u8]) -> bool {
    text.len() < LONGEST_ESCAPE && matches!(text, [] | [b'\\' | b'%' | b'&', ..] | [0xef, 0xbf, 0xbd])
}
