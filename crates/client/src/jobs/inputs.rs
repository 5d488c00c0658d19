//! The inputs of a job: how they are named, and the errors that name them.

use std::{fs, io, path::Path};

use indexmap::IndexMap;

use crate::error::{Error, InputFault, Result};

/// Input key → name of the model's input → value.
pub type Sources<T> = IndexMap<String, IndexMap<String, T>>;

/// The names of an input, for errors.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) input_key: String,
    pub(crate) input_name: String,
}

impl Place {
    pub(crate) fn refuse(&self, fault: InputFault, reason: impl Into<String>) -> Error {
        Error::Input {
            fault,
            input_key: self.input_key.clone(),
            input_name: self.input_name.clone(),
            reason: reason.into(),
            source: None,
        }
    }

    pub(crate) fn broken(&self, fault: InputFault, reason: &str, cause: io::Error) -> Error {
        Error::Input {
            fault,
            input_key: self.input_key.clone(),
            input_name: self.input_name.clone(),
            reason: format!("{reason}: {cause}"),
            source: Some(Box::new(cause)),
        }
    }

    /// The error for a file whose reading broke off while it was sent.
    pub(crate) fn unreadable(&self, failure: &io::Error) -> Error {
        let cause = io::Error::new(failure.kind(), failure.to_string());
        if failure.kind() == io::ErrorKind::UnexpectedEof {
            self.broken(InputFault::Changed, "became shorter while it was uploaded", cause)
        } else {
            self.broken(InputFault::Unusable, "cannot be read", cause)
        }
    }
}

/// Looks at a file before it is opened: to open a pipe is to wait for its other end.
pub(crate) fn look(place: &Place, path: &Path) -> Result<fs::Metadata> {
    let metadata = fs::metadata(path).map_err(|cause| cannot_open(place, path, cause))?;
    if metadata.is_file() {
        Ok(metadata)
    } else {
        Err(place.refuse(InputFault::Unusable, format!("is not a file: {}", path.display())))
    }
}

/// The error for a file that cannot be opened.
pub(crate) fn cannot_open(place: &Place, path: &Path, cause: io::Error) -> Error {
    let reason = format!("cannot be opened: {}", path.display());
    let fault = match cause.kind() {
        io::ErrorKind::NotFound => InputFault::Missing,
        _ => InputFault::Unusable,
    };
    place.broken(fault, &reason, cause)
}
