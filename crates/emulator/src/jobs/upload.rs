//! The upload of inputs to an open job, chunk by chunk, and its close.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use indexmap::IndexMap;

use super::documents::Receipt;
use super::features::Features;
use super::job::{Job, Moment};
use super::member::Members;
use super::store::JobStore;
use super::submission::Input;
use crate::error::{Error, Segments};

/// The name of the part that holds the chunk.
const PART: &str = "input";

/// What has been uploaded so far, in the order of the first chunks.
#[derive(Default)]
pub(super) struct Upload(Mutex<IndexMap<String, Parts>>);

/// One input on its way.
#[derive(Default)]
struct Parts {
    chunks: usize,
    values: IndexMap<String, BytesMut>,
}

impl Upload {
    /// Keeps everyone else from changing the upload.
    pub(super) fn hold(&self) -> impl Drop {
        self.inputs()
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.inputs().keys().cloned().collect()
    }

    pub(super) fn bytes(&self) -> usize {
        let inputs = self.inputs();
        inputs
            .values()
            .flat_map(|parts| parts.values.values())
            .map(BytesMut::len)
            .sum()
    }

    fn inputs(&self) -> MutexGuard<'_, IndexMap<String, Parts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    /// Adds a chunk behind those that the model input has already.
    fn append(&self, features: &Features, key: String, name: String, chunk: &[u8]) -> Result<(), Error> {
        if !self.version.inputs.iter().any(|input| input.name == name) {
            return Err(Error::bad_request(format!(
                "the model {} {} has no input {name}",
                self.model.about().identifier,
                self.version.number
            )));
        }
        features.check_chunk(chunk.len())?;
        let mut inputs = self.open_upload()?.inputs();
        // Again, now that nothing can change it.
        self.open_upload()?;
        match inputs.get(&key) {
            Some(parts) => features.check_chunks(parts.chunks + 1)?,
            None => features.check_inputs(inputs.len() + 1)?,
        }
        let parts = inputs.entry(key).or_default();
        parts.chunks += 1;
        parts.values.entry(name).or_default().extend_from_slice(chunk);
        Ok(())
    }

    /// Ends the upload: the job runs from this moment on.
    fn close(&self) -> Result<(), Error> {
        let mut uploaded = self.open_upload()?.inputs();
        self.open_upload()?;
        if uploaded.is_empty() {
            return Err(Error::bad_request(format!("the job {} has no inputs", self.id)));
        }
        let inputs = std::mem::take(&mut *uploaded).into_iter().map(|(key, parts)| Input {
            key,
            values: parts
                .values
                .into_iter()
                .map(|(name, bytes)| (name, bytes.freeze()))
                .collect(),
        });
        let inputs = inputs.collect();
        // In this order, since the job counts as closed once it has inputs. The lock is held, so both are unset.
        let _ = self.closed.set(Moment::now());
        let _ = self.inputs.set(inputs);
        Ok(())
    }

    /// The upload of a job that is `OPEN`.
    fn open_upload(&self) -> Result<&Upload, Error> {
        self.upload
            .as_ref()
            .filter(|_| self.is_open() && self.canceled.get().is_none())
            .ok_or_else(|| {
                let status = self.progress().status.name();
                Error::bad_request(format!("the job {} is {status} and not OPEN", self.id))
            })
    }
}

/// `POST /jobs/{job}/{input}/{modelInput}`: appends the chunk in the part `input`.
pub(super) async fn append(
    State(jobs): State<JobStore>,
    State(features): State<Features>,
    Segments((id, key, name)): Segments<(String, String, String)>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<StatusCode, Error> {
    let job = jobs.accepted(&id)?;
    job.open_upload()?;
    let multipart =
        multipart.map_err(|_| Error::bad_request("the body must be multipart/form-data with a boundary"))?;
    let chunk = chunk(multipart).await?;
    job.append(&features, key, name, &chunk)?;
    Ok(StatusCode::ACCEPTED)
}

/// The content of the one part named `input`. Other parts are ignored.
async fn chunk(mut multipart: Multipart) -> Result<Bytes, Error> {
    let broken = |_| Error::bad_request("the multipart body is malformed");
    let mut chunk = None;
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        if field.name() != Some(PART) {
            continue;
        }
        if field.file_name().is_none() {
            return Err(Error::bad_request(format!("the part {PART} must have a filename")));
        }
        if chunk.replace(field.bytes().await.map_err(broken)?).is_some() {
            return Err(Error::bad_request(format!("there must be only one part {PART}")));
        }
    }
    chunk.ok_or_else(|| Error::bad_request(format!("the part {PART} is missing")))
}

/// `POST /jobs/{job}/close`. The body may be empty or a JSON object.
pub(super) async fn close(
    State(jobs): State<JobStore>,
    Segments(id): Segments<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Receipt>), Error> {
    if !body.is_empty() {
        Members::of_body(&body)?;
    }
    let job = jobs.accepted(&id)?;
    job.close()?;
    Ok((StatusCode::ACCEPTED, Json(Receipt::of(&job))))
}
