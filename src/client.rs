//! The native class behind the public one.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use modzy_client::Client;
use napi::{
    Env, Status,
    bindgen_prelude::{Function, Uint8Array, Unknown},
};
use napi_derive::napi;

use crate::{
    calls::{Call, Calls, Outcome},
    config::BindingConfig,
    errors::BindingError,
    operations::{self, BindingOperation},
    options::BindingCallOptions,
    runtime,
};

/// A client, and the calls that it has under way.
#[napi]
pub struct BindingClient {
    client: Client,
    calls: Arc<Calls>,
}

#[napi]
impl BindingClient {
    /// Checks the settings, and reads the file of further certificates, if one is named. Opens nothing else.
    #[napi(constructor, catch_unwind)]
    pub fn new(config: BindingConfig) -> napi::Result<Self> {
        let client = config
            .client()
            .map_err(|error| napi::Error::new(Status::InvalidArg, BindingError::from(&error).message))?;
        Ok(Self {
            client,
            calls: Calls::new(),
        })
    }

    /// Whether a job with this status has come to its end. Without one it has not.
    #[napi(catch_unwind)]
    pub fn is_final_status(status: Option<String>) -> bool {
        status.is_some_and(|status| modzy_client::is_final_status(&status))
    }

    /// The root of the routes.
    #[napi(getter, catch_unwind)]
    pub fn base_url(&self) -> String {
        self.client.base_url().as_str().to_owned()
    }

    /// What was ignored of the settings, and why.
    #[napi(getter, catch_unwind)]
    pub fn warnings(&self) -> Vec<String> {
        self.client.warnings().to_vec()
    }

    /// A text of the caller's as a log may show it: its first kilobyte, without the client's own key or token.
    #[napi(catch_unwind)]
    pub fn without_key(&self, text: String) -> String {
        let masked = match self.client.without_key(&text) {
            Cow::Owned(masked) => Some(masked),
            Cow::Borrowed(_) => None,
        };
        masked.unwrap_or(text)
    }

    /// Starts a call and names it. Its end, and its news before that, are then to be taken. The bytes are copied.
    #[napi(catch_unwind)]
    pub fn start(
        &self,
        operation: BindingOperation,
        argument: String,
        options: Option<BindingCallOptions>,
        bytes: Option<Vec<Uint8Array>>,
    ) -> i64 {
        let client = self.client.clone();
        let call = Call::begin(&self.calls);
        let id = call.id.cast_signed();
        let bytes = bytes.unwrap_or_default();
        let bytes: Vec<_> = bytes.iter().map(|bytes| Bytes::copy_from_slice(bytes)).collect();
        let options = options.map(Box::new);
        match runtime::handle() {
            Ok(handle) => {
                handle.spawn(async move {
                    let outcome = operations::run(&client, operation, &argument, &bytes, options, &call).await;
                    call.settle(outcome.unwrap_or_else(|error| Outcome::Settled(Err(error))));
                });
            }
            Err(error) => call.settle(Outcome::Settled(Err(error))),
        }
        id
    }

    /// Gives a call the piece of a source that it has pulled; none at the end of the source. The piece is copied.
    #[napi(catch_unwind)]
    pub fn feed(&self, id: i64, piece: Option<Uint8Array>) {
        let piece = piece.map(|piece| Bytes::copy_from_slice(&piece));
        self.calls.feed(id.cast_unsigned(), piece);
    }

    /// Cancels calls: their requests are closed. With `cancel_job`, the jobs that they submit or wait for are then cancelled on
    /// the server. Their ends still are to be taken.
    #[napi(catch_unwind)]
    pub fn cancel(&self, ids: &[f64], cancel_job: bool) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "they are numbers that `start` has given"
        )]
        let ids = ids.iter().map(|id| *id as u64).collect();
        self.calls.abort(ids, cancel_job);
    }

    /// Takes the oldest news. For those that are left, the function is called again.
    #[napi(catch_unwind, ts_return_type = "Array<BindingCompletion>")]
    pub fn take<'e>(&self, env: &'e Env) -> napi::Result<Vec<Unknown<'e>>> {
        self.calls.take_events(env)
    }

    /// Whether the process lives on for the sake of events that may come. At first it does not. Returns whether there is a
    /// function that is called when there are events to take; if not, `listen` has to give one.
    #[napi(catch_unwind)]
    pub fn hold(&self, env: Env, held: bool) -> napi::Result<bool> {
        self.calls.hold(env, held)
    }

    /// Gives the function that is called when there are events to take, and has the process live on.
    #[napi(catch_unwind)]
    pub fn listen(&self, env: Env, on_events: Function<'_, (), ()>) -> napi::Result<()> {
        self.calls.events.listen(env, &on_events)
    }
}

impl Drop for BindingClient {
    /// Nobody is left to hear of the calls: the object was collected, or its worker was terminated.
    fn drop(&mut self) {
        self.calls.abort_all();
    }
}
