//! What to do about a key: submit its job, wait for one, or nothing. After a crash, finds out what became of the last step.

use std::time::Duration;

use super::{Journal, JournalKey, keys::Step, record::Record};
use crate::{
    document::Document,
    error::{Error, Result},
    jobs::{Stage, WaitOptions},
};

/// How often an open job is canceled and read until the server says that it is canceled.
const READS: u32 = 5;

/// The pause between these reads.
const PAUSE: Duration = Duration::from_secs(1);

/// What to do about a key.
#[derive(Debug)]
pub enum JournalTurn {
    /// Submit its job, once, with the key in the options.
    Submit(JournalKey),
    /// Wait for this job, with the key in the options.
    Wait(JournalKey, String),
    /// Nothing: the job has ended, and this is what the server sent.
    Ended(Document),
}

impl Journal {
    /// Says what to do about a key. Takes as long as it needs to find out what became of a submit that was under way when an earlier
    /// run ended.
    ///
    /// Such a job is looked for in the history, by its key, its model, this client's API key and the time. If it is missing there, it
    /// counts as not accepted only once `request_timeout` and a minute have passed *and* the history shows a job that was
    /// submitted later. If none is, the client opens a job without inputs and cancels it.
    ///
    /// # Errors
    /// [`Error::Argument`] for a key that was taken before. [`Error::Journal`] if it is unknown what became of the job: the
    /// history is refused, cannot be read to its end, or does not catch up within `max_outage`; or two jobs match.
    pub async fn take(&self, input_key: &str, options: &WaitOptions) -> Result<JournalTurn> {
        let step = self.keys().take(input_key).ok_or_else(|| {
            Error::argument(
                "input_key",
                format!("must be unique in a batch with a journal, but {input_key:?} is not"),
            )
        })?;
        match step {
            Step::New => Ok(self.submit_turn(input_key)),
            Step::Ended(job) => Ok(JournalTurn::Ended(Document::of_json(job))),
            Step::Submitted(job_id) => {
                self.keys().set_job(input_key, &job_id);
                Ok(JournalTurn::Wait(self.key(input_key), job_id))
            }
            Step::Opened(job_id) => Box::pin(self.settle_upload(input_key, job_id, options)).await,
            // An open job that no one closes does not run.
            Step::Submitting(intent) if intent.is_upload => Ok(self.submit_turn(input_key)),
            Step::Submitting(intent) => {
                let settled = Box::pin(self.settle(input_key, &intent, self.inner.opened, options)).await?;
                let Some(job) = settled else {
                    return Ok(self.submit_turn(input_key));
                };
                self.wait_turn(input_key, job.id).await
            }
        }
    }

    /// Whether it has to be found out what became of the last step of a key, which may take minutes.
    #[must_use]
    pub fn is_unsettled(&self, input_key: &str) -> bool {
        self.keys().is_unsettled(input_key)
    }

    fn submit_turn(&self, input_key: &str) -> JournalTurn {
        self.keys().allow(input_key);
        JournalTurn::Submit(self.key(input_key))
    }

    async fn wait_turn(&self, input_key: &str, job_id: String) -> Result<JournalTurn> {
        self.submitted(input_key, &job_id).await?;
        Ok(JournalTurn::Wait(self.key(input_key), job_id))
    }

    /// Notes that the job of a key was accepted, or closed after an upload.
    pub(super) async fn submitted(&self, input_key: &str, job_id: &str) -> Result<()> {
        self.keys().set_job(input_key, job_id);
        let record = Record::Submitted {
            input_key: input_key.to_owned(),
            job_identifier: job_id.to_owned(),
        };
        self.append(record).await
    }

    /// Ends an upload that was under way when an earlier run ended, unless its job was closed.
    async fn settle_upload(&self, input_key: &str, job_id: String, options: &WaitOptions) -> Result<JournalTurn> {
        let client = &self.inner.client;
        let request = options.request_options();
        let mut failure = None;
        for read in 0..READS {
            // The first read says what is to be done, and the second one what came of it.
            if read > 1 || failure.is_some() {
                client.transport().clock().sleep(PAUSE).await;
            }
            match client.get_job(&job_id, request).await {
                Ok(job) => match Stage::of_job(&job) {
                    Some(Stage::Canceled) => {
                        let record = Record::Refused {
                            input_key: input_key.to_owned(),
                        };
                        self.append(record).await?;
                        return Ok(self.submit_turn(input_key));
                    }
                    // The next read says what it brought.
                    Some(Stage::Open) => failure = client.cancel_job(&job_id, request).await.err(),
                    Some(Stage::Running | Stage::Ended | Stage::Unknown) => {
                        return self.wait_turn(input_key, job_id).await;
                    }
                    None => {}
                },
                Err(Error::Aborted) => return Err(Error::Aborted),
                Err(error) => failure = Some(error),
            }
        }
        Err(self.unknown(
            input_key,
            "its upload was interrupted, and its job cannot be canceled",
            failure,
        ))
    }
}
