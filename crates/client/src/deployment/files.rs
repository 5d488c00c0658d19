//! The files of a deployment, which are read before anything is created.

use std::{
    fs::File,
    io::{self, Read as _},
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use bytes::Bytes;

use super::{Step, spec::ModelSpec};
use crate::{
    blocking,
    error::{Error, Result},
    files,
};

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
    TooLarge(u64),
}

impl Fault {
    fn at(&self, path: &Path) -> String {
        let path = path.display();
        match self {
            Self::Unreadable(error) => format!("cannot be read: {path}: {error}"),
            Self::Special => format!("is not a file: {path}"),
            Self::Empty => format!("is empty: {path}"),
            Self::TooLarge(most) => format!("is larger than the {most} bytes of its input: {path}"),
        }
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

    /// Reads a file into memory.
    ///
    /// # Errors
    /// [`Error::Argument`] for `file` if it cannot be read, is not a file, or is empty.
    pub async fn from_file(input: impl Into<String>, file: impl Into<PathBuf>) -> Result<Self> {
        let (input, file) = (input.into(), file.into());
        blocking::start(move || read("file", input, &file, None)).await?
    }
}

impl ModelSpec {
    /// Reads the files that these steps send.
    pub(super) async fn files(&self, steps: &RangeInclusive<Step>) -> Result<Files> {
        let tests = self.is_tested() && steps.contains(&Step::TestInput);
        let inputs = self.inputs.iter().filter(|_| tests).filter_map(|input| {
            let path = input.sample.clone()?;
            Some((input.name.clone(), path, input.maximum_size))
        });
        let inputs: Vec<_> = inputs.collect();
        let picture = self.picture.clone().filter(|_| steps.contains(&Step::Picture));
        blocking::start(move || {
            let samples = inputs
                .into_iter()
                .map(|(input, path, most)| read("inputs", input, &path, Some(most)));
            Ok(Files {
                samples: samples.collect::<Result<_>>()?,
                picture: picture
                    .map(|path| read("picture", String::new(), &path, None))
                    .transpose()?,
            })
        })
        .await?
    }
}

fn read(argument: &'static str, input: String, path: &Path, most: Option<u64>) -> Result<Sample> {
    let data = bytes_of(path, most).map_err(|fault| {
        let whose = if argument == "inputs" {
            "have a sample that "
        } else {
            ""
        };
        Error::argument(argument, format!("{whose}{}", fault.at(path)))
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Sample::new(input, name, data))
}

fn bytes_of(path: &Path, most: Option<u64>) -> Result<Vec<u8>, Fault> {
    // A pipe has no end, and a device may have none.
    let (file, metadata): (File, _) = files::open(path)?;
    if !metadata.is_file() {
        return Err(Fault::Special);
    }
    let mut bytes = Vec::new();
    // One byte more shows that there are too many.
    let limit = most.map_or(u64::MAX, |most| most.saturating_add(1));
    file.take(limit).read_to_end(&mut bytes)?;
    match most {
        _ if bytes.is_empty() => Err(Fault::Empty),
        Some(most) if bytes.len() as u64 > most => Err(Fault::TooLarge(most)),
        _ => Ok(bytes),
    }
}
