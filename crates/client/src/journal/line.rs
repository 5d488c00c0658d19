//! The lines of a journal: JSON that begins with a checksum. The checksum covers the rest of its line and all lines before it, so
//! that a changed, missing or moved line is detected.

use serde::{Deserialize, de::DeserializeOwned, de::IgnoredAny};

use super::record::{Record, VERSION};

/// How every line begins. Eight hexadecimal digits follow.
const START: &[u8] = br#"{"crc32":""#;

/// The text between the checksum and the record.
const BETWEEN: &[u8] = br#"","#;

const DIGITS: usize = 8;

/// Appends a line to a buffer. Returns its checksum, which the next line continues.
pub(super) fn write(buffer: &mut Vec<u8>, before: u32, record: &Record) -> serde_json::Result<u32> {
    let text = serde_json::to_vec(record)?;
    let rest = text.get(1..).unwrap_or_default();
    let checksum = checksum(before, rest);
    buffer.extend_from_slice(START);
    buffer.extend_from_slice(format!("{checksum:08x}").as_bytes());
    buffer.extend_from_slice(BETWEEN);
    buffer.extend_from_slice(rest);
    buffer.push(b'\n');
    Ok(checksum)
}

/// What a file contains.
#[derive(Debug, PartialEq)]
pub(super) struct Lines {
    pub(super) records: Vec<Record>,
    /// The checksum of the last line.
    pub(super) checksum: u32,
    /// How many bytes its whole lines have. Those behind them are of a line that was not written to its end.
    pub(super) length: usize,
    /// Whether the last line lacks nothing but its end.
    pub(super) lacks_end: bool,
}

/// Why a file is not a journal: its first line that cannot be read, from 1.
#[derive(Debug, PartialEq)]
pub(super) enum Damage {
    /// Something else is in the file.
    NotAJournal,
    /// It is a journal with another version of the format, whose other lines may be anything.
    OtherVersion,
    /// This line has changed, or the lines before it have.
    Line(usize),
}

/// Reads the lines of a file. A last line that was not written to its end is left out: no step relies on it.
pub(super) fn read(bytes: &[u8]) -> Result<Lines, Damage> {
    let mut lines = Lines {
        records: Vec::new(),
        checksum: 0,
        length: 0,
        lacks_end: false,
    };
    if !bytes
        .get(..START.len())
        .map_or(START.starts_with(bytes), |start| start == START)
    {
        return Err(Damage::NotAJournal);
    }
    for (number, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let whole = line.strip_suffix(b"\n");
        let text = whole.unwrap_or(line);
        if number == 0 && version_of(text).is_some_and(|version| version != VERSION) {
            return Err(Damage::OtherVersion);
        }
        let Some((checksum, record)) = record_of(text, lines.checksum) else {
            if whole.is_none() && is_torn(line) {
                break;
            }
            return Err(Damage::Line(number + 1));
        };
        lines.records.push(record);
        lines.checksum = checksum;
        lines.length += line.len();
        lines.lacks_end = whole.is_none();
    }
    Ok(lines)
}

/// Whether a text is what an interrupted write leaves of a line: its beginning, or the zeros of blocks that were not written.
fn is_torn(line: &[u8]) -> bool {
    let zeros = line.iter().rev().take_while(|byte| **byte == 0).count();
    let written = line.get(..line.len() - zeros).unwrap_or_default();
    let begins = |begun: &[u8]| {
        begun.is_empty() || serde_json::from_slice::<IgnoredAny>(begun).is_err_and(|error| error.is_eof())
    };
    (written.starts_with(START) || START.starts_with(written)) && begins(written)
}

/// Returns the version that the first line of a journal names.
fn version_of(line: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Created {
        version: u32,
    }
    record_of(line, 0).map(|(_, Created { version })| version)
}

fn record_of<R: DeserializeOwned>(line: &[u8], before: u32) -> Option<(u32, R)> {
    /// The line as JSON, to compare the checksum with.
    #[derive(Deserialize)]
    struct Line<R> {
        crc32: String,
        #[serde(flatten)]
        record: R,
    }
    let rest = line.strip_prefix(START)?.get(DIGITS..)?.strip_prefix(BETWEEN)?;
    let expected = checksum(before, rest);
    let line: Line<R> = serde_json::from_slice(line).ok()?;
    (line.crc32 == format!("{expected:08x}")).then_some((expected, line.record))
}

fn checksum(before: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(before);
    hasher.update(bytes);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::record::Intent;

    /// Records of every kind.
    fn records() -> Vec<Record> {
        let submitting = |is_upload, since, until| Record::Submitting {
            input_key: "b".to_owned(),
            intent: Intent {
                model: "m".to_owned(),
                version: "1".to_owned(),
                inputs: 1,
                keys: 7,
                is_upload,
                since,
                until,
                read_since: since,
                runs: 0,
            },
        };
        vec![
            Record::Created {
                version: VERSION,
                url: "u".to_owned(),
                access_key: None,
            },
            Record::Began {
                seen: vec!["j".to_owned()],
            },
            submitting(false, Some(10), Some(10)),
            submitting(true, None, None),
            Record::Opened {
                input_key: "b".to_owned(),
                job_identifier: "j".to_owned(),
            },
            Record::Refused {
                input_key: "a\n\"ü\u{0}.txt".to_owned(),
            },
            Record::Submitted {
                input_key: "b".to_owned(),
                job_identifier: "j".to_owned(),
            },
            Record::Ended {
                input_key: "b".to_owned(),
                job: "{\"a\": 1.10,\n\"b\":\"\\ud800\"}".to_owned(),
            },
        ]
    }

    fn written() -> Vec<u8> {
        let mut bytes = Vec::new();
        records()
            .iter()
            .fold(0, |before, record| write(&mut bytes, before, record).unwrap());
        bytes
    }

    #[test]
    fn each_record_is_a_line_of_json_and_is_read_as_it_was_written() {
        let bytes = written();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(text.lines().count(), records().len());
        for line in text.lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).unwrap().is_object());
        }
        let lines = read(&bytes).unwrap();
        assert_eq!(lines.records, records());
        assert_eq!((lines.length, lines.lacks_end), (bytes.len(), false));
        assert_eq!(read(b"").unwrap().length, 0);
    }

    #[test]
    fn a_file_that_ends_anywhere_loses_its_last_line_alone() {
        let bytes = written();
        let ends: Vec<_> = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').collect();
        for length in 0..bytes.len() {
            let lines = read(&bytes[..length]).unwrap();
            // A line that lacks only its end is whole.
            let whole = ends.iter().filter(|(end, _)| *end <= length).count();
            assert_eq!(lines.records, records()[..whole], "{length}");
            assert_eq!(lines.lacks_end, ends.iter().any(|(end, _)| *end == length));
        }
    }

    #[test]
    fn a_tail_that_no_interrupted_write_leaves_is_damage() {
        let bytes = written();
        for tail in [
            "x",
            "garbage",
            "}",
            " ",
            "   ",
            "null",
            "{}",
            "{\"crc33\":\"",
            "{\"crc32\":7}",
            "\0x",
        ] {
            let damaged = [&bytes, tail.as_bytes()].concat();
            assert_eq!(read(&damaged), Err(Damage::Line(records().len() + 1)), "{tail:?}");
        }
        let last = bytes.split_inclusive(|&byte| byte == b'\n').next_back().unwrap();
        let zeros = [0; 4096];
        for tail in [&zeros[..], &last[..20], &[&last[..20], &zeros].concat()] {
            let lines = read(&[&bytes, tail].concat()).unwrap();
            assert_eq!(
                (lines.records.len(), lines.length),
                (records().len(), bytes.len()),
                "{tail:?}"
            );
        }
    }

    #[test]
    fn any_flipped_bit_is_found_and_its_line_is_named() {
        let bytes = written();
        for (at, bit) in (0..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let line = bytes[..at].split(|&byte| byte == b'\n').count();
            let expected = if at < START.len() {
                Damage::NotAJournal
            } else {
                Damage::Line(line)
            };
            assert_eq!(read(&flipped), Err(expected), "bit {bit} of byte {at}");
        }
    }

    #[test]
    fn a_missing_a_repeated_or_a_moved_line_is_found() {
        let bytes = written();
        let lines: Vec<_> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
        for (order, damaged) in [
            (&[1, 2][..], 1),
            (&[0, 2], 2),
            (&[0, 0, 1, 2], 2),
            (&[0, 2, 1], 2),
            (&[0, 1, 1, 2], 3),
        ] {
            let changed: Vec<u8> = order.iter().flat_map(|&at| lines[at]).copied().collect();
            assert_eq!(read(&changed), Err(Damage::Line(damaged)), "{order:?}");
        }
    }

    #[test]
    fn a_journal_of_another_version_is_not_taken_for_a_damaged_one() {
        let line = |before, rest: &str| {
            let checksum = checksum(before, rest.as_bytes());
            (checksum, format!("{{\"crc32\":\"{checksum:08x}\",{rest}\n"))
        };
        for created in [
            r#""step":"created","version":2,"url":"u","accessKey":null}"#,
            r#""step":"created","version":2,"server":"u"}"#,
        ] {
            let (before, first) = line(0, created);
            let (_, second) = line(before, r#""step":"resulted","inputKey":"a"}"#);
            for text in [
                &first,
                &format!("{first}{second}"),
                &format!("{first}{}", &second[..30]),
            ] {
                assert_eq!(read(text.as_bytes()), Err(Damage::OtherVersion), "{text}");
            }
        }
    }

    #[test]
    fn a_file_with_something_else_is_not_taken_for_a_torn_journal() {
        for text in ["name,age", "{\"crc33\":\"", "\0\0\0\0", "\n", "{}"] {
            assert_eq!(read(text.as_bytes()), Err(Damage::NotAJournal), "{text:?}");
        }
    }
}
