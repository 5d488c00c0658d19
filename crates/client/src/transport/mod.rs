//! One request, from its recipe to a whole answer: sockets, limits, attempts. Decides nothing about jobs.
//!
//! A dropped future closes its request; that is all there is to cancellation.

mod answer;
mod body;
mod connect;
mod failure;
mod progress;
mod tls;

use std::{pin::pin, sync::Arc, time::Duration};

use http::{HeaderMap, Method};
use reqwest::Url;
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

pub(crate) use self::{answer::Expect, body::Payload, tls::RootSources};
use self::{
    failure::{Account, Attempt},
    progress::Progress,
};
use crate::{
    auth::Auth,
    client::FOR_EVER,
    clock::{Clock, Random},
    document::Document,
    error::{Error, Phase, Result, Sent},
    retry::{self, Backoff, Bucket, Class, RETRY_PAUSE, SHORTEST_PAUSE, Verdict},
};

/// A request that can be sent any number of times.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) payload: Payload,
    pub(crate) expect: Expect,
    /// Which sockets it may use.
    pub(crate) lane: Lane,
    /// The job that it is about, for errors.
    pub(crate) job: Option<String>,
}

impl Request {
    fn class(&self) -> Class {
        if self.method == Method::POST {
            Class::Write
        } else {
            Class::Read
        }
    }
}

/// Polls keep out of a quarter of the sockets, so that thousands of waits never shut out a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Call,
    Poll,
}

/// What a caller sets for one call.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// One attempt, from the grant of a socket to the last byte.
    pub(crate) request_timeout: Duration,
    pub(crate) retries: u32,
    /// All attempts, with the pauses and the waiting for sockets.
    pub(crate) total: Duration,
    pub(crate) headers: HeaderMap,
    pub(crate) nothing_sent_after: CancellationToken,
}

/// What is the same for all calls of a client.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) auth: Auth,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_sockets: usize,
    pub(crate) max_response_bytes: usize,
    pub(crate) user_agent: String,
    pub(crate) roots: RootSources,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

#[derive(Debug)]
pub(crate) struct Transport {
    config: Config,
    /// Built by the first request, off the caller's thread: the system's certificates are read from disk.
    http: OnceCell<reqwest::Client>,
    sockets: Semaphore,
    polls: Semaphore,
    bucket: Bucket,
}

impl Transport {
    pub(crate) fn new(config: Config) -> Self {
        let sockets = config.max_sockets.min(Semaphore::MAX_PERMITS);
        Self {
            http: OnceCell::new(),
            sockets: Semaphore::new(sockets),
            polls: Semaphore::new((sockets * 3 / 4).max(1)),
            bucket: Bucket::new(),
            config,
        }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.config.clock
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.config.random
    }

    /// Sends a request, again where the retry table says so, until there is an answer or nothing is left to try.
    pub(crate) async fn execute(&self, request: &Request, settings: &Settings) -> Result<Document> {
        let mut backoff = Backoff::new(RETRY_PAUSE);
        let mut attempts = 0;
        let mut retries = 0;
        let mut replayed = false;
        let started = self.clock().now();
        loop {
            attempts += 1;
            let left = settings.total.saturating_sub(self.clock().now() - started);
            let Attempt { mut error, stale } = match self.attempt(request, settings, left).await {
                Ok(document) => {
                    self.bucket.give_back();
                    return Ok(document);
                }
                Err(failed) => failed,
            };
            // The server had closed an idle socket: the request never got a chance, so this costs no retry and no pause.
            if stale && request.class() == Class::Read && !replayed {
                replayed = true;
                continue;
            }
            let verdict = retry::verdict(request.class(), &error);
            if let Some(call) = error.call_mut() {
                call.attempts = attempts;
                call.retryable = verdict != Verdict::Never;
            }
            let Verdict::Again { after } = verdict else {
                return Err(error);
            };
            if retries == settings.retries || !self.bucket.take() {
                return Err(error);
            }
            retries += 1;
            let pause = after.unwrap_or_else(|| backoff.next(self.random())).max(SHORTEST_PAUSE);
            if self.clock().now() - started + pause >= settings.total {
                return Err(error);
            }
            tokio::select! {
                biased;
                () = settings.nothing_sent_after.cancelled() => return Err(error),
                () = self.clock().sleep(pause) => {}
            }
        }
    }

    async fn attempt(&self, request: &Request, settings: &Settings, left: Duration) -> Result<Document, Attempt> {
        let progress = Progress::new();
        let account = Account::new(request, &progress);
        let http = self.http().await?;
        let started = self.clock().now();
        let _permits = tokio::select! {
            biased;
            () = settings.nothing_sent_after.cancelled() => return Err(Error::GivenUp.into()),
            permits = self.permits(request.lane) => permits?,
            () = self.clock().deadline(left), if left < FOR_EVER => return Err(account.timeout(left)),
        };
        let limit = left
            .saturating_sub(self.clock().now() - started)
            .min(settings.request_timeout);
        let mut work = pin!(Arc::clone(&progress).follow(self.exchange(http, request, settings, &progress)));
        let mut connecting = self.clock().deadline(self.config.connect_timeout);
        let mut whole = self.clock().deadline(limit);
        let mut connected = false;
        let mut given_up = false;
        loop {
            tokio::select! {
                biased;
                outcome = &mut work => return outcome,
                () = settings.nothing_sent_after.cancelled(), if !given_up => {
                    if progress.sent() == Sent::No {
                        return Err(Error::GivenUp.into());
                    }
                    given_up = true;
                }
                () = &mut connecting, if !connected => {
                    if progress.is_connecting() {
                        return Err(account.timeout(self.config.connect_timeout));
                    }
                    connected = true;
                }
                () = &mut whole => return Err(account.timeout(limit)),
            }
        }
    }

    async fn exchange(
        &self,
        http: &reqwest::Client,
        request: &Request,
        settings: &Settings,
        progress: &Arc<Progress>,
    ) -> Result<Document, Attempt> {
        let account = Account::new(request, progress);
        let prepared = self.prepare(request, settings, progress)?;
        let response = http.execute(prepared).await.map_err(|error| account.broken(error))?;
        progress.enter(Phase::Body);
        let reader = answer::Reader {
            auth: &self.config.auth,
            account,
            limit: self.config.max_response_bytes,
        };
        reader.read(response, request.expect).await
    }

    fn prepare(&self, request: &Request, settings: &Settings, progress: &Arc<Progress>) -> Result<reqwest::Request> {
        let mut prepared = reqwest::Request::new(request.method.clone(), request.url.clone());
        let headers = prepared.headers_mut();
        headers.insert(http::header::ACCEPT, http::HeaderValue::from_static("application/json"));
        headers.extend(settings.headers.clone());
        if let Some(content_type) = request.payload.content_type() {
            headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
        }
        self.config.auth.apply(headers)?;
        *prepared.body_mut() = Some(request.payload.open(Arc::clone(progress)));
        Ok(prepared)
    }

    async fn http(&self) -> Result<&reqwest::Client> {
        let build = async || {
            let user_agent = self.config.user_agent.clone();
            let roots = self.config.roots.clone();
            tokio::task::spawn_blocking(move || connect::http_client(&user_agent, &roots))
                .await
                .map_err(|error| Error::Internal(format!("the HTTP client was not built: {error}")))?
        };
        self.http.get_or_try_init(build).await
    }

    async fn permits(&self, lane: Lane) -> Result<(Option<SemaphorePermit<'_>>, SemaphorePermit<'_>)> {
        let closed = |_| Error::Internal("the sockets' semaphore was closed".to_owned());
        let poll = match lane {
            Lane::Poll => Some(self.polls.acquire().await.map_err(closed)?),
            Lane::Call => None,
        };
        Ok((poll, self.sockets.acquire().await.map_err(closed)?))
    }
}
