//! Finds the inputs in the text of results while it arrives. Finds only where each value begins and ends, and leaves the check
//! that it is JSON to a parser.

use bytes::{Buf, Bytes, BytesMut};

use crate::{
    document::{self, MARK},
    error::BodyFault,
    transport::{Named, Results},
};

/// The object of the results that holds an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Results,
    Failures,
}

/// An input: the texts of its key and its value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) section: Section,
    pub(crate) key: Bytes,
    pub(crate) value: Bytes,
}

impl Found {
    /// Whether this is the input with a key, however the server escaped it.
    pub(super) fn is_of(&self, key: &str) -> bool {
        serde_json::from_slice::<String>(&self.key).is_ok_and(|own| own == key)
    }
}

/// The scanner. Buffers the text from the first incomplete value on.
#[derive(Debug)]
pub(super) struct Scanner {
    /// The limit on the text of a key or a value, in bytes.
    limit: usize,
    /// The job that the results must belong to, if that is checked.
    job: Option<String>,
    buffer: BytesMut,
    /// How much of the value at the front of the buffer has been scanned.
    extent: Extent,
    due: Due,
    section: Option<Section>,
    key: Bytes,
    /// What the members so far show about the results.
    seen: Results,
}

/// The token that is expected next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// The first byte, which may begin a byte order mark.
    Text,
    Object,
    FirstKey,
    Key,
    Colon,
    Value,
    Comma,
    Nothing,
}

impl Scanner {
    pub(super) fn new(limit: usize, job: Option<String>) -> Self {
        Self {
            limit,
            job,
            buffer: BytesMut::new(),
            extent: Extent::default(),
            due: Due::Text,
            section: None,
            key: Bytes::new(),
            seen: Results::default(),
        }
    }

    pub(super) fn feed(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// Whether the object is complete.
    pub(super) fn is_whole(&self) -> bool {
        self.due == Due::Nothing
    }

    /// Whether the members so far show that the object is the results of the job.
    pub(super) fn are_results(&self) -> bool {
        self.seen.are_results()
    }

    /// Returns the next input, if the buffer holds a complete one.
    ///
    /// # Errors
    /// The fault in the text.
    pub(super) fn next(&mut self) -> Result<Option<Found>, BodyFault> {
        if self.due == Due::Text {
            if self.buffer.len() < MARK.len() && MARK.starts_with(&self.buffer) {
                return Ok(None);
            }
            if self.buffer.starts_with(MARK) {
                self.buffer.advance(MARK.len());
            }
            self.due = Due::Object;
        }
        loop {
            if !self.extent.has_begun() {
                let blank = self.buffer.iter().take_while(|byte| is_space(**byte)).count();
                self.buffer.advance(blank);
            }
            let Some(&byte) = self.buffer.first() else {
                return Ok(None);
            };
            match (self.due, byte) {
                (Due::Object, b'{') | (Due::Comma, b',') | (Due::Colon, b':') => {
                    self.buffer.advance(1);
                    self.due = match self.due {
                        Due::Object => Due::FirstKey,
                        Due::Comma => Due::Key,
                        _ => Due::Value,
                    };
                }
                (Due::FirstKey | Due::Comma, b'}') => {
                    self.buffer.advance(1);
                    self.due = if self.section.take().is_some() {
                        Due::Comma
                    } else {
                        Due::Nothing
                    };
                }
                (Due::FirstKey | Due::Key, b'"') => {
                    let Some(key) = self.take()? else {
                        return Ok(None);
                    };
                    self.key = key;
                    self.due = Due::Colon;
                }
                (Due::Value, byte) => {
                    let member = if self.section.is_none() {
                        Member::of(&self.key)?
                    } else {
                        Member::default()
                    };
                    let opens = member.section;
                    if opens.is_some() && byte == b'{' {
                        self.seen.note(&member.name, "{", self.job.as_deref());
                        self.buffer.advance(1);
                        self.section = opens;
                        self.due = Due::FirstKey;
                        continue;
                    }
                    let Some(value) = self.take()? else {
                        return Ok(None);
                    };
                    self.due = Due::Comma;
                    if let Some(section) = self.section {
                        let key = std::mem::take(&mut self.key);
                        return Ok(Some(Found { section, key, value }));
                    }
                    let text = document::check(&value)?;
                    if opens.is_some() && value != "null" {
                        return Err(BodyFault::NoResults);
                    }
                    if self.seen.note(&member.name, text, self.job.as_deref()) == Named::Another {
                        return Err(BodyFault::AnotherJob);
                    }
                }
                (Due::Object, b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                    return Err(BodyFault::NotObject);
                }
                _ => return Err(BodyFault::NotJson),
            }
        }
    }

    /// Takes the key or the value at the front of the buffer, if it is complete.
    fn take(&mut self) -> Result<Option<Bytes>, BodyFault> {
        let end = self.extent.end(&self.buffer);
        if end.unwrap_or(self.buffer.len()) > self.limit {
            return Err(BodyFault::TooLarge);
        }
        let Some(end) = end else {
            return Ok(None);
        };
        self.extent = Extent::default();
        if end == 0 {
            return Err(BodyFault::NotJson);
        }
        Ok(Some(self.buffer.split_to(end).freeze()))
    }
}

/// A member of the object, classified by its name.
#[derive(Debug, Default)]
struct Member {
    name: String,
    section: Option<Section>,
}

impl Member {
    fn of(key: &[u8]) -> Result<Self, BodyFault> {
        document::check(key)?;
        // A name that is not valid Unicode matches none of these.
        let name: String = serde_json::from_slice(key).unwrap_or_default();
        Ok(Self {
            section: match name.as_str() {
                "results" => Some(Section::Results),
                "failures" => Some(Section::Failures),
                _ => None,
            },
            name,
        })
    }
}

/// Finds the end of a value whose text grows with each call.
#[derive(Debug, Default)]
struct Extent {
    at: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Extent {
    fn has_begun(&self) -> bool {
        self.at > 0
    }

    /// Returns the end of the value that the text begins with, if the text holds it.
    fn end(&mut self, text: &[u8]) -> Option<usize> {
        for (at, &byte) in text.iter().enumerate().skip(self.at) {
            let is_end = match byte {
                _ if self.escaped => {
                    self.escaped = false;
                    false
                }
                b'\\' => {
                    self.escaped = self.in_string;
                    false
                }
                b'"' => {
                    self.in_string = !self.in_string;
                    !self.in_string && self.depth == 0
                }
                _ if self.in_string => false,
                b'{' | b'[' => {
                    self.depth += 1;
                    false
                }
                // The end of a number or a word.
                b'}' | b']' | b',' if self.depth == 0 => return Some(at),
                byte if self.depth == 0 && is_space(byte) => return Some(at),
                b'}' | b']' => {
                    self.depth -= 1;
                    self.depth == 0
                }
                _ => false,
            };
            if is_end {
                return Some(at + 1);
            }
        }
        self.at = text.len();
        None
    }
}

/// Returns all inputs of a text that arrives in these chunks, and the fault that ends it, if any.
#[cfg(any(fuzzing, test))]
pub(crate) fn scan<'p>(
    chunks: impl IntoIterator<Item = &'p [u8]>,
    limit: usize,
) -> (Vec<Found>, Result<(), BodyFault>) {
    let mut scanner = Scanner::new(limit, None);
    let mut inputs = Vec::new();
    let mut take = |scanner: &mut Scanner| -> Result<(), BodyFault> {
        while let Some(found) = scanner.next()? {
            document::check(&found.key)?;
            document::check(&found.value)?;
            inputs.push(found);
        }
        assert!(scanner.buffer.len() <= limit, "more is held than the limit");
        Ok(())
    };
    for chunk in chunks {
        scanner.feed(chunk);
        if let Err(fault) = take(&mut scanner) {
            return (inputs, Err(fault));
        }
    }
    let end = if scanner.is_whole() {
        Ok(())
    } else {
        Err(BodyFault::NotJson)
    };
    (inputs, end)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests;
