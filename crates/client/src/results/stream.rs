//! Results as they arrive: one request, whose body is read only as far as its caller asks.

use std::{fmt, sync::Arc};

use http::{StatusCode, header::CONTENT_LENGTH};
use tokio_util::sync::CancellationToken;

use super::{
    input,
    scan::{Found, Scanner},
};
use crate::{
    blocking,
    client::{Client, RequestOptions},
    document::Document,
    error::{BodyFault, Call, Error, Result},
    observer::{Observed, Observer},
    outputs::{DownloadProgress, Meter},
    transport::{Expect, Request, RetryState, Settings, Streamed},
};

/// Texts of at least this size are parsed on another thread, so that other calls do not wait.
const LONG: usize = 1024 * 1024;

/// The results of a job, one input at a time. Dropping it closes its request. `Debug` does not show the results.
pub struct ResultStream {
    client: Client,
    settings: Settings,
    request: Request,
    body: Streamed,
    scanner: Scanner,
    /// An input that is too long to be parsed on this thread.
    long: Option<Found>,
    /// The fault in the next part of the body.
    fault: Option<BodyFault>,
    loaded: u64,
    total: Option<u64>,
    /// Whether an input was returned to the caller.
    begun: bool,
    ended: bool,
    retry_state: RetryState,
    meter: Meter,
    /// What begins the idle timeout of the next read, if not the read itself.
    wanted: Option<CancellationToken>,
}

impl Client {
    /// Opens the results of a job, to be read one input at a time as they arrive: `GET /results/{job}`. Their size and the total
    /// time have no limit, but each input is limited to the size of a body that the client accepts. The results are partial
    /// while the job runs.
    ///
    /// # Errors
    /// As [`Client::get_result`].
    pub async fn stream_results(&self, job_id: &str, options: &RequestOptions) -> Result<ResultStream> {
        let request = Request {
            expect: Expect::ObjectStream,
            ..self.results_request(job_id)?
        };
        let settings = self.settings(options);
        let mut retry_state = RetryState::new(&request, &settings);
        let body = self.send_for_stream(&request, &settings, &mut retry_state).await?;
        Ok(ResultStream {
            client: self.clone(),
            scanner: Scanner::new(self.max_response_bytes(), request.job.clone()),
            long: None,
            fault: part(&body),
            loaded: 0,
            total: length(&body),
            begun: false,
            ended: false,
            retry_state,
            meter: Meter::default(),
            wanted: None,
            settings,
            request,
            body,
        })
    }
}

impl fmt::Debug for ResultStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResultStream({} bytes read)", self.loaded)
    }
}

impl ResultStream {
    /// Sets the observer of further retries, in place of the one in the options.
    pub fn observe(&mut self, observer: Arc<dyn Observer>) {
        self.settings.observed = Observed(Some(observer));
    }

    /// Returns the next input, as `{"inputKey", "status", "outputs", "error"?, "metadata"}`, or `None` at the end. The inputs of
    /// `results` and `failures` come in the order of the body. `outputs` holds the model's outputs by their names, and `metadata`
    /// all other members. The additional level of old servers is left out.
    ///
    /// Dropping the future may lose an input. Before the first input, the request is retried like every read. After it, a failure
    /// ends the stream.
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Timeout`] if the connection breaks or stalls, and [`Error::Response`] for a body that is
    /// not what the route promises, which may show only after some inputs.
    pub async fn next(&mut self) -> Result<Option<Document>> {
        loop {
            if let Some(result) = self.ready() {
                return Ok(Some(result));
            }
            if self.ended {
                return Ok(None);
            }
            if let Some(found) = self.long.take() {
                match blocking::compute(move || input::read(&found)).await? {
                    Ok(result) => return Ok(Some(self.hand_out(result))),
                    Err(fault) => self.fault = Some(fault),
                }
            }
            if let Err(failure) = self.read().await {
                let repeated = self.repeat(failure).await;
                self.ended = repeated.is_err();
                repeated?;
            }
        }
    }

    /// Returns the next input, if it has arrived and is short enough to be parsed on this thread.
    pub fn ready(&mut self) -> Option<Document> {
        if self.long.is_some() || self.fault.is_some() || self.ended {
            return None;
        }
        let result = match self.scanner.next() {
            Ok(Some(found)) if found.value.len() >= LONG => {
                self.long = Some(found);
                return None;
            }
            Ok(found) => found.as_ref().map(input::read).transpose(),
            Err(fault) => Err(fault),
        };
        match result {
            Ok(result) => result.map(|result| self.hand_out(result)),
            Err(fault) => {
                self.fault = Some(fault);
                None
            }
        }
    }

    /// Reads on to the input with this key, and returns its result as the server sent it, without the additional level of old
    /// servers. Inputs before it are passed over. Reads on until the results have named their job, which they may do at their end.
    pub(super) async fn find(&mut self, input_key: &str) -> Result<Option<Document>> {
        let mut result = None;
        while !(self.ended || result.is_some() && self.scanner.are_results()) {
            match self.scanner.next() {
                Ok(Some(found)) if result.is_none() && found.is_of(input_key) => match raw(found).await? {
                    Ok(found) => {
                        result = Some(found);
                        continue;
                    }
                    Err(fault) => self.fault = Some(fault),
                },
                Ok(Some(_)) => continue,
                Ok(None) => {}
                Err(fault) => self.fault = Some(fault),
            }
            if let Err(failure) = self.read().await {
                self.repeat(failure).await?;
                result = None;
            }
        }
        Ok(result)
    }

    /// Returns the error for an input that the results do not hold.
    pub(super) fn missing(&self, input_key: &str) -> Error {
        Error::Status {
            status: StatusCode::NOT_FOUND.as_u16(),
            message: format!("the job has no result of the input {input_key:?}"),
            is_servers: false,
            body: None,
            request_id: None,
            retry_after: None,
            call: Box::new(Call::new(
                self.request.method.clone(),
                self.request.shown_url(),
                self.request.job.clone(),
            )),
        }
    }

    /// Returns the progress if a report is due: always at both ends, and at most 20 times a second in between.
    pub fn progress(&mut self) -> Option<DownloadProgress> {
        let clock = self.client.transport().clock();
        self.meter.read(clock, (self.loaded, self.total), self.ended)
    }

    /// Begins the idle timeout of what is read from now on when this token says so.
    pub(super) fn begin_idle_timeout_at(&mut self, wanted: CancellationToken) {
        self.wanted = Some(wanted);
    }

    fn hand_out(&mut self, result: Document) -> Document {
        self.begun = true;
        result
    }

    /// Reads the next chunk of the body.
    async fn read(&mut self) -> Result<()> {
        if let Some(fault) = self.fault.take() {
            return Err(self.body.unreadable(&self.request, fault));
        }
        let clock = self.client.transport().clock();
        let idle_timeout = self.settings.idle_timeout;
        let next = self.body.next(&self.request, clock, idle_timeout, self.wanted.as_ref());
        match next.await? {
            Some(chunk) => {
                self.loaded += chunk.len() as u64;
                self.scanner.feed(&chunk);
            }
            None if self.scanner.is_whole() => {
                // Inputs alone do not show that they are the job's results.
                if !self.scanner.are_results() {
                    return Err(self.body.unreadable(&self.request, BodyFault::NoResults));
                }
                self.ended = true;
            }
            None if self.loaded == 0 => return Err(self.body.unreadable(&self.request, BodyFault::Missing)),
            None => return Err(self.body.unreadable(&self.request, BodyFault::NotJson)),
        }
        Ok(())
    }

    /// Sends the request again after a failure, if the caller has received no input yet.
    async fn repeat(&mut self, failure: Error) -> Result<()> {
        let Self {
            settings, retry_state, ..
        } = self;
        if self.begun {
            return Err(retry_state.end(failure));
        }
        let transport = self.client.transport();
        transport.wait_for_retry(retry_state, settings, failure).await?;
        let body = self
            .client
            .send_for_stream(&self.request, settings, retry_state)
            .await?;
        self.scanner = Scanner::new(self.client.max_response_bytes(), self.request.job.clone());
        (self.fault, self.loaded, self.total) = (part(&body), 0, length(&body));
        self.body = body;
        Ok(())
    }
}

/// Returns the result of an input as the server sent it, on another thread if it is long.
async fn raw(found: Found) -> Result<Result<Document, BodyFault>> {
    if found.value.len() < LONG {
        return Ok(input::raw(&found));
    }
    blocking::compute(move || input::raw(&found)).await
}

/// Returns the fault that the headers of a response show.
fn part(body: &Streamed) -> Option<BodyFault> {
    (body.status() == StatusCode::PARTIAL_CONTENT).then_some(BodyFault::Partial)
}

/// Returns the size of the body in bytes, if the server reports it.
fn length(body: &Streamed) -> Option<u64> {
    let length = body.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}
