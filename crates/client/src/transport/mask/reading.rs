//! Text with its escapes undone, in one pass, so that a secret reads the same however a server has spelled it: escaped by JSON
//! or for a URL or a page, in any order and once or several times over. What is looked for in it is left to others.

use std::ops::Range;

/// No escape that is not complete yet is longer.
const LONGEST_ESCAPE: usize = 12;

/// A text with its escapes undone, and without its backslashes: how many there are tells of the layers of escapes, and not of
/// what is escaped.
#[derive(Default)]
pub(super) struct Reading {
    bytes: Vec<u8>,
    /// Which part of the text each byte stands for.
    places: Vec<Place>,
    /// Where the backslashes begin that stand before the next byte.
    backslashes: Option<usize>,
}

struct Place {
    part: Range<usize>,
    /// Where the backslashes before it begin, if there are any.
    backslashes: Option<usize>,
}

/// What an escape stands for.
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

    /// Reads a text. The work is linear, because an escape that is undone is gone.
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

    /// The part of the text that a part of the reading stands for.
    pub(super) fn place(&self, part: Range<usize>) -> Range<usize> {
        let byte = self.bytes.get(part.start);
        let places = self.places.get(part).unwrap_or_default();
        let start = places.first().map_or(0, |Place { part, backslashes }| {
            // Before another character they are no part of it, as in `C:\Users`.
            let is_escape = byte.is_some_and(|byte| b"\"'/nrtbf".contains(byte));
            backslashes.filter(|_| is_escape).unwrap_or(part.start)
        });
        start..places.last().map_or(start, |last| last.part.end)
    }

    /// How many bytes of the reading stand before this place of the text.
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

    /// Puts what the escape stands for that begins there and ends here in its place.
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

    /// Where the escape begins that ends here, and what it stands for.
    fn escape_at_end(&self) -> Option<(usize, Escaped)> {
        // A backslash ends none.
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

    /// Where the `\u0041` begins that ends there, and its number.
    fn unit(&self, end: usize) -> Option<(usize, u32)> {
        let (before, digits) = self.bytes.get(..end)?.split_last_chunk::<4>()?;
        let start = before.strip_suffix(b"u")?.len();
        let code = number(digits)?;
        self.is_escaped(start).then_some((start, code))
    }

    /// Whether a backslash stands before a byte.
    fn is_escaped(&self, at: usize) -> bool {
        self.places.get(at).is_some_and(|place| place.backslashes.is_some())
    }

    /// Where the `&amp;`, `&#38;` or the like begins that ends here, and what it stands for.
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

/// A control character as the letter that stands for it behind a backslash: without the backslash they are the same.
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

/// The places at which a text whose end is missing may have been cut in the middle of an escape or of a character.
pub(super) fn cuts(text: &[u8]) -> impl Iterator<Item = usize> {
    let tail = text.len().saturating_sub(LONGEST_ESCAPE);
    (tail..text.len()).filter(|&at| {
        let rest = text.get(at..).unwrap_or_default();
        matches!(rest, [b'\\' | b'%' | b'&', ..] | [0xef, 0xbf, 0xbd])
    })
}

/// The number of hexadecimal digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0, |number, &digit| Some(number * 16 + char::from(digit).to_digit(16)?))
}
