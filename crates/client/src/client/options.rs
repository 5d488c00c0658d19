//! The options of one call.

use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use tokio_util::sync::CancellationToken;

use super::headers::insert_header;
use crate::{
    clock::FOREVER,
    error::{Error, Result},
    jobs::Cancellation,
    journal::JournalKey,
    observer::{Observed, Observer},
    transport::Settings,
};

/// The options of one call. An option that is not set has the client's value.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct RequestOptions {
    request_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    retries: Option<u32>,
    /// The cancellation that the requests belong to. It limits all attempts and the pauses between them.
    pub(crate) cancellation: Option<Cancellation>,
    /// On the heap, because few calls have any.
    headers: Option<Box<HeaderMap>>,
    pub(crate) nothing_sent_after: Option<CancellationToken>,
    pub(crate) observed: Observed,
    pub(crate) journal: Option<JournalKey>,
    /// On the heap, because few options are those of a batch.
    batch: Option<Box<OfBatch>>,
}

/// What one of many submits has in addition.
#[derive(Debug, Clone, Default)]
struct OfBatch {
    patience: Option<Duration>,
    not_submitted_after: Option<CancellationToken>,
}

impl RequestOptions {
    /// Combines these options with the client's settings, which apply where the call has none.
    pub(super) fn over(&self, defaults: &Settings) -> Settings {
        let mut headers = defaults.headers.clone();
        headers.extend(self.headers.iter().flat_map(|own| HeaderMap::clone(own)));
        Settings {
            request_timeout: self.request_timeout.unwrap_or(defaults.request_timeout),
            retries: self.retries.unwrap_or(defaults.retries),
            patience: self.own_patience().or(defaults.patience),
            idle_timeout: self.idle_timeout.unwrap_or(defaults.idle_timeout),
            until: self.cancellation.map(Cancellation::until).or(defaults.until),
            headers,
            user_agent: defaults.user_agent.clone(),
            max_response_bytes: defaults.max_response_bytes,
            nothing_sent_after: self.nothing_sent_after.clone(),
            not_submitted_after: self.batch.as_ref().and_then(|batch| batch.not_submitted_after.clone()),
            observed: self.observed.clone(),
        }
    }

    /// Sets [`ClientBuilder::request_timeout`](crate::ClientBuilder::request_timeout), for this call.
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = Some(limit.min(FOREVER));
        self
    }

    /// Sets [`ClientBuilder::idle_timeout`](crate::ClientBuilder::idle_timeout), for this call.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = Some(limit.min(FOREVER));
        self
    }

    /// Sets [`ClientBuilder::retries`](crate::ClientBuilder::retries), for this call. Has no effect in a wait.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }

    /// Sets for how long the call waits and is sent again while the server refuses it (429, or a read's 503 with `Retry-After`). It
    /// ends once no request of its kind has succeeded for this long, or once it has itself been refused for this long and more
    /// than `retries` times. For one of many calls that share a rate limit. Default: a call accepts `retries` + 1 refusals, and
    /// none that asks for a pause of more than a minute. Has no effect in a wait, where `max_outage` applies.
    pub fn patience(mut self, limit: Duration) -> Self {
        self.batch.get_or_insert_default().patience = Some(limit);
        self
    }

    /// Runs a read that a change depends on, before the change. Ends at once when the call is aborted, and its failure says that nothing
    /// was sent: the server cannot have changed anything yet.
    pub(crate) async fn before_change<T>(&self, read: impl Future<Output = Result<T>>) -> Result<T> {
        let aborted = async {
            match &self.nothing_sent_after {
                Some(token) => token.cancelled().await,
                None => std::future::pending().await,
            }
        };
        let read = tokio::select! {
            biased;
            () = aborted => Err(Error::Aborted),
            read = read => read,
        };
        read.map_err(|mut error| {
            error.note_not_sent();
            error
        })
    }

    pub(crate) fn own_patience(&self) -> Option<Duration> {
        self.batch.as_ref()?.patience
    }

    /// Sets a token after whose cancellation nothing more is sent: the call ends with the failure of the last attempt, or with
    /// [`Error::Aborted`](crate::Error::Aborted) if there was none. The call still waits for a request that the server may have
    /// seen. To end that as well, drop the future.
    pub fn nothing_sent_after(mut self, token: CancellationToken) -> Self {
        self.nothing_sent_after = Some(token);
        self
    }

    /// Ends when no job is to be submitted any more.
    pub(crate) async fn withdrawn(&self) {
        let token = self.batch.as_ref().and_then(|batch| batch.not_submitted_after.as_ref());
        match token {
            Some(token) => token.cancelled().await,
            None => std::future::pending().await,
        }
    }

    /// Sets a token after whose cancellation no job is submitted: a submit that waits for its turn ends as with
    /// [`nothing_sent_after`](Self::nothing_sent_after), but one whose request has been sent, and an upload whose job is open, continue.
    /// With the key of a journal, a submit whose answer was lost ends with its failure instead of looking for its job.
    pub fn not_submitted_after(mut self, token: CancellationToken) -> Self {
        self.batch.get_or_insert_default().not_submitted_after = Some(token);
        self
    }

    /// Sets the limit of the cancellation that follows an abort.
    pub fn canceling(mut self, cancellation: Cancellation) -> Self {
        self.cancellation = Some(cancellation);
        self
    }

    /// Sets the observer of the call's retries and polls. Default: none.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observed = Observed(Some(observer));
        self
    }

    /// Sets the key of a journal that the call belongs to: the one submit of the key's job, or the wait for it. Means nothing in other
    /// calls. See [`Client::open_journal`](crate::Client::open_journal).
    ///
    /// A submit must be of a client with the same API and key, and have an input with this key; a wait must be for the key's job. Anything
    /// else is an [`Error::Argument`](crate::Error::Argument) before anything is sent, and so are jobs of folders in S3 and of queries,
    /// whose inputs have other keys. If the answer of a submit is lost, the client looks for the job in the history, and submits it
    /// again only once it was certainly not accepted.
    pub fn journal(mut self, key: JournalKey) -> Self {
        self.journal = Some(key);
        self
    }

    /// Adds a header to this call, in place of the client's header of the same name.
    ///
    /// # Errors
    /// As [`ClientBuilder::header`](crate::ClientBuilder::header).
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        insert_header(self.headers.get_or_insert_default(), name, value)?;
        Ok(self)
    }
}
