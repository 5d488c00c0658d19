//! Results as they arrive: one request, whose body is read as far as the next input is asked for.

use std::{fmt, sync::Arc};

use http::{StatusCode, header::CONTENT_LENGTH};

use super::{
    input,
    scan::{Found, Scanner},
};
use crate::{
    blocking,
    client::{Client, RequestOptions},
    document::Document,
    error::{BodyFault, Error, Result},
    observer::{Observed, Observer},
    outputs::{DownloadProgress, Meter},
    transport::{Expect, Request, RetryState, Settings, Streamed},
};

/// From this size on a text is read where that keeps nobody waiting.
const LONG: usize = 1024 * 1024;

/// The results of a job, input by input. Dropping it closes its request. `Debug` shows nothing of them.
pub struct ResultStream {
    client: Client,
    settings: Settings,
    request: Request,
    body: Streamed,
    scanner: Scanner,
    /// An input that is too long to be read in passing.
    long: Option<Found>,
    /// What is wrong with what comes next.
    fault: Option<BodyFault>,
    loaded: u64,
    total: Option<u64>,
    /// Whether an input was handed out.
    begun: bool,
    ended: bool,
    retry_state: RetryState,
    meter: Meter,
}

impl Client {
    /// Opens the results of a job, to be read input by input as they arrive: `GET /results/{job}`. There is no limit on their
    /// size or on the whole time, but each input may be as long as the client accepts a body. They are partial while the job
    /// runs.
    ///
    /// # Errors
    /// As [`Client::get_result`].
    pub async fn stream_results(&self, job_id: &str, options: &RequestOptions) -> Result<ResultStream> {
        let request = Request {
            expect: Expect::ObjectStream,
            ..self.results_request(job_id)?
        };
        let settings = self.settings(options);
        let transport = self.transport();
        let mut retry_state = RetryState::new(&request, &settings);
        let body = self.send_for_stream(&request, &settings, &mut retry_state).await?;
        Ok(ResultStream {
            client: self.clone(),
            scanner: Scanner::new(transport.max_response_bytes(), request.job.clone()),
            long: None,
            fault: part(&body),
            loaded: 0,
            total: length(&body),
            begun: false,
            ended: false,
            retry_state,
            meter: Meter::default(),
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
    /// Who hears of its retries from now on, in place of whom the options named.
    pub fn observe(&mut self, observer: Arc<dyn Observer>) {
        self.settings.observed = Observed(Some(observer));
    }

    /// The next input, as `{"inputKey", "status", "outputs", "error"?, "metadata"}`; `None` at the end. The inputs of `results`
    /// and `failures` come in the order of the body. `outputs` are what the model made of the input, by their names; `metadata`
    /// is what else the server tells of it. The level that old servers have between them is left out.
    ///
    /// A future of this that is dropped may take an input along. Until the first input the request is repeated as every read is.
    /// After that a failure is the end.
    ///
    /// # Errors
    /// As the connection breaks or stalls, and [`Error::Response`] for a body that is not what the route promises, which may
    /// be found out only after some inputs.
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

    /// The next input, if it has arrived already and is no work to read.
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

    /// How far the body has come, if it is time to tell: at both ends always, and at most 20 times a second between.
    pub fn progress(&mut self) -> Option<DownloadProgress> {
        let clock = self.client.transport().clock();
        self.meter.read(clock, (self.loaded, self.total), self.ended)
    }

    fn hand_out(&mut self, result: Document) -> Document {
        self.begun = true;
        result
    }

    /// Reads on in the body.
    async fn read(&mut self) -> Result<()> {
        if let Some(fault) = self.fault.take() {
            return Err(self.body.unreadable(&self.request, fault));
        }
        let clock = self.client.transport().clock();
        let piece = self.body.next(&self.request, clock, self.settings.idle_timeout).await?;
        match piece {
            Some(piece) => {
                self.loaded += piece.len() as u64;
                self.scanner.feed(&piece);
            }
            None if self.scanner.is_whole() => {
                // Inputs alone do not tell whose they are.
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

    /// Sends the request again after a failure, where nobody has seen anything of the answer yet.
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
        self.scanner = Scanner::new(transport.max_response_bytes(), self.request.job.clone());
        (self.fault, self.loaded, self.total) = (part(&body), 0, length(&body));
        self.body = body;
        Ok(())
    }
}

/// What is wrong with an answer before a byte of its body has come.
fn part(body: &Streamed) -> Option<BodyFault> {
    (body.status() == StatusCode::PARTIAL_CONTENT).then_some(BodyFault::Partial)
}

/// In bytes, where the server says so.
fn length(body: &Streamed) -> Option<u64> {
    let length = body.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}
