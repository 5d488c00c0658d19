//! The native class behind the public client.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use modzy_client::Client;
use napi::{
    Env, Status,
    bindgen_prelude::{Function, Uint8Array, Unknown},
};
use napi_derive::napi;

use crate::{
    calls::{Argument, Call, Calls, Value, take_events},
    config::BindingConfig,
    errors::message_of,
    operation::{BindingRead, BindingSubmit, BindingWait, BindingWrite, Operation},
    operations,
    options::BindingCallOptions,
    runtime,
};

/// A client and its pending calls.
#[napi]
pub struct BindingClient {
    client: Client,
    calls: Arc<Calls>,
}

#[napi]
impl BindingClient {
    /// Checks the settings, and reads the file of extra certificates, if there is one. Opens no connection.
    #[napi(constructor, catch_unwind)]
    pub fn new(config: BindingConfig) -> napi::Result<Self> {
        let client = config
            .client()
            .map_err(|error| napi::Error::new(Status::InvalidArg, message_of(&error)))?;
        Ok(Self {
            client,
            calls: Calls::new(),
        })
    }

    /// Returns whether a job with this status is finished. A job without a status is not.
    #[napi(catch_unwind)]
    pub fn is_final_status(status: Option<String>) -> bool {
        status.is_some_and(|status| modzy_client::is_final_status(&status))
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
        self.start(|client, call| operations::wait(client, operation, job, options, cancels_job, call))
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

    /// Starts a call that ends after the time that the cancellation of a job may take. It sends nothing.
    #[napi(catch_unwind)]
    pub fn start_grace(&self) -> i64 {
        self.start(|client, call| async move { call.run_limit(client.cancel_grace()).await })
    }

    /// Hands a call the chunk that it requested from a source; `None` at the end of the source. The chunk is copied.
    #[napi(catch_unwind)]
    pub fn feed(&self, id: i64, chunk: Option<Uint8Array>) {
        let chunk = chunk.map(|chunk| Bytes::copy_from_slice(&chunk));
        self.calls.feed(id.cast_unsigned(), chunk);
    }

    /// Aborts calls, and closes their requests. With `cancel_job`, the jobs that they submit or wait for are then canceled on the
    /// server. `take` still returns the end of each call. Returns the calls that had already ended by themselves and will report a
    /// second end.
    #[napi(catch_unwind)]
    pub fn abort(&self, ids: &[f64], cancel_job: bool) -> Vec<i64> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "they are numbers that a start method returned"
        )]
        let ids = ids.iter().map(|id| *id as u64).collect();
        let again = self.calls.abort(ids, cancel_job);
        again.into_iter().map(u64::cast_signed).collect()
    }

    /// Takes the oldest events. If any remain, the function of `listen` is called again.
    #[napi(catch_unwind, ts_return_type = "Array<BindingEvent>")]
    pub fn take<'e>(&self, env: &'e Env) -> napi::Result<Vec<Unknown<'e>>> {
        take_events(&self.calls, env)
    }

    /// Sets whether pending events keep the process alive. Initially they do not. Returns whether there is a function that is
    /// called when events arrive; if not, `listen` must set one.
    #[napi(catch_unwind)]
    pub fn hold(&self, env: Env, held: bool) -> napi::Result<bool> {
        self.calls.hold(env, held)
    }

    /// Sets the function that is called when events arrive, and keeps the process alive.
    #[napi(catch_unwind)]
    pub fn listen(&self, env: Env, on_events: Function<'_, (), ()>) -> napi::Result<()> {
        self.calls.events.listen(env, &on_events)
    }
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

impl Drop for BindingClient {
    /// Aborts all calls: the JavaScript object was garbage-collected, or its worker was terminated.
    fn drop(&mut self) {
        self.calls.abort_all();
    }
}
