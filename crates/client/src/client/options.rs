//! The settings of one call.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use http::HeaderMap;
use tokio_util::sync::CancellationToken;

use super::headers::insert_header;
use crate::{
    clock::{FOREVER, GRACE},
    error::Result,
    observer::{Observed, Observer},
    transport::Settings,
};

/// Settings of one call. What is not set is the client's.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct RequestOptions {
    request_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    retries: Option<u32>,
    /// When all attempts and the pauses between them have to be over.
    pub(crate) until: Option<Instant>,
    headers: HeaderMap,
    pub(crate) nothing_sent_after: Option<CancellationToken>,
    pub(crate) observed: Observed,
}

impl RequestOptions {
    /// All settings, of which the client's stand where the call has none.
    pub(super) fn over(&self, defaults: &Settings) -> Settings {
        let mut headers = defaults.headers.clone();
        headers.extend(self.headers.clone());
        Settings {
            request_timeout: self.request_timeout.unwrap_or(defaults.request_timeout),
            retries: self.retries.unwrap_or(defaults.retries),
            idle_timeout: self.idle_timeout.unwrap_or(defaults.idle_timeout),
            until: self.until.or(defaults.until),
            headers,
            nothing_sent_after: self.nothing_sent_after.clone(),
            observed: self.observed.clone(),
        }
    }

    /// As [`ClientBuilder::request_timeout`](crate::ClientBuilder::request_timeout), for this call.
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = Some(limit.min(FOREVER));
        self
    }

    /// As [`ClientBuilder::idle_timeout`](crate::ClientBuilder::idle_timeout), for this call.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = Some(limit.min(FOREVER));
        self
    }

    /// As [`ClientBuilder::retries`](crate::ClientBuilder::retries), for this call. Means nothing in a wait.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }

    /// Once the token is cancelled, nothing more is sent: the call ends with the failure of the last attempt, or with
    /// [`Error::GivenUp`](crate::Error::GivenUp) where there was none. A request that the server may have seen is waited for; to
    /// end that as well, drop the future.
    pub fn nothing_sent_after(mut self, token: CancellationToken) -> Self {
        self.nothing_sent_after = Some(token);
        self
    }

    /// When the owner of the call has given it up: the five seconds for the cancellation of its job begin there, and not when the
    /// cancellation has its turn among thousands.
    pub fn given_up_at(mut self, moment: Instant) -> Self {
        self.until = Some(moment + GRACE);
        self
    }

    /// Who hears of the call's retries and polls. Nobody.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observed = Observed(Some(observer));
        self
    }

    /// A header that goes with this call, in place of the client's of the same name.
    ///
    /// # Errors
    /// As [`ClientBuilder::header`](crate::ClientBuilder::header).
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        insert_header(&mut self.headers, name, value)?;
        Ok(self)
    }
}
