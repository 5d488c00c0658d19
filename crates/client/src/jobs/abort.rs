//! What an abort means for a call that submits a job or waits for one: its request is closed, and its job is canceled where the
//! caller asks for that. How a job is canceled is left to `cancel`.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use tokio_util::sync::CancellationToken;

use super::cancel::CancelOutcome;
use crate::{
    client::{Client, RequestOptions},
    clock::GRACE,
    document::Document,
    error::{Error, Phase, Result, Sent},
};

/// Ends a call from outside. Clones end the same call.
#[derive(Debug, Clone, Default)]
pub struct Abort {
    token: CancellationToken,
    /// Since when the job is to be canceled, if it is. Empty until that is decided.
    canceled: Arc<OnceLock<Option<Instant>>>,
    cancels_always: bool,
}

impl Abort {
    /// Ends a call also once this token is canceled, which by itself cancels no job.
    #[must_use]
    pub fn within(token: &CancellationToken) -> Self {
        Self {
            token: token.child_token(),
            ..Self::default()
        }
    }

    /// Ends a call once this token is canceled, and its job with it.
    pub(crate) fn canceling(token: &CancellationToken) -> Self {
        Self {
            token: token.clone(),
            cancels_always: true,
            ..Self::default()
        }
    }

    /// Decides whether the job is canceled with the call, and since when: the five seconds that it may take begin there, and not
    /// when its turn has come among thousands. Of several decisions the first counts, and none that follows the end.
    pub fn decide(&self, canceled: Option<Instant>) {
        if !self.token.is_cancelled() {
            let _ = self.canceled.set(canceled);
        }
    }

    /// Ends the call.
    pub fn end(&self) {
        self.token.cancel();
    }

    /// Decides, and ends the call.
    pub fn abort(&self, canceled: Option<Instant>) {
        self.decide(canceled);
        self.end();
    }

    /// What ends the call, for [`RequestOptions::nothing_sent_after`].
    #[must_use]
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Whether it is decided that the job is canceled.
    #[must_use]
    pub fn cancels_job(&self) -> bool {
        self.moment().is_some() || self.cancels_always && self.token.is_cancelled()
    }

    /// The settings of the requests that cancel the job, by those of the call.
    pub fn canceling_with(&self, options: &RequestOptions) -> RequestOptions {
        let options = options.clone();
        match self.moment() {
            Some(moment) => options.given_up_at(moment),
            None => options,
        }
    }

    fn moment(&self) -> Option<Instant> {
        self.canceled.get().copied().flatten()
    }

    /// Does work unless it is aborted first.
    pub async fn unless_aborted<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.token.cancelled() => None,
            done = work => Some(done),
        }
    }
}

/// The job that an aborted call leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobOfCall<'a> {
    /// The one that the receipt names, which the call brings.
    Submitted,
    /// A job that is known beforehand.
    Known(&'a str),
}

/// How a call ended that can be aborted.
#[derive(Debug)]
pub enum Ended<T> {
    /// By itself.
    Settled(Result<T>),
    /// By an abort, and with what came of the cancellation of its job, where it was to be canceled.
    Aborted(Option<CancelOutcome>),
}

impl Client {
    /// Makes a call that submits a job or waits for one, unless it is aborted first.
    ///
    /// A submit under way whose job is to be canceled is not closed: its receipt is awaited for up to five seconds, as the
    /// server may have accepted the job. The call should have been made with [`RequestOptions::nothing_sent_after`] and the
    /// token of the abort, so that it is not sent only now.
    pub async fn unless_aborted<T: AsRef<Document>>(
        &self,
        mut call: impl Future<Output = Result<T>> + Unpin,
        job: JobOfCall<'_>,
        abort: &Abort,
        options: &RequestOptions,
    ) -> Ended<T> {
        if let Some(result) = abort.unless_aborted(&mut call).await {
            return Ended::Settled(result);
        }
        if !abort.cancels_job() {
            return Ended::Aborted(None);
        }
        // On the heap: of thousands of waits hardly one comes here.
        Ended::Aborted(Some(
            Box::pin(async {
                let options = abort.canceling_with(options);
                match job {
                    JobOfCall::Submitted => self.cancel_submitted(call, &options).await,
                    JobOfCall::Known(job_id) => {
                        // Closes its request.
                        drop(call);
                        self.cancel_abandoned(job_id, &options).await
                    }
                }
            })
            .await,
        ))
    }

    /// Cancels the job of a call that had ended by itself when it was aborted. A job that has come to its end, and a submit
    /// that was refused, leave nothing to cancel.
    pub async fn cancel_ended<T: AsRef<Document>>(
        &self,
        ended: Result<T>,
        job: JobOfCall<'_>,
        options: &RequestOptions,
    ) -> CancelOutcome {
        let named = |job_identifier: Option<&str>, result| CancelOutcome {
            job_identifier: job_identifier.map(str::to_owned),
            result,
        };
        match (job, ended) {
            (JobOfCall::Submitted, Ok(receipt)) => match receipt.as_ref().string_member("jobIdentifier") {
                Some(job_id) => self.cancel_abandoned(&job_id, options).await,
                None => named(None, Err(Error::Internal("the receipt names no job".to_owned()))),
            },
            (JobOfCall::Submitted, Err(error)) => named(None, Err(error)),
            (JobOfCall::Known(job_id), Ok(ended)) => named(Some(job_id), Ok(ended.as_ref().clone())),
            (JobOfCall::Known(job_id), Err(_)) => self.cancel_abandoned(job_id, options).await,
        }
    }

    /// Cancels the job of a submit that was aborted under way: waits up to five seconds for the receipt, then cancels. The submit
    /// should have been made with [`RequestOptions::nothing_sent_after`], so that it is not sent only now.
    pub async fn cancel_submitted<T: AsRef<Document>>(
        &self,
        submit: impl Future<Output = Result<T>>,
        options: &RequestOptions,
    ) -> CancelOutcome {
        let clock = self.transport().clock();
        let left = options.until.map(|until| until.saturating_duration_since(clock.now()));
        let receipt = tokio::select! {
            biased;
            receipt = submit => receipt,
            () = clock.deadline(left.unwrap_or(GRACE)) => Err(Error::Timeout {
                limit: GRACE,
                phase: Phase::Headers,
                sent: Sent::Maybe,
                call: Box::new(self.submit_call()),
            }),
        };
        // The cancellation has five seconds of its own.
        let mut options = options.clone();
        options.until = None;
        self.cancel_ended(receipt, JobOfCall::Submitted, &options).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_aborts_the_first_decides_about_the_job() {
        for first in [true, false] {
            let abort = Abort::default();
            assert!(!abort.cancels_job());
            abort.abort(first.then(Instant::now));
            abort.clone().abort((!first).then(Instant::now));
            assert_eq!(abort.cancels_job(), first);
        }
    }

    #[test]
    fn a_token_around_a_call_ends_it_and_cancels_no_job() {
        let all = CancellationToken::new();
        let abort = Abort::within(&all);
        all.cancel();
        assert!(abort.token().is_cancelled() && !abort.cancels_job());
        let all = CancellationToken::new();
        let abort = Abort::canceling(&all);
        assert!(!abort.cancels_job());
        all.cancel();
        assert!(abort.cancels_job());
    }
}
