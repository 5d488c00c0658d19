//! The submit of a run: one request for texts, and an upload for everything else.

use super::{
    call::RunOutcome,
    job::{RunJob, Submission},
};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::{Error, Result, Sent},
    jobs::{Abort, Ended, JobOfCall, fate_of_aborted},
    uploads::{Upload, UploadProgress},
};

impl Client {
    /// Submits inputs to a model. Texts are part of the request, as by [`Client::submit_job_text`]; if anything else is among them,
    /// all are uploaded, as by [`Client::submit_job_files`]. Returns the receipt, which says which version of the model it is for.
    ///
    /// An abort cancels the job of an upload, and the job of texts if the abort says so.
    pub fn submit(
        &self,
        job: RunJob,
        options: &RequestOptions,
        abort: &Abort,
        on_progress: impl FnMut(&UploadProgress<'_>) + Send,
    ) -> impl Future<Output = RunOutcome<Document>> {
        // Relative paths are resolved now.
        let prepared = Submission::try_from(job).map(|submission| match submission {
            Submission::Texts(texts) => (Some(texts), None),
            Submission::Files(files) => (None, Some(self.submit_job_files(files, options, abort, on_progress))),
        });
        async move {
            let mut outcome = match prepared {
                Ok((Some(texts), _)) => {
                    let options = options.clone().nothing_sent_after(abort.token().clone());
                    let submit = self.submit_job_text(&texts, &options);
                    self.submit_once(submit, abort, &options).await
                }
                Ok((None, Some(upload))) => upload.await.into(),
                Ok((None, None)) => Error::Internal("a submit without inputs".to_owned()).into(),
                Err(error) => error.into(),
            };
            if let Err(Error::Argument { name, .. }) = &mut outcome.result
                && *name == "sources"
            {
                *name = "inputs";
            }
            if let Ok(receipt) = &outcome.result {
                outcome.job_identifier = receipt.string_member("jobIdentifier");
            }
            outcome
        }
    }

    async fn submit_once(
        &self,
        submit: impl Future<Output = Result<Document>>,
        abort: &Abort,
        options: &RequestOptions,
    ) -> RunOutcome<Document> {
        let mut submit = Box::pin(submit);
        let ended = self
            .unless_aborted(&mut submit, JobOfCall::Submitted, abort, options)
            .await;
        let canceled = match ended {
            Ended::Settled(Ok(receipt)) => return RunOutcome::of(Ok(receipt)),
            Ended::Settled(Err(error)) => return error.into(),
            Ended::Aborted(canceled) => canceled,
        };
        if canceled.is_some() {
            return RunOutcome::aborted(canceled, None);
        }
        match fate_of_aborted(&mut submit) {
            // It had arrived already.
            Ok(receipt) => RunOutcome::of(Ok(receipt)),
            Err(sent) => RunOutcome::aborted(None, Some(sent)),
        }
    }
}

impl From<Upload> for RunOutcome<Document> {
    fn from(Upload { result, canceled }: Upload) -> Self {
        match result {
            Err(Error::Aborted) => Self::aborted(canceled, Some(Sent::No)),
            result => Self {
                job_identifier: canceled.as_ref().and_then(|canceled| canceled.job_identifier.clone()),
                canceled,
                ..Self::of(result)
            },
        }
    }
}
