//! The files of a deployment, which are read before anything is created.

use std::{
    fs::{self, File},
    io,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{spec::ModelSpec, step::Step};
use crate::{
    blocking::stoppable,
    error::{Error, Result},
    files::{self, FileChanged, Measure},
    jobs::InputNames,
};

/// How many bytes are read at a time.
const BLOCK: usize = 256 * 1024;

/// A file in memory.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sample {
    /// The model's input. Empty for a picture.
    pub input: String,
    /// The name of the file.
    pub name: String,
    /// Its bytes.
    pub data: Bytes,
}

/// The files of a deployment.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) samples: Vec<Sample>,
    pub(super) picture: Option<Sample>,
}

/// What is wrong with a file.
enum Fault {
    Unreadable(io::Error),
    Special,
    Empty,
    Unmeasured,
    TooLarge(u64),
    Stopped,
}

impl Fault {
    fn at(self, argument: &'static str, path: &Path) -> Error {
        let path = path.display();
        let reason = match self {
            Self::Unreadable(error) => format!("cannot be read: {path}: {error}"),
            Self::Special => format!("is not a file: {path}"),
            Self::Empty => format!("is empty: {path}"),
            Self::Unmeasured => format!("does not say how long it is, as files of /proc do: {path}"),
            Self::TooLarge(most) => format!("is larger than the {most} bytes of its input: {path}"),
            Self::Stopped => return Error::Aborted,
        };
        let whose = if argument == "inputs" {
            "have a sample that "
        } else {
            ""
        };
        Error::argument(argument, format!("{whose}{reason}"))
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl Sample {
    /// Returns a sample of an input from memory.
    pub fn new(input: impl Into<String>, name: impl Into<String>, data: impl Into<Bytes>) -> Self {
        Self {
            input: input.into(),
            name: name.into(),
            data: data.into(),
        }
    }

    /// Reads a file into memory, as it was at one moment. A relative path is resolved in the call, before its future is first polled.
    ///
    /// # Errors
    /// [`Error::Argument`] for `file` if it cannot be read, is not a file, or is empty; [`Error::Input`] if it changes while it is read.
    pub fn from_file(
        input: impl Into<String>,
        file: impl Into<PathBuf>,
    ) -> impl Future<Output = Result<Self>> + Send + 'static {
        let named = Named::new("file", input.into(), &file.into(), None);
        async move {
            let named = named?;
            stoppable(move |stop| named.measure(stop)?.read(stop)).await
        }
    }
}

impl ModelSpec {
    /// Returns the files that these steps send. Relative paths are resolved now: the process may have another working folder when
    /// they are read.
    pub(super) fn files(&self, steps: &RangeInclusive<Step>) -> Result<NamedFiles> {
        let tests = self.is_tested() && steps.contains(&Step::TestInput);
        let samples = self.inputs.iter().filter(|_| tests).filter_map(|input| {
            let path = input.sample.as_ref()?;
            Some(Named::new("inputs", input.name.clone(), path, Some(input.maximum_size)))
        });
        let picture = self.picture.as_ref().filter(|_| steps.contains(&Step::Picture));
        Ok(NamedFiles {
            samples: samples.collect::<Result<_>>()?,
            picture: picture
                .map(|path| Named::new("picture", String::new(), path, None))
                .transpose()?,
        })
    }
}

/// The files of a deployment, not yet read.
pub(super) struct NamedFiles {
    samples: Vec<Named>,
    picture: Option<Named>,
}

impl NamedFiles {
    pub(super) async fn read(self) -> Result<Files> {
        stoppable(move |stop| {
            // All files are measured before the first is read, so that only the first has to wait until a writer would have gone on.
            let samples = self.samples.into_iter().map(|sample| sample.measure(stop));
            let samples = samples.collect::<Result<Vec<_>>>()?;
            let picture = self.picture.map(|picture| picture.measure(stop)).transpose()?;
            Ok(Files {
                samples: samples
                    .into_iter()
                    .map(|sample| sample.read(stop))
                    .collect::<Result<_>>()?,
                picture: picture.map(|picture| picture.read(stop)).transpose()?,
            })
        })
        .await
    }
}

/// A file with an absolute path.
#[derive(Debug)]
struct Named {
    argument: &'static str,
    input: String,
    path: PathBuf,
    most: Option<u64>,
}

impl Named {
    fn new(argument: &'static str, input: String, path: &Path, most: Option<u64>) -> Result<Self> {
        let absolute = std::path::absolute(path);
        let path = absolute.map_err(|failure| Fault::Unreadable(failure).at(argument, path))?;
        Ok(Self {
            argument,
            input,
            path,
            most,
        })
    }

    fn measure(self, stop: &CancellationToken) -> Result<Measured> {
        match measure(&self.path, self.most, stop) {
            Ok((file, measure)) => Ok(Measured {
                named: self,
                file,
                measure,
            }),
            Err(fault) => Err(fault.at(self.argument, &self.path)),
        }
    }
}

/// A file that has been measured.
#[derive(Debug)]
struct Measured {
    named: Named,
    file: File,
    measure: Measure,
}

impl Measured {
    /// Reads the file, which must not have changed.
    fn read(self, stop: &CancellationToken) -> Result<Sample> {
        let Named {
            argument, input, path, ..
        } = self.named;
        match bytes_of(&self.file, &self.measure, stop) {
            Ok(data) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Ok(Sample::new(input, name, data))
            }
            Err(Fault::Unreadable(failure)) if FileChanged::is_cause_of(&failure) => {
                let input_name = if input.is_empty() {
                    path.display().to_string()
                } else {
                    input
                };
                let input_key = String::new();
                Err(InputNames { input_key, input_name }.unreadable(&failure))
            }
            Err(fault) => Err(fault.at(argument, &path)),
        }
    }
}

fn measure(path: &Path, most: Option<u64>, stop: &CancellationToken) -> Result<(File, Measure), Fault> {
    // Checks the path first: opening a device may have side effects. A pipe has no end, and a device may have none.
    if !fs::metadata(path)?.is_file() {
        return Err(Fault::Special);
    }
    let (file, metadata) = files::open(path)?;
    if !metadata.is_file() {
        return Err(Fault::Special);
    }
    let fits = |size: u64| match most.filter(|&most| size > most) {
        Some(most) => Err(Fault::TooLarge(most)),
        None => Ok(()),
    };
    fits(metadata.len())?;
    let measure = Measure::of(&file, || stop.is_cancelled())?.ok_or(Fault::Stopped)?;
    // The file may have grown since the first check.
    fits(measure.size())?;
    match measure.size() {
        0 if files::has_unmeasured_bytes(&file)? => Err(Fault::Unmeasured),
        0 => Err(Fault::Empty),
        _ => Ok((file, measure)),
    }
}

fn bytes_of(file: &File, measure: &Measure, stop: &CancellationToken) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let length = usize::try_from(measure.size()).map_err(io::Error::other)?;
    bytes.try_reserve_exact(length).map_err(io::Error::other)?;
    let take = |block: &[u8]| bytes.extend_from_slice(block);
    let read = measure.read(file, BLOCK, || stop.is_cancelled(), take)?;
    read.ok_or(Fault::Stopped)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::error::InputFault;

    fn opened(path: &Path) -> File {
        File::options().write(true).open(path).unwrap()
    }

    /// Overwrites the file, and restores the time of its modification.
    fn overwrite(path: &Path) {
        let time = fs::metadata(path).unwrap().modified().unwrap();
        let mut file = opened(path);
        file.write_all(&vec![b'n'; 3 * BLOCK]).unwrap();
        file.set_modified(time).unwrap();
    }

    #[test]
    fn a_file_that_changes_between_measurement_and_reading_is_refused() {
        let changes: [fn(&Path); 4] = [
            overwrite,
            |path| opened(path).set_len(1).unwrap(),
            |path| fs::write(path, vec![b'n'; 3 * BLOCK]).unwrap(),
            |path| {
                let mut file = File::options().append(true).open(path).unwrap();
                file.write_all(b"more").unwrap();
            },
        ];
        let path = std::env::temp_dir().join(format!("modzy-client-{}-deployed", std::process::id()));
        let stop = CancellationToken::new();
        for change in changes {
            for (argument, input) in [("inputs", "input.txt"), ("picture", "")] {
                fs::write(&path, vec![b'o'; 3 * BLOCK]).unwrap();
                let named = Named::new(argument, input.to_owned(), &path, None).unwrap();
                let measured = named.measure(&stop).unwrap();
                change(&path);
                let Error::Input { fault, input_name, .. } = measured.read(&stop).unwrap_err() else {
                    panic!("{argument}");
                };
                let shown = path.display().to_string();
                let named = if input.is_empty() { &shown } else { input };
                assert_eq!((fault, input_name.as_str()), (InputFault::Changed, named));
            }
        }
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_is_read_whole_until_it_is_stopped() {
        let path = std::env::temp_dir().join(format!("modzy-client-{}-stopped", std::process::id()));
        let content: Vec<u8> = (0..251).cycle().take(2 * BLOCK + 1).collect();
        fs::write(&path, &content).unwrap();
        let (going, stopped) = (CancellationToken::new(), CancellationToken::new());
        stopped.cancel();
        let named = |most| Named::new("inputs", "a".to_owned(), &path, most).unwrap();
        let measured = || named(None).measure(&going).unwrap();
        assert!(measured().read(&going).unwrap().data == content);
        assert!(matches!(measured().read(&stopped), Err(Error::Aborted)));
        assert!(matches!(named(None).measure(&stopped), Err(Error::Aborted)));
        let message = named(Some(9)).measure(&going).unwrap_err().to_string();
        assert!(message.contains("is larger than the 9 bytes of its input"), "{message}");
        fs::remove_file(path).unwrap();
    }
}
