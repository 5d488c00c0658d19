//! The arguments of a run: a model, and inputs of one or two levels.

use std::fmt;

use indexmap::IndexMap;

use crate::{
    error::{Error, Result},
    jobs::{Sources, TextJob},
    models::LATEST,
    uploads::{FileJob, FileSource},
};

/// The key of a single input, as in Modzy's SDK for Python.
pub(super) const SINGLE: &str = "job";

/// A model and its inputs, for [`Client::run`](crate::Client::run) and [`Client::submit`](crate::Client::submit).
#[derive(Debug)]
#[non_exhaustive]
pub struct RunJob {
    /// The model: `ed542963de` for its latest active version, which takes one more request, or `ed542963de@1.0.1` for a certain one.
    pub model: String,
    /// The inputs.
    pub inputs: RunInputs,
    /// Whether to explain the results, if the model supports that. `None`: the server decides, and does not by default.
    pub explain: Option<bool>,
    /// The time limit of the job on the server, in milliseconds, after which it is `TIMEDOUT`. `None`: no limit.
    pub timeout: Option<u64>,
    /// The largest chunk of an upload, in bytes. The server's limit applies as well.
    pub chunk_size: Option<u64>,
}

/// The inputs of a run.
#[derive(Debug)]
pub enum RunInputs {
    /// A single input, by the names of the model's inputs. Its key is `job`.
    One(IndexMap<String, RunSource>),
    /// Several inputs, by keys of the caller's and by the names of the model's inputs.
    Many(Sources<RunSource>),
}

/// What an input is made of.
pub enum RunSource {
    /// A text. If all are texts, they are part of the request; otherwise each is uploaded, as UTF-8.
    Text(String),
    /// A file, bytes or a stream, which are uploaded.
    File(FileSource),
}

/// Shows no text, which may be of any length.
impl fmt::Debug for RunSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::File(file) => file.fmt(f),
        }
    }
}

impl From<&str> for RunSource {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for RunSource {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<FileSource> for RunSource {
    fn from(file: FileSource) -> Self {
        Self::File(file)
    }
}

impl<const N: usize, K: Into<String>, S: Into<RunSource>> From<[(K, S); N]> for RunInputs {
    fn from(single: [(K, S); N]) -> Self {
        Self::One(
            single
                .into_iter()
                .map(|(name, source)| (name.into(), source.into()))
                .collect(),
        )
    }
}

impl RunJob {
    /// Creates a job for a model, without explanation and time limit.
    pub fn new(model: impl Into<String>, inputs: impl Into<RunInputs>) -> Self {
        Self {
            model: model.into(),
            inputs: inputs.into(),
            explain: None,
            timeout: None,
            chunk_size: None,
        }
    }

    /// Whether the inputs have one level.
    pub(super) fn is_single(&self) -> bool {
        matches!(self.inputs, RunInputs::One(_))
    }
}

/// How the inputs are sent.
pub(super) enum Submission {
    Texts(TextJob<Sources<String>>),
    Files(FileJob),
}

impl TryFrom<RunJob> for Submission {
    type Error = Error;

    fn try_from(job: RunJob) -> Result<Self> {
        let (model_id, version) = model_and_version(&job.model)?;
        let sources = match job.inputs {
            RunInputs::One(parts) => Sources::from([(SINGLE.to_owned(), parts)]),
            RunInputs::Many(sources) => sources,
        };
        if sources.is_empty() || sources.values().any(IndexMap::is_empty) {
            return Err(Error::argument(
                "inputs",
                "must have one or more inputs, each with one or more parts",
            ));
        }
        let is_text = |source: &RunSource| matches!(source, RunSource::Text(_));
        if sources.values().flat_map(IndexMap::values).all(is_text) {
            let texts = mapped(sources, |source| match source {
                RunSource::Text(text) => text,
                RunSource::File(_) => String::new(),
            });
            let mut text_job = TextJob::new(model_id, version, texts);
            text_job.explain = job.explain;
            text_job.timeout = job.timeout;
            return Ok(Self::Texts(text_job));
        }
        let files = mapped(sources, |source| match source {
            RunSource::Text(text) => FileSource::Bytes(text.into()),
            RunSource::File(file) => file,
        });
        let mut file_job = FileJob::new(model_id, version, files);
        file_job.explain = job.explain;
        file_job.timeout = job.timeout;
        file_job.chunk_size = job.chunk_size;
        Ok(Self::Files(file_job))
    }
}

fn mapped<T>(sources: Sources<RunSource>, as_source: impl Fn(RunSource) -> T) -> Sources<T> {
    let parts = |parts: IndexMap<String, RunSource>| {
        let named = parts.into_iter().map(|(name, source)| (name, as_source(source)));
        named.collect()
    };
    sources.into_iter().map(|(key, all)| (key, parts(all))).collect()
}

/// Splits `<model>` or `<model>@<version>`.
fn model_and_version(model: &str) -> Result<(&str, &str)> {
    let refuse = |reason: &str| {
        let forms = r#"it is an identifier ("ed542963de", for the latest active version) or names a version ("ed542963de@1.0.1")"#;
        Err(Error::argument("model", format!("{reason}; {forms}")))
    };
    let (model_id, version) = model.split_once('@').unwrap_or((model, LATEST));
    match (model_id, version) {
        _ if model.trim() != model => refuse("must not begin or end with a blank"),
        ("", _) => refuse("has no identifier"),
        (_, "") => refuse("has no version after the @"),
        _ if version.contains('@') => refuse("has more than one @"),
        _ => Ok((model_id, version)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_has_a_version_or_its_latest_active_one() {
        assert_eq!(model_and_version("m").unwrap(), ("m", "latest"));
        assert_eq!(model_and_version("m@1.0.1").unwrap(), ("m", "1.0.1"));
        assert_eq!(model_and_version("m@latest").unwrap(), ("m", "latest"));
        for (model, fault) in [
            ("", "model has no identifier; "),
            ("@1.0.1", "model has no identifier; "),
            ("m@", "model has no version after the @; "),
            ("m@1@2", "model has more than one @; "),
            (" m", "model must not begin or end with a blank; "),
            ("m@1 ", "model must not begin or end with a blank; "),
        ] {
            let message = model_and_version(model).unwrap_err().to_string();
            assert!(message.starts_with(fault), "{message}");
        }
    }

    #[test]
    fn texts_are_part_of_the_request_unless_something_has_to_be_uploaded() {
        let texts = RunJob::new("m", [("a", "/etc/passwd"), ("b", "")]);
        let Ok(Submission::Texts(texts)) = Submission::try_from(texts) else {
            panic!("they are uploaded");
        };
        assert_eq!(texts.sources["job"]["a"], "/etc/passwd");
        let file = || RunSource::File(FileSource::Bytes("b".into()));
        let Ok(Submission::Files(files)) = Submission::try_from(RunJob::new("m", [("a", "ü".into()), ("b", file())]))
        else {
            panic!("they are not uploaded");
        };
        assert_eq!(format!("{:?}", files.sources["job"]["a"]), "Bytes(2)");
    }

    #[test]
    fn inputs_without_members_are_refused() {
        for inputs in [
            RunInputs::One(IndexMap::new()),
            RunInputs::Many(Sources::default()),
            RunInputs::Many(Sources::from([("k".to_owned(), IndexMap::new())])),
        ] {
            let refused = Submission::try_from(RunJob::new("m", inputs))
                .err()
                .unwrap()
                .to_string();
            assert_eq!(
                refused,
                "inputs must have one or more inputs, each with one or more parts"
            );
        }
    }
}
