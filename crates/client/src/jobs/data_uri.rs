//! Turns files into data URIs, for jobs with embedded inputs.

use std::{
    io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio_util::sync::CancellationToken;

use super::inputs::InputNames;
use crate::{
    blocking,
    error::{Error, InputFault, Result},
    files::Measure,
};

/// How many bytes are read at a time. It is a multiple of three, so that the chunks join without padding in base64.
const CHUNK: usize = 3 * 64 * 1024;

/// Reads a file as a data URI for [`EmbeddedValue::DataUri`], on a thread that may block. A relative path is resolved in the
/// call, before the future is first polled. Dropping the future stops the reading after the current chunk and frees the memory.
///
/// # Errors
/// [`Error::Input`] for a file that cannot be read, that changes while it is read, or that is larger than `max_bytes`.
///
/// [`EmbeddedValue::DataUri`]: crate::EmbeddedValue::DataUri
pub fn path_to_data_uri<P: Into<PathBuf>>(
    path: P,
    media_type: &str,
    max_bytes: u64,
) -> impl Future<Output = Result<String>> + use<P> {
    let path = path.into();
    let names = InputNames {
        input_key: String::new(),
        input_name: path.display().to_string(),
    };
    let resolved = std::path::absolute(&path).map_err(|cause| names.cannot_open(&path, cause));
    let beginning = format!("data:{media_type};base64,");
    async move {
        let path = resolved?;
        let stop = CancellationToken::new();
        let _stopped = stop.clone().drop_guard();
        blocking::start(move || read(&names, &path, beginning, max_bytes, || stop.is_cancelled())).await?
    }
}

fn read(
    names: &InputNames,
    path: &Path,
    mut text: String,
    max_bytes: u64,
    is_stopped: impl Fn() -> bool,
) -> Result<String> {
    let limit = |bytes: u64| {
        let reason = || format!("has {bytes} bytes, and at most {max_bytes} are made a data URL (maxBytes)");
        let is_within = bytes <= max_bytes;
        is_within
            .then_some(bytes)
            .ok_or_else(|| names.refuse(InputFault::Limit, reason()))
    };
    let unreadable = |failure: io::Error| names.unreadable(&failure);
    let file = names.open(path)?;
    limit(file.metadata().map_err(unreadable)?.len())?;
    let Some(measure) = Measure::of(&file, &is_stopped).map_err(unreadable)? else {
        return Err(Error::Aborted);
    };
    // The file may have grown since the first check.
    let length = limit(measure.size())?;
    let characters = usize::try_from(length.div_ceil(3) * 4).ok();
    if characters.is_none_or(|characters| text.try_reserve_exact(characters).is_err()) {
        return Err(names.refuse(
            InputFault::Limit,
            format!("has {length} bytes, for which there is no memory"),
        ));
    }
    let take = |chunk: &[u8]| STANDARD.encode_string(chunk, &mut text);
    let read = measure.read(&file, CHUNK, is_stopped, take).map_err(unreadable)?;
    read.ok_or(Error::Aborted)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, io::Write as _};

    use super::*;

    /// Creates a file of this length.
    fn file(name: &str, length: usize) -> (PathBuf, Vec<u8>) {
        let path = std::env::temp_dir().join(format!("modzy-client-{}-{name}", std::process::id()));
        let data: Vec<u8> = (0..251).cycle().take(length).collect();
        std::fs::write(&path, &data).unwrap();
        (path, data)
    }

    fn of_file(path: &Path, beginning: &str, max_bytes: u64, is_stopped: impl Fn() -> bool) -> Result<String> {
        let names = InputNames {
            input_key: String::new(),
            input_name: "x".to_owned(),
        };
        read(&names, path, beginning.to_owned(), max_bytes, is_stopped)
    }

    #[test]
    fn a_file_of_any_length_is_its_bytes_in_base64() {
        for length in [0, 1, 2, 3, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 2] {
            let (path, data) = file("lengths", length);
            let uri = of_file(&path, "data:x/y;base64,", length as u64, || false).unwrap();
            assert_eq!(uri, format!("data:x/y;base64,{}", STANDARD.encode(data)));
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn a_file_above_the_limit_is_refused_before_it_is_read() {
        let (path, _) = file("limit", 11);
        let error = of_file(&path, "", 10, || panic!("it was read")).unwrap_err();
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
    fn a_change_during_the_reading_is_noticed_even_if_the_modification_time_stays() {
        // Changes the file before each of the two reads of each of its three chunks.
        for changed_at in 1..=6 {
            let (path, data) = file("changed", 3 * CHUNK);
            let calls = Cell::new(0);
            let change = || {
                calls.set(calls.get() + 1);
                if calls.get() == changed_at {
                    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
                    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
                    file.write_all(&vec![0; data.len()]).unwrap();
                    file.set_modified(time).unwrap();
                }
                false
            };
            let read = of_file(&path, "", u64::MAX, change);
            match (changed_at, read) {
                // Nothing has been read yet.
                (1, read) => assert_eq!(read.unwrap(), STANDARD.encode(vec![0; data.len()])),
                (_, Err(Error::Input { fault, .. })) => assert_eq!(fault, InputFault::Changed),
                (_, read) => panic!("{changed_at}: {} bytes", read.unwrap().len()),
            }
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn reading_stops_after_the_current_chunk() {
        let (path, _) = file("stop", 4 * CHUNK);
        let calls = Cell::new(0);
        let stopped = || {
            calls.set(calls.get() + 1);
            calls.get() == 2
        };
        assert!(matches!(of_file(&path, "", u64::MAX, stopped), Err(Error::Aborted)));
        assert_eq!(calls.get(), 2);
        std::fs::remove_file(path).unwrap();
    }
}
