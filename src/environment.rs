//! What the clients of a JavaScript environment, which is a thread, have in common: their events and their transports.

use std::sync::Arc;

use napi::{
    Env,
    bindgen_prelude::{Function, Unknown},
};
use napi_derive::napi;

use crate::{
    calls::{EventQueue, take_events},
    transports::Transports,
};

/// The events of all clients of a JavaScript environment, and their transports. JavaScript creates one when it loads the package.
#[napi]
#[derive(Default)]
pub struct BindingEnvironment {
    events: Arc<EventQueue>,
    transports: Arc<Transports>,
}

#[napi]
impl BindingEnvironment {
    /// Creates an environment without clients.
    #[napi(constructor, catch_unwind)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the oldest events. If any remain, the function of `listen` is called again.
    #[napi(catch_unwind, ts_return_type = "Array<BindingEvent>")]
    pub fn take<'e>(&self, env: &'e Env) -> napi::Result<Vec<Unknown<'e>>> {
        take_events(&self.events, env)
    }

    /// Sets whether pending events keep the process alive. Initially they do not. Returns whether there is a function that is
    /// called when events arrive; if not, `listen` must set one.
    #[napi(catch_unwind)]
    pub fn hold(&self, env: Env, held: bool) -> napi::Result<bool> {
        self.events.hold(env, held)
    }

    /// Sets the function that is called when events arrive, and keeps the process alive.
    #[napi(catch_unwind)]
    pub fn listen(&self, env: Env, on_events: Function<'_, (), ()>) -> napi::Result<()> {
        self.events.listen(env, &on_events)
    }
}

impl BindingEnvironment {
    pub(crate) fn events(&self) -> Arc<EventQueue> {
        Arc::clone(&self.events)
    }

    pub(crate) fn transports(&self) -> &Arc<Transports> {
        &self.transports
    }
}
