//! Submits jobs with inputs of any size: checks the sources, opens a job, appends its inputs one after the other, and closes it.
//! Any failure cancels the job.

use std::time::Duration;

use indexmap::IndexSet;
use tokio_util::sync::CancellationToken;

use super::{
    append::segments,
    idle::Idle,
    job::{FileJob, Upload},
    limits::Limits,
    progress::{Listener, UploadProgress},
    sources::{Checked, FileSource, resolve},
};
use crate::{
    blocking::stoppable,
    client::{Client, RequestOptions},
    clock::FOREVER,
    document::Document,
    error::{Error, InputFault, Result},
    jobs::{self, Abort, CancelOutcome, Ended, InputNames, JobOfCall, Sources},
    observer::Event,
};

impl Client {
    /// Submits a job with inputs of any size: reads the limits, opens a job, uploads the inputs in chunks, strictly one
    /// after the other, and closes the job. Memory stays bounded whatever the sizes are.
    ///
    /// Every source is checked before anything is sent. A chunk that the server may have received is never sent again. If
    /// anything fails, or `abort` ends the call, the open job is canceled within five seconds, and the first error is returned.
    /// Dropping the future instead leaves the job open on the server.
    ///
    /// The call as a whole has no time limit. Each chunk must get its response headers within `request_timeout`, or the whole
    /// response if the server refuses the chunk. Neither a chunk nor a source may stall for `idle_timeout`.
    ///
    /// Calls `on_progress` before the first byte of each input and after its last, and at most 20 times a second in between.
    pub fn submit_job_files(
        &self,
        mut job: FileJob,
        options: &RequestOptions,
        abort: &Abort,
        mut on_progress: impl FnMut(&UploadProgress<'_>) + Send,
    ) -> impl Future<Output = Upload> {
        let resolved = resolve(&mut job.sources);
        async move {
            match resolved {
                // Boxed, because the future is too large to move around.
                Ok(()) => Box::pin(self.upload(job, options, abort, &mut on_progress)).await,
                Err(error) => error.into(),
            }
        }
    }

    async fn upload(
        &self,
        job: FileJob,
        options: &RequestOptions,
        abort: &Abort,
        on_progress: &mut (dyn FnMut(&UploadProgress<'_>) + Send),
    ) -> Upload {
        let options = &options.clone().nothing_sent_after(abort.token().clone());
        let abort = &abort.canceling();
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
        let prepared = abort.unless_aborted(self.prepare(sources, chunk_size, options)).await;
        let (inputs, limits) = match prepared {
            Some(Ok(prepared)) => prepared,
            Some(Err(error)) => return error.into(),
            None => {
                return Upload::aborted(Some(CancelOutcome {
                    job_identifier: None,
                    result: Err(Error::Aborted),
                }));
            }
        };
        let keys: IndexSet<_> = inputs.iter().map(|input| input.names.input_key.clone()).collect();
        let open = Box::pin(self.open_job(body, keys.iter().map(String::as_str), options));
        let receipt = match self.unless_aborted(open, JobOfCall::Submitted, abort, options).await {
            Ended::Settled(Ok(receipt)) => receipt,
            Ended::Settled(Err(error)) => return error.into(),
            Ended::Aborted(canceled) => return Upload::aborted(canceled),
        };
        let Some(job_id) = receipt.string_member("jobIdentifier") else {
            return Error::Internal("the receipt names no job".to_owned()).into();
        };
        options.observed.notify(Event::Opened {
            job_identifier: &job_id,
        });
        let mut listener = self.listener(on_progress);
        // Boxed, so that an abort drops it, and closes its request, before the job is canceled.
        let transfer = Box::pin(self.transfer(&job_id, inputs, &limits, options, &mut listener));
        let job = JobOfCall::Known(&job_id);
        match self.unless_aborted(transfer, job, abort, options).await {
            Ended::Settled(Ok(closed)) => {
                let noted = match &options.journal {
                    Some(key) => key.submitted(&job_id).await,
                    None => Ok(()),
                };
                Upload {
                    result: noted.map(|()| closed),
                    canceled: None,
                }
            }
            Ended::Settled(Err(error)) => Upload {
                canceled: Some(self.cancel_aborted(&job_id, options).await),
                result: Err(error),
            },
            Ended::Aborted(canceled) => Upload::aborted(canceled),
        }
    }

    /// Checks everything that can be checked before a job is opened.
    async fn prepare(
        &self,
        sources: Sources<FileSource>,
        chunk_size: Option<u64>,
        options: &RequestOptions,
    ) -> Result<(Vec<Checked>, Limits)> {
        let keys = sources.len() as u64;
        let mut checked = stoppable(move |stop| check(sources, stop)).await?;
        self.begin(&mut checked).await?;
        let mut limits = options.before_change(self.limits(options)).await?;
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
                return Err(input.names.refuse(InputFault::Limit, reason));
            }
        }
        Ok((checked, limits))
    }

    /// Reads the first bytes of the streams, in their order, so that a stream that cannot be used opens no job. Goes on after a
    /// moment, and when enough bytes are held: a stream may need longer, or fill only once the job is open.
    async fn begin(&self, inputs: &mut [Checked]) -> Result<()> {
        const MOMENT: Duration = Duration::from_millis(100);
        const MOST_HELD: usize = 4 * 1024 * 1024;
        let clock = self.transport().clock();
        let idle = Idle::new(clock, FOREVER);
        let mut passed = clock.deadline(MOMENT);
        let mut held = 0;
        for input in inputs {
            tokio::select! {
                biased;
                begun = input.begin(&idle) => held += begun?,
                () = &mut passed => return Ok(()),
            }
            if held >= MOST_HELD {
                return Ok(());
            }
        }
        Ok(())
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
}

fn check(sources: Sources<FileSource>, stop: &CancellationToken) -> Result<Vec<Checked>> {
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
            let names = InputNames { input_key, input_name };
            segments("job", &names)?;
            checked.push(Checked::new(names, source, stop)?);
        }
    }
    if checked.is_empty() {
        return Err(Error::argument("sources", "has no inputs"));
    }
    Ok(checked)
}
