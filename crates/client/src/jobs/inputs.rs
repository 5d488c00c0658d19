//! The names of a job's inputs, and the errors that hold them.

use std::{fs, io, path::Path, sync::Arc};

use indexmap::IndexMap;

use crate::{
    error::{Error, InputFault, Result},
    files::{self, FileChanged},
};

/// Values, by input key and by the name of the model's input.
pub type Sources<T> = IndexMap<String, IndexMap<String, T>>;

/// The names of an input, for errors.
#[derive(Debug, Clone)]
pub(crate) struct InputNames {
    pub(crate) input_key: String,
    pub(crate) input_name: String,
}

impl InputNames {
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

    /// Returns the error for a failed read of a file.
    pub(crate) fn unreadable(&self, failure: &io::Error) -> Error {
        // This failure is not about the file.
        if let Some(Error::System { advice, source }) = failure.get_ref().and_then(|inner| inner.downcast_ref()) {
            let source = Arc::clone(source);
            return Error::System { advice, source };
        }
        let cause = io::Error::new(failure.kind(), failure.to_string());
        if FileChanged::is_cause_of(failure) {
            self.broken(InputFault::Changed, "has changed while it was read", cause)
        } else {
            self.broken(InputFault::Unusable, "cannot be read", cause)
        }
    }

    /// Opens a file that can be measured.
    pub(crate) fn open(&self, path: &Path) -> Result<fs::File> {
        let cannot_open = |cause| self.cannot_open(path, cause);
        // Checks the path first: opening a device may have side effects.
        self.expect_file(path, &fs::metadata(path).map_err(cannot_open)?)?;
        let (file, metadata) = files::open(path).map_err(cannot_open)?;
        self.expect_file(path, &metadata)?;
        if metadata.len() == 0 && files::has_unmeasured_bytes(&file).map_err(cannot_open)? {
            let reason = format!(
                "does not say how long it is, as files of /proc do: read it, and give its bytes: {}",
                path.display()
            );
            return Err(self.refuse(InputFault::Unusable, reason));
        }
        Ok(file)
    }

    fn expect_file(&self, path: &Path, metadata: &fs::Metadata) -> Result<()> {
        if metadata.is_file() {
            Ok(())
        } else {
            Err(self.refuse(InputFault::Unusable, format!("is not a file: {}", path.display())))
        }
    }

    pub(crate) fn cannot_open(&self, path: &Path, cause: io::Error) -> Error {
        let reason = format!("cannot be opened: {}", path.display());
        let fault = match cause.kind() {
            io::ErrorKind::NotFound => InputFault::Missing,
            _ => InputFault::Unusable,
        };
        self.broken(fault, &reason, cause)
    }
}
