//! Files as data URIs, for jobs whose inputs are embedded.

use std::{
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio_util::sync::CancellationToken;

use super::inputs::Place;
use crate::{
    blocking,
    error::{Error, InputFault, Result},
    files::{FileChanged, Stamp},
};

/// How many bytes are read at a time. Three of them are four characters, so that pieces join without padding.
const PIECE: usize = 3 * 64 * 1024;

/// Reads a file and makes it the data URI that [`EmbeddedValue::DataUri`] takes, on a thread that may block. Dropping the
/// future ends the reading with the piece that is being read, and frees what was read.
///
/// # Errors
/// [`Error::Input`] for a file that cannot be read, that changes while it is read, or that has more than `max_bytes`.
///
/// [`EmbeddedValue::DataUri`]: crate::EmbeddedValue::DataUri
pub async fn path_to_data_uri(path: impl Into<PathBuf>, media_type: &str, max_bytes: u64) -> Result<String> {
    let path = path.into();
    let beginning = format!("data:{media_type};base64,");
    let stop = CancellationToken::new();
    let _stopped = stop.clone().drop_guard();
    blocking::start(move || read(&path, beginning, max_bytes, || stop.is_cancelled())).await?
}

fn read(path: &Path, mut text: String, max_bytes: u64, is_stopped: impl Fn() -> bool) -> Result<String> {
    let place = Place {
        input_key: String::new(),
        input_name: path.display().to_string(),
    };
    let too_large = |bytes: u64| {
        let reason = format!("has {bytes} bytes, and at most {max_bytes} are made a data URL (maxBytes)");
        place.refuse(InputFault::Limit, reason)
    };
    let unreadable = |failure: io::Error| place.unreadable(&failure);
    let (mut file, stamp) = place.open(path)?;
    let length = stamp.size();
    if length > max_bytes {
        return Err(too_large(length));
    }
    let characters = usize::try_from(length.div_ceil(3) * 4).ok();
    if characters.is_none_or(|characters| text.try_reserve_exact(characters).is_err()) {
        return Err(place.refuse(
            InputFault::Limit,
            format!("has {length} bytes, for which there is no memory"),
        ));
    }
    let mut piece = Vec::with_capacity(PIECE);
    let mut total = 0;
    loop {
        piece.clear();
        let mut rest = file.by_ref().take(PIECE as u64);
        rest.read_to_end(&mut piece).map_err(unreadable)?;
        total += piece.len() as u64;
        // It may grow while it is read.
        if total > max_bytes {
            return Err(too_large(total));
        }
        if is_stopped() {
            return Err(Error::GivenUp);
        }
        STANDARD.encode_string(&piece, &mut text);
        if piece.len() < PIECE {
            if Stamp::of(&file.metadata().map_err(unreadable)?) != stamp {
                return Err(unreadable(io::Error::other(FileChanged)));
            }
            return Ok(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A file of its own, with so many bytes.
    fn file(name: &str, length: usize) -> (PathBuf, Vec<u8>) {
        let path = std::env::temp_dir().join(format!("modzy-client-{}-{name}", std::process::id()));
        let data: Vec<u8> = (0..251).cycle().take(length).collect();
        std::fs::write(&path, &data).unwrap();
        (path, data)
    }

    #[test]
    fn a_file_of_any_length_is_its_bytes_in_base64() {
        for length in [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 2] {
            let (path, data) = file("lengths", length);
            let uri = read(&path, "data:x/y;base64,".to_owned(), length as u64, || false).unwrap();
            assert_eq!(uri, format!("data:x/y;base64,{}", STANDARD.encode(data)));
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn a_file_above_the_limit_is_refused_before_it_is_read() {
        let (path, _) = file("limit", 11);
        let error = read(&path, String::new(), 10, || panic!("it was read")).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("has 11 bytes, and at most 10 are made a data URL (maxBytes)"),
            "{error}"
        );
        assert!(matches!(
            error,
            Error::Input {
                fault: InputFault::Limit,
                ..
            }
        ));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn reading_stops_with_the_piece_that_is_being_read() {
        let (path, _) = file("stop", 4 * PIECE);
        let pieces = Cell::new(0);
        let stopped = || {
            pieces.set(pieces.get() + 1);
            pieces.get() == 2
        };
        assert!(matches!(
            read(&path, String::new(), u64::MAX, stopped),
            Err(Error::GivenUp)
        ));
        assert_eq!(pieces.get(), 2);
        std::fs::remove_file(path).unwrap();
    }
}
