//! The native class behind the public client.

use std::{borrow::Cow, sync::Arc, time::Instant};

use bytes::Bytes;
use modzy_client::{CANCEL_GRACE, Client, NoOutputs, QueueState};
use napi::{
    Env, Status,
    bindgen_prelude::{ObjectFinalize, Uint8Array},
};
use napi_derive::napi;
use serde_json::value::RawValue;

use crate::{
    calls::{Argument, Call, Calls, Value},
    config::BindingConfig,
    environment::BindingEnvironment,
    names::message_of,
    numbers::millis,
    operation::{BindingRead, BindingSubmit, BindingWait, BindingWrite, Operation},
    operations,
    options::BindingCallOptions,
    runtime,
    transports::Tenant,
};

/// A client and its pending calls.
#[napi(custom_finalize)]
pub struct BindingClient {
    client: Client,
    calls: Arc<Calls>,
    tenant: Tenant,
}

#[napi]
impl BindingClient {
    /// Checks the settings, and reads the file of extra certificates, if there is one. Opens no connection.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, environment: &BindingEnvironment, config: BindingConfig) -> napi::Result<Self> {
        let transports = environment.transports();
        let (client, tenant) = transports
            .client(config)
            .map_err(|error| napi::Error::new(Status::InvalidArg, message_of(&error)))?;
        transports.report_memory(env)?;
        Ok(Self {
            client,
            calls: Calls::new(environment.events()),
            tenant,
        })
    }

    /// Returns whether a job with this status is finished. A job without a status is not.
    #[napi(catch_unwind)]
    pub fn is_final_status(status: Option<String>) -> bool {
        status.is_some_and(|status| modzy_client::is_final_status(&status))
    }

    /// Returns the texts of the elements of an array, which costs the event loop far less than JSON of what it has parsed.
    #[napi(catch_unwind)]
    pub fn elements_of(array: String) -> Vec<String> {
        let array = array.into_bytes();
        let elements: Vec<&RawValue> = serde_json::from_slice(&array).unwrap_or_default();
        elements.into_iter().map(|element| element.get().to_owned()).collect()
    }

    /// Returns the outputs of an input, out of the text of results.
    #[napi(catch_unwind)]
    pub fn outputs_of(results: String, input_key: String) -> BindingOutputs {
        let (outputs, fault, message) = match modzy_client::outputs_of(results, input_key) {
            Ok(outputs) => (Some(outputs.into()), None, None),
            Err(none) => {
                let fault = match none {
                    NoOutputs::Failed(_) => "failed",
                    NoOutputs::Missing(_) => "missing",
                    NoOutputs::NotResults => "other",
                };
                (None, Some(fault.to_owned()), Some(none.to_string()))
            }
        };
        BindingOutputs {
            outputs,
            fault,
            message,
        }
    }

    /// The root of the routes.
    #[napi(getter, catch_unwind)]
    pub fn base_url(&self) -> String {
        self.client.base_url().as_str().to_owned()
    }

    /// Which settings were ignored, and why.
    #[napi(getter, catch_unwind)]
    pub fn warnings(&self) -> Vec<String> {
        self.client.warnings().to_vec()
    }

    /// Returns a text of the caller's in a form that logs may show: its first kilobyte, without the client's key or token.
    #[napi(catch_unwind)]
    pub fn without_key(&self, text: String) -> String {
        let masked = match self.client.without_key(&text) {
            Cow::Owned(masked) => Some(masked),
            Cow::Borrowed(_) => None,
        };
        masked.unwrap_or(text)
    }

    /// Starts a call that reads, and returns its number. `take` returns its events, and its end.
    #[napi(catch_unwind)]
    pub fn start_read(&self, operation: BindingRead, argument: String, options: Option<BindingCallOptions>) -> i64 {
        let argument = Argument::new(Operation::Read(operation), argument, Vec::new());
        let options = options.map(Box::new);
        self.start(|client, call| operations::read(client, operation, argument, options, call))
    }

    /// Starts a call that changes something on the server, except one that submits a job.
    #[napi(catch_unwind)]
    pub fn start_write(&self, operation: BindingWrite, argument: String, options: Option<BindingCallOptions>) -> i64 {
        let argument = Argument::new(Operation::Write(operation), argument, Vec::new());
        let options = options.map(Box::new);
        self.start(|client, call| operations::write(client, operation, argument, options, call))
    }

    /// Starts a call that submits a job. With `cancels_job`, an abort can cancel the job until JavaScript has settled the call,
    /// so JavaScript must call `abort` for it afterwards. The bytes are copied.
    #[napi(catch_unwind)]
    pub fn start_submit(
        &self,
        operation: BindingSubmit,
        argument: String,
        cancels_job: bool,
        options: Option<BindingCallOptions>,
        bytes: Option<Vec<Uint8Array>>,
    ) -> i64 {
        let bytes = bytes.unwrap_or_default();
        let bytes = bytes.iter().map(|bytes| Bytes::copy_from_slice(bytes)).collect();
        let argument = Argument::new(Operation::Submit(operation), argument, bytes);
        let options = options.map(Box::new);
        self.start(|client, call| operations::submit(client, operation, argument, options, cancels_job, call))
    }

    /// Starts a call that waits for a job. `cancels_job` means the same as for `startSubmit`.
    #[napi(catch_unwind)]
    pub fn start_wait(
        &self,
        operation: BindingWait,
        job: String,
        cancels_job: bool,
        options: Option<BindingCallOptions>,
    ) -> i64 {
        let options = options.map(Box::new);
        self.start(|client, call| operations::wait(client, operation, job, options, cancels_job, call.of_wait()))
    }

    /// Starts a call for the next chunk of a stream. The stream has the number of the call that opened it, and `abort` with that
    /// number closes it, unless it has reached its end or failed.
    #[napi(catch_unwind)]
    pub fn next_chunk(&self, stream: i64, options: Option<BindingCallOptions>) -> i64 {
        let options = options.map(Box::new);
        self.start(|_, call| operations::next_chunk(stream.cast_unsigned(), options, call))
    }

    /// Starts a call that ends after `idleTimeout` and returns that limit, for a source that JavaScript reads. It sends nothing.
    #[napi(catch_unwind)]
    pub fn start_source_idle(&self, options: Option<BindingCallOptions>) -> i64 {
        let options = options.map(Box::new);
        self.start(|client, call| operations::source_idle(client, options, call))
    }

    /// Starts a call that ends after the time that the cancellation of a job may take or, if it is given, after another time in ms. It
    /// sends nothing.
    #[napi(catch_unwind)]
    pub fn start_grace(&self, time: Option<f64>) -> i64 {
        let limit = time.map_or(Ok(CANCEL_GRACE), |time| millis("drain", 0.0, time));
        let due = limit.map(|limit| Instant::now() + limit);
        let call = Call::begin(&self.calls);
        let id = call.id.cast_signed();
        match due.and_then(|due| Ok((due, runtime::urgent()?))) {
            Ok((due, urgent)) => {
                call.calls.add_limit(due, id);
                urgent.run(async move { call.run_limit(due).await });
            }
            Err(error) => call.settle(Err::<Value, _>(error)),
        }
        id
    }

    /// Hands a call the chunk that it requested from this source; `None` at the end of the source. The chunk is copied.
    #[napi(catch_unwind)]
    pub fn feed(&self, id: i64, source: u32, chunk: Option<Uint8Array>) {
        let chunk = chunk.map(|chunk| Bytes::copy_from_slice(&chunk));
        self.calls.feed(id.cast_unsigned(), source, chunk);
    }

    /// Aborts calls, and closes their requests. With `cancel_job`, the jobs that they submit or wait for are then canceled on the
    /// server. `take` still returns the end of each call. Returns the calls that had already ended by themselves and will report a
    /// second end.
    #[napi(catch_unwind)]
    pub fn abort(&self, ids: &[f64], cancel_job: bool) -> Vec<i64> {
        let again = self.calls.abort(numbers(ids), cancel_job);
        again.into_iter().map(u64::cast_signed).collect()
    }

    /// Ends submits of a batch that have not been sent. Others continue.
    #[napi(catch_unwind)]
    pub fn withdraw(&self, ids: &[f64]) {
        self.calls.withdraw(&numbers(ids));
    }

    /// Aborts all calls, closes all streams, and leaves the transport. If no other client uses the transport, `at_once` closes its
    /// sockets; otherwise they stay open for a moment, for a client that follows.
    #[napi(catch_unwind)]
    pub fn close(&self, env: Env, at_once: bool) -> napi::Result<()> {
        self.calls.abort_all();
        self.tenant.leave(at_once);
        self.tenant.report_memory(env)
    }

    /// How busy the transport is.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> BindingStats {
        let state = self.client.transport().state();
        BindingStats {
            clients: count(self.tenant.count()),
            max_sockets: count(state.max_sockets),
            busy_sockets: count(state.busy_sockets),
            waiting_requests: count(state.waiting_requests),
            retries_left: state.retries_left,
            submits: state.submits.into(),
            chunks: state.chunks.into(),
            polls: state.polls.into(),
            lists: state.lists.into(),
            reads: state.reads.into(),
            deletes: state.deletes.into(),
        }
    }
}

/// The outputs of an input, or why there are none.
#[napi(object, object_from_js = false)]
pub struct BindingOutputs {
    /// JSON.
    pub outputs: Option<String>,
    /// `failed`, `missing` or `other`.
    pub fault: Option<String>,
    /// One sentence, or the server's message.
    pub message: Option<String>,
}

/// A snapshot of a transport.
#[napi(object, object_from_js = false)]
pub struct BindingStats {
    /// How many clients use it.
    pub clients: u32,
    /// How many sockets may be busy.
    pub max_sockets: u32,
    /// How many are busy.
    pub busy_sockets: u32,
    /// How many requests wait for a socket.
    pub waiting_requests: u32,
    /// How many retries are left in the budget.
    pub retries_left: u32,
    /// The queue of each kind of requests.
    pub submits: BindingQueueState,
    pub chunks: BindingQueueState,
    pub polls: BindingQueueState,
    pub lists: BindingQueueState,
    pub reads: BindingQueueState,
    pub deletes: BindingQueueState,
}

/// How requests of a kind are held back.
#[napi(object, object_from_js = false)]
pub struct BindingQueueState {
    /// How many calls wait.
    pub waiting: u32,
    /// `pause`, `probe` or `rate`, if requests are held back.
    pub reason: Option<String>,
    /// For how long the next request is held back, in ms.
    pub pause_ms: f64,
    /// Requests per second, if they are limited.
    pub rate: Option<f64>,
}

impl From<QueueState> for BindingQueueState {
    fn from(state: QueueState) -> Self {
        Self {
            waiting: count(state.waiting),
            reason: state.reason.map(|reason| reason.as_str().to_owned()),
            pause_ms: (state.pause.as_secs_f64() * 1000.0).ceil(),
            rate: state.rate,
        }
    }
}

/// Returns the numbers of calls.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "they are numbers that a start method returned"
)]
fn numbers(ids: &[f64]) -> Vec<u64> {
    ids.iter().map(|id| *id as u64).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl BindingClient {
    fn start<F>(&self, run: impl FnOnce(Client, Call) -> F) -> i64
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let call = Call::begin(&self.calls);
        let id = call.id.cast_signed();
        match runtime::handle() {
            Ok(handle) => {
                handle.spawn(run(self.client.clone(), call));
            }
            Err(error) => call.settle(Err::<Value, _>(error)),
        }
        id
    }
}

impl ObjectFinalize for BindingClient {
    /// Aborts all calls: the JavaScript object was garbage-collected, or its worker was terminated.
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.calls.abort_all();
        self.tenant.leave(false);
        self.tenant.report_memory(env)
    }
}
