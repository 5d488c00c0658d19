//! Undoes the escapes of a text in one pass, so that a secret reads the same in every spelling: escaped for JSON, a URL
//! or HTML, in any order and number of layers. `finder` looks for secrets in the result.

use std::ops::Range;

/// The longest escape, in bytes.
const LONGEST_ESCAPE: usize = 12;

/// A text with its escapes undone and without its backslashes: their number depends only on the layers of escapes.
#[derive(Default)]
pub(super) struct Reading {
    bytes: Vec<u8>,
    /// The part of the text that each byte comes from.
    places: Vec<Place>,
    /// Where the backslashes before the next byte begin.
    backslashes: Option<usize>,
}

struct Place {
    part: Range<usize>,
    /// Where the backslashes before the byte begin, if there are any.
    backslashes: Option<usize>,
}

/// The meaning of an escape.
enum Escaped {
    Byte(u8),
    Character(char),
}

impl Reading {
    /// Whether a text is its own reading.
    pub(super) fn is_same(text: &[u8]) -> bool {
        text.iter()
            .all(|&byte| !matches!(byte, b'\\' | b'%' | b'&') && letter(byte) == byte)
    }

    /// Reads a text, in linear time: an escape that has been undone is removed.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut reading = Self {
            bytes: Vec::with_capacity(text.len()),
            places: Vec::with_capacity(text.len()),
            backslashes: None,
        };
        for (at, &byte) in text.iter().enumerate() {
            reading.push(byte, at..at + 1);
            while let Some((start, escaped)) = reading.escape_at_end() {
                reading.undo(start, &escaped);
            }
        }
        reading
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the part of the text that a part of the reading comes from.
    pub(super) fn place(&self, part: Range<usize>) -> Range<usize> {
        let byte = self.bytes.get(part.start);
        let places = self.places.get(part).unwrap_or_default();
        let start = places.first().map_or(0, |Place { part, backslashes }| {
            // Before any other character, backslashes are not a part of it, as in `C:\Users`.
            let is_escape = byte.is_some_and(|byte| b"\"'/nrtbf".contains(byte));
            backslashes.filter(|_| is_escape).unwrap_or(part.start)
        });
        start..places.last().map_or(start, |last| last.part.end)
    }

    /// Returns how many bytes of the reading come from before this place of the text.
    pub(super) fn length_before(&self, place: usize) -> usize {
        self.places.partition_point(|each| each.part.start < place)
    }

    fn push(&mut self, byte: u8, part: Range<usize>) {
        if byte == b'\\' {
            self.backslashes.get_or_insert(part.start);
            return;
        }
        self.bytes.push(letter(byte));
        let backslashes = self.backslashes.take();
        self.places.push(Place { part, backslashes });
    }

    /// Replaces the escape from `start` to the end by its meaning.
    fn undo(&mut self, start: usize, escaped: &Escaped) {
        let first = self.places.get(start);
        let end = self.places.last().map_or(0, |last| last.part.end);
        let (part, backslashes) = match (first, escaped) {
            // The backslashes are a part of the escape.
            (Some(Place { part, backslashes }), Escaped::Character(_)) if self.bytes.get(start) != Some(&b'&') => {
                (backslashes.unwrap_or(part.start)..end, None)
            }
            (Some(Place { part, backslashes }), _) => (part.start..end, *backslashes),
            (None, _) => (0..end, None),
        };
        self.bytes.truncate(start);
        self.places.truncate(start);
        self.backslashes = backslashes;
        match *escaped {
            Escaped::Byte(byte) => self.push(byte, part),
            Escaped::Character(character) => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    self.push(byte, part.clone());
                }
            }
        }
    }

    /// Returns the start and the meaning of the escape that ends here.
    fn escape_at_end(&self) -> Option<(usize, Escaped)> {
        // A backslash does not end an escape.
        if self.backslashes.is_some() {
            return None;
        }
        match self.bytes.as_slice() {
            [before @ .., b'%', high, low] => {
                let byte = u8::try_from(number(&[*high, *low])?).ok()?;
                Some((before.len(), Escaped::Byte(byte)))
            }
            [before @ .., b'x', high, low] if self.is_escaped(before.len()) => {
                let character = char::from_u32(number(&[*high, *low])?)?;
                Some((before.len(), Escaped::Character(character)))
            }
            [.., b';'] => self.entity_at_end(),
            bytes => {
                let (start, low) = self.unit(bytes.len())?;
                if let Some(character) = char::from_u32(low) {
                    return Some((start, Escaped::Character(character)));
                }
                let (start, high) = self.unit(start)?;
                let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
                let character = char::decode_utf16(units).next()?.ok()?;
                Some((start, Escaped::Character(character)))
            }
        }
    }

    /// Returns the start and the number of the `\u0041` that ends there.
    fn unit(&self, end: usize) -> Option<(usize, u32)> {
        let (before, digits) = self.bytes.get(..end)?.split_last_chunk::<4>()?;
        let start = before.strip_suffix(b"u")?.len();
        let code = number(digits)?;
        self.is_escaped(start).then_some((start, code))
    }

    /// Whether a backslash precedes a byte.
    fn is_escaped(&self, at: usize) -> bool {
        self.places.get(at).is_some_and(|place| place.backslashes.is_some())
    }

    /// Returns the start and the meaning of the `&amp;`, `&#38;` or similar entity that ends here.
    fn entity_at_end(&self) -> Option<(usize, Escaped)> {
        let tail = self.bytes.len().saturating_sub(LONGEST_ESCAPE);
        let (name, _) = self.bytes.get(tail..)?.split_at_checked(self.bytes.len() - tail - 1)?;
        let at = name.iter().rposition(|&byte| byte == b'&')?;
        let character = match str::from_utf8(name.get(at + 1..)?).ok()? {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            name => {
                let digits = name.strip_prefix('#')?;
                let code = match digits.strip_prefix(['x', 'X']) {
                    Some(digits) => u32::from_str_radix(digits, 16),
                    None => digits.parse(),
                };
                char::from_u32(code.ok()?)?
            }
        };
        Some((tail + at, Escaped::Character(character)))
    }
}

/// Maps a control character to the letter of its escape, so that both read the same without backslashes.
fn letter(byte: u8) -> u8 {
    match byte {
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        8 => b'b',
        12 => b'f',
        other => other,
    }
}

/// Returns the places near the end of a text where it may have been cut within an escape or a character.
pub(super) fn cuts(text: &[u8]) -> impl Iterator<Item = usize> {
    let tail = text.len().saturating_sub(LONGEST_ESCAPE);
    (tail..text.len()).filter(|&at| {
        let rest = text.get(at..).unwrap_or_default();
        matches!(rest, [b'\\' | b'%' | b'&', ..] | [0xef, 0xbf, 0xbd])
    })
}

/// Parses hexadecimal digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0, |number, &digit| Some(number * 16 + char::from(digit).to_digit(16)?))
}
