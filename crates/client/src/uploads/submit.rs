//! Uploads: open a job, `POST /jobs/{job}/{input}/{modelInput}` for each chunk, one after the other, and close it.

use bytes::Bytes;
use http::Method;
use tokio_util::sync::CancellationToken;

use super::{
    chunks::{Checked, FileSource},
    form::part,
    idle::Idle,
    job::{FileJob, JobInput, Upload},
    limits::{Limits, limits},
    progress::{Listener, UploadProgress},
    size,
};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::{Error, InputFault, Result, Sent},
    jobs::{self, CancelOutcome, Place, Sources},
    transport::{Data, Expect, Payload, Request},
};

impl Client {
    /// Submits a job with inputs of any size: asks for the limits, opens a job, uploads the inputs in chunks, strictly one
    /// after the other, and closes the job. Memory stays bounded whatever the sizes are.
    ///
    /// Every source is checked before anything is sent. A chunk whose fate is unknown is never sent again. Where anything
    /// fails, or once `abort` is cancelled, the open job is cancelled within five seconds, and the first error is told.
    /// Dropping the future instead leaves the job open on the server.
    ///
    /// There is no limit on the whole time. A chunk may take `request_timeout` up to the headers of its answer, or to its last
    /// byte where it is refused, and neither it nor a source may stand still for `idle_timeout`.
    ///
    /// `on_progress` hears of each input before its first byte and after its last, and at most 20 times a second between.
    pub async fn submit_job_files(
        &self,
        job: FileJob,
        options: &RequestOptions,
        abort: &CancellationToken,
        mut on_progress: impl FnMut(&UploadProgress<'_>) + Send,
    ) -> Upload {
        let options = &options.clone().nothing_sent_after(abort.clone());
        let FileJob {
            model_id,
            version,
            sources,
            explain,
            timeout,
            chunk_size,
        } = job;
        let body = match jobs::body::<()>(&model_id, &version, explain, timeout, None) {
            Ok(body) => body,
            Err(error) => return error.into(),
        };
        let (inputs, limits) = match until(abort, self.prepare(sources, chunk_size, options)).await {
            Some(Ok(prepared)) => prepared,
            Some(Err(error)) => return error.into(),
            None => {
                return Upload {
                    result: Err(Error::GivenUp),
                    cancelled: Some(CancelOutcome {
                        job_identifier: None,
                        result: Err(Error::GivenUp),
                    }),
                };
            }
        };
        let mut open = std::pin::pin!(self.submit(body, Vec::new(), options));
        let receipt = match until(abort, &mut open).await {
            Some(Ok(receipt)) => receipt,
            Some(Err(error)) => return error.into(),
            None => {
                return Upload {
                    result: Err(Error::GivenUp),
                    cancelled: Some(self.cancel_submitted(open, options).await),
                };
            }
        };
        let Some(job_id) = receipt.string_member("jobIdentifier") else {
            return self.receipt_without_a_job().into();
        };
        let mut listener = self.listener(&mut on_progress);
        let transfer = self.transfer(&job_id, inputs, &limits, options, &mut listener);
        let transferred = until(abort, transfer).await;
        match transferred.unwrap_or(Err(Error::GivenUp)) {
            Ok(closed) => Upload {
                result: Ok(closed),
                cancelled: None,
            },
            Err(error) => Upload {
                result: Err(error),
                cancelled: Some(self.cancel_abandoned(&job_id, options).await),
            },
        }
    }

    /// Appends an input to an open job, in as many chunks as it takes: `POST /jobs/{job}/{input}/{modelInput}`. A chunk whose
    /// fate is unknown is never sent again. `on_progress` hears of it as in [`Client::submit_job_files`].
    ///
    /// # Errors
    /// [`Error::Input`] for a source that cannot be used. The job is not cancelled.
    pub async fn append_input(
        &self,
        input: JobInput,
        options: &RequestOptions,
        mut on_progress: impl FnMut(&UploadProgress<'_>) + Send,
    ) -> Result<()> {
        let JobInput {
            job_id,
            input_key,
            input_name,
            source,
            chunk_size,
        } = input;
        let place = Place { input_key, input_name };
        segments(&job_id, &place)?;
        let checked = blocking(move || Checked::new(place, source)).await?;
        let limits = Limits {
            chunk: chunk_size.unwrap_or(size::DEFAULT_CHUNK),
            chunks: None,
            inputs: None,
        };
        let mut listener = self.listener(&mut on_progress);
        self.append(&job_id, checked, &limits, options, &mut listener).await
    }

    /// Closes an open job, which then runs: `POST /jobs/{job}/close`. Answers with the receipt. Where the answer is lost or
    /// empty, the job tells whether it was closed, and is the answer.
    ///
    /// # Errors
    /// As the server answers, for instance for a job that is not open.
    pub async fn close_job(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("/jobs/{}/close", segment("jobId", job_id)?);
        let request = Request {
            payload: Payload::Json(Bytes::from_static(b"{}")),
            expect: Expect::Object,
            ..self.request(Method::POST, &path, Some(job_id))
        };
        let error = match self.send(&request, options).await {
            Err(error) if may_have_arrived(&error) => error,
            settled => return settled,
        };
        let job = self.get_job(job_id, options).await.ok();
        let is_closed = |job: &Document| job.string_member("status").is_some_and(|status| status != "OPEN");
        job.filter(is_closed).ok_or(error)
    }

    /// The limits of uploads: `GET /jobs/features`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_features(&self, options: &RequestOptions) -> Result<Document> {
        self.send(&self.request(Method::GET, "/jobs/features", None), options)
            .await
    }

    /// Everything that can be known to fail before a job is opened.
    async fn prepare(
        &self,
        sources: Sources<FileSource>,
        chunk_size: Option<u64>,
        options: &RequestOptions,
    ) -> Result<(Vec<Checked>, Limits)> {
        let keys = sources.len() as u64;
        let checked = blocking(move || check(sources)).await?;
        let mut limits = limits(&self.get_features(options).await?);
        limits.chunk = limits.chunk.min(chunk_size.unwrap_or(u64::MAX)).max(1);
        if let Some(most) = limits.inputs.filter(|&most| keys > most) {
            let reason = format!("has {keys} inputs; the server takes {most} a job (maximumInputsPerJob)");
            return Err(Error::argument("sources", reason));
        }
        for input in &checked {
            let chunks = input.chunks(limits.chunk).unwrap_or_default();
            if let Some(most) = limits.chunks.filter(|&most| chunks > most) {
                let size = input.chunk_size(limits.chunk);
                let reason = format!(
                    "takes {chunks} chunks of {size} bytes; the server takes {most} an input (maximumInputChunks)"
                );
                return Err(input.place.refuse(InputFault::Limit, reason));
            }
        }
        Ok((checked, limits))
    }

    async fn transfer(
        &self,
        job_id: &str,
        inputs: Vec<Checked>,
        limits: &Limits,
        options: &RequestOptions,
        listener: &mut Listener<'_>,
    ) -> Result<Document> {
        for input in inputs {
            self.append(job_id, input, limits, options, listener).await?;
        }
        self.close_job(job_id, options).await
    }

    async fn append(
        &self,
        job_id: &str,
        input: Checked,
        limits: &Limits,
        options: &RequestOptions,
        listener: &mut Listener<'_>,
    ) -> Result<()> {
        let total = input.size();
        let mut chunks = input.open(limits.chunk).await?;
        let place = chunks.place.clone();
        let path = segments(job_id, &place)?;
        let mut loaded = 0;
        let mut told = listener.hear(job_id, &place, (loaded, total), true);
        let idle = Idle::new(self.transport().clock(), self.settings(options).idle_timeout);
        let mut next = chunks.next(&idle).await?;
        let mut count = 0;
        while let Some(data) = next {
            // Of a source without a size this is not known before.
            count += 1;
            if let Some(most) = limits.chunks.filter(|&most| count > most) {
                let reason = format!("takes more chunks than the server does: {most} an input (maximumInputChunks)");
                return Err(place.refuse(InputFault::Limit, reason));
            }
            let request = Request {
                payload: part(&place.input_name, data.clone())?,
                expect: Expect::Ignored,
                ..self.request(Method::POST, &path, Some(job_id))
            };
            let send = async {
                self.send(&request, options).await.map_err(|error| match &data {
                    Data::File(range) => range.failure().map_or(error, |failure| place.unreadable(failure)),
                    Data::Bytes(_) => error,
                })
            };
            let send = async {
                idle.during(send).await?;
                loaded += data.len();
                told = listener.hear(job_id, &place, (loaded, total), false);
                Ok(())
            };
            // The next chunk is made while this one is on its way. A failure of either ends both.
            ((), next) = tokio::try_join!(send, chunks.next(&idle))?;
        }
        if !told {
            listener.hear(job_id, &place, (loaded, total), true);
        }
        Ok(())
    }

    fn listener<'l>(&'l self, tell: &'l mut (dyn FnMut(&UploadProgress<'_>) + Send)) -> Listener<'l> {
        Listener::new(self.transport().clock(), tell)
    }
}

/// Does a piece of work unless it is given up first.
async fn until<T>(abort: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = abort.cancelled() => None,
        done = work => Some(done),
    }
}

/// Does work that may block, and that needs nothing but what it takes along.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Internal(format!("the inputs were not checked: {error}")))?
}

fn check(sources: Sources<FileSource>) -> Result<Vec<Checked>> {
    let mut checked = Vec::new();
    for (input_key, parts) in sources {
        if parts.is_empty() {
            return Err(Error::argument(
                "sources",
                format!("has no inputs under the key {input_key:?}"),
            ));
        }
        for (input_name, source) in parts {
            let input_key = input_key.clone();
            let place = Place { input_key, input_name };
            segments("job", &place)?;
            checked.push(Checked::new(place, source)?);
        }
    }
    if checked.is_empty() {
        return Err(Error::argument("sources", "has no inputs"));
    }
    Ok(checked)
}

/// The path of an input.
fn segments(job_id: &str, place: &Place) -> Result<String> {
    Ok(format!(
        "/jobs/{}/{}/{}",
        segment("jobId", job_id)?,
        segment("the input key", &place.input_key)?,
        segment("the name of a model's input", &place.input_name)?,
    ))
}

/// Whether a close that failed may have closed the job all the same.
fn may_have_arrived(error: &Error) -> bool {
    match error {
        Error::Status { status, .. } => matches!(status, 408 | 500..=599),
        other => other.sent() == Some(Sent::Maybe),
    }
}
