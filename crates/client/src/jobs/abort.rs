//! Aborts calls that submit a job or wait for one: closes the request, and cancels the job if the caller wants that. Leaves the
//! cancellation itself to `cancel`.

use std::sync::{Arc, OnceLock};

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::cancel::{CancelOutcome, Cancellation};
use crate::{
    client::{Client, RequestOptions},
    clock::GRACE,
    document::Document,
    error::{Error, Phase, Result, Sent},
};

/// Aborts a call from outside. Clones abort the same call.
#[derive(Debug, Clone, Default)]
pub struct Abort {
    token: CancellationToken,
    shared: Arc<Shared>,
    cancels_always: bool,
}

/// What clones have in common besides the token.
#[derive(Debug, Default)]
struct Shared {
    /// The cancellation of the job, if it is to be canceled. Empty until the decision.
    canceled: OnceLock<Option<Cancellation>>,
    /// Fires when the submit is withdrawn. Empty for calls that cannot be.
    withdrawal: OnceLock<CancellationToken>,
}

impl Abort {
    /// Creates an abort that also fires when this token is canceled. The token alone does not cancel the job.
    #[must_use]
    pub fn within(token: &CancellationToken) -> Self {
        Self {
            token: token.child_token(),
            ..Self::default()
        }
    }

    /// Returns the same abort, which cancels the job whatever was decided.
    pub(crate) fn canceling(&self) -> Self {
        Self {
            cancels_always: true,
            ..self.clone()
        }
    }

    /// Decides whether the job is canceled with the call. The first decision counts. A decision after the abort has no effect.
    pub fn decide(&self, canceled: Option<Cancellation>) {
        if !self.token.is_cancelled() {
            let _ = self.shared.canceled.set(canceled);
        }
    }

    /// Ends the call.
    pub fn end(&self) {
        self.token.cancel();
    }

    /// Decides, and ends the call.
    pub fn abort(&self, canceled: Option<Cancellation>) {
        self.decide(canceled);
        self.end();
    }

    /// Returns the token that ends the call, for [`RequestOptions::nothing_sent_after`].
    #[must_use]
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Returns the token that withdraws the submit, for [`RequestOptions::not_submitted_after`].
    #[must_use]
    pub fn withdrawal(&self) -> &CancellationToken {
        self.shared.withdrawal.get_or_init(CancellationToken::new)
    }

    /// Ends the call if it is a submit that waits for its turn, and its job does not exist. Any other continues.
    pub fn withdraw(&self) {
        self.withdrawal().cancel();
    }

    /// Whether the submit was withdrawn.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        match self.shared.withdrawal.get() {
            Some(withdrawal) => withdrawal.is_cancelled(),
            None => false,
        }
    }

    /// Whether the job is to be canceled.
    #[must_use]
    pub fn cancels_job(&self) -> bool {
        self.cancellation().is_some() || self.cancels_always && self.token.is_cancelled()
    }

    /// Returns the options of the requests that cancel the job, given those of the call.
    pub fn canceling_with(&self, options: &RequestOptions) -> RequestOptions {
        let mut options = options.clone();
        options.cancellation = self.cancellation().or(options.cancellation);
        options
    }

    fn cancellation(&self) -> Option<Cancellation> {
        self.shared.canceled.get().copied().flatten()
    }

    /// Runs a future. Returns `None` if the abort comes first.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async fn holds its arguments twice, in each of thousands of waits"
    )]
    pub fn unless_aborted<T>(&self, work: impl Future<Output = T>) -> impl Future<Output = Option<T>> {
        async move {
            tokio::select! {
                biased;
                () = self.token.cancelled() => None,
                done = work => Some(done),
            }
        }
    }
}

/// Returns what is known of a request at the moment at which its call is aborted: whether the server may have received it, or its
/// result if that had already arrived. Pass the token of the abort to the call with [`RequestOptions::nothing_sent_after`]. Drop the
/// call afterwards, which closes the request.
///
/// # Errors
/// [`Sent`], for a call without a result.
pub fn fate_of_aborted<T>(call: &mut (impl Future<Output = Result<T>> + Unpin)) -> Result<T, Sent> {
    match call.now_or_never() {
        Some(Ok(result)) => Ok(result),
        Some(Err(Error::Aborted)) => Err(Sent::No),
        Some(Err(error)) => Err(error.sent().unwrap_or(Sent::Maybe)),
        None => Err(Sent::Maybe),
    }
}

/// The job that an aborted call leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobOfCall<'a> {
    /// The job of the receipt that the call returns.
    Submitted,
    /// A job that is known in advance.
    Known(&'a str),
}

/// How an abortable call ended.
#[derive(Debug)]
pub enum Ended<T> {
    /// It settled by itself.
    Settled(Result<T>),
    /// It was aborted. Holds the outcome of canceling its job, if the job was to be canceled.
    Aborted(Option<CancelOutcome>),
}

impl Client {
    /// Runs a call that submits a job or waits for one, unless it is aborted first.
    ///
    /// If the job of a running submit is to be canceled, the request is not closed: the client waits up to five seconds for the
    /// receipt, because the server may have accepted the job. Pass the token of the abort to the call with
    /// [`RequestOptions::nothing_sent_after`], so that a queued submit is not sent after the abort.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async fn holds its arguments twice, in each of thousands of waits"
    )]
    pub fn unless_aborted<T: AsRef<Document>>(
        &self,
        mut call: impl Future<Output = Result<T>> + Unpin,
        job: JobOfCall<'_>,
        abort: &Abort,
        options: &RequestOptions,
    ) -> impl Future<Output = Ended<T>> {
        async move {
            if let Some(result) = abort.unless_aborted(&mut call).await {
                return Ended::Settled(result);
            }
            if !abort.cancels_job() {
                return Ended::Aborted(None);
            }
            // On the heap, because very few of thousands of waits are aborted.
            Ended::Aborted(Some(
                Box::pin(async {
                    let options = abort.canceling_with(options);
                    match job {
                        JobOfCall::Submitted => self.cancel_submitted(call, &options).await,
                        JobOfCall::Known(job_id) => {
                            // Closes its request.
                            drop(call);
                            self.cancel_aborted(job_id, &options).await
                        }
                    }
                })
                .await,
            ))
        }
    }

    /// Cancels the job of a call that had settled before it was aborted. Does nothing for a final job and for a refused submit.
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
                Some(job_id) => self.cancel_aborted(&job_id, options).await,
                None => named(None, Err(Error::Internal("the receipt names no job".to_owned()))),
            },
            (JobOfCall::Submitted, Err(error)) => named(None, Err(error)),
            (JobOfCall::Known(job_id), Ok(ended)) => named(Some(job_id), Ok(ended.as_ref().clone())),
            (JobOfCall::Known(job_id), Err(Error::JobFailed { job, .. })) => named(Some(job_id), Ok(job)),
            (JobOfCall::Known(job_id), Err(_)) => self.cancel_aborted(job_id, options).await,
        }
    }

    /// Cancels the job of a submit that was aborted while it ran: waits up to five seconds for the receipt, then cancels. Pass
    /// [`RequestOptions::nothing_sent_after`] to the submit, so that it is not sent after the abort.
    pub async fn cancel_submitted<T: AsRef<Document>>(
        &self,
        submit: impl Future<Output = Result<T>>,
        options: &RequestOptions,
    ) -> CancelOutcome {
        let clock = self.transport().clock();
        let since = |began| GRACE.saturating_sub(clock.now().saturating_duration_since(began));
        let left = options.cancellation.map(|cancellation| since(cancellation.began));
        let receipt = tokio::select! {
            biased;
            receipt = submit => receipt,
            () = clock.idle(left.unwrap_or(GRACE)) => Err(Error::Timeout {
                limit: GRACE,
                phase: Phase::Headers,
                sent: Sent::Maybe,
                call: Box::new(self.submit_call()),
            }),
        };
        // The cancellation itself has another five seconds.
        let mut options = options.clone();
        options.cancellation = None;
        self.cancel_ended(receipt, JobOfCall::Submitted, &options).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn of_several_aborts_the_first_decides_about_the_job() {
        for first in [true, false] {
            let abort = Abort::default();
            assert!(!abort.cancels_job());
            let now = || Cancellation::at(Instant::now());
            abort.abort(first.then(now));
            abort.clone().abort((!first).then(now));
            assert_eq!(abort.cancels_job(), first);
        }
    }

    #[test]
    fn a_token_around_a_call_ends_it_and_cancels_no_job() {
        let all = CancellationToken::new();
        let abort = Abort::within(&all);
        all.cancel();
        assert!(abort.token().is_cancelled() && !abort.cancels_job());
        assert!(abort.canceling().cancels_job());
    }
}
