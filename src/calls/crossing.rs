//! Converts events into JavaScript values. An event that cannot be converted ends its own call, and no other.

use napi::{
    Env,
    bindgen_prelude::{ToNapiValue as _, Unknown},
};

use super::{
    events::BindingEvent,
    queue::{EventQueue, Queued},
};
use crate::{errors::BindingError, numbers::LONGEST_STRING};

/// Takes the oldest events, and converts them.
pub(crate) fn take_events<'e>(events: &EventQueue, env: &'e Env) -> napi::Result<Vec<Unknown<'e>>> {
    let events = events.take().into_iter();
    events.map(|queued| cross(queued, env)).collect()
}

/// Converts an event into a JavaScript value.
fn cross(Queued { calls, event }: Queued, env: &Env) -> napi::Result<Unknown<'_>> {
    let id = event.id().cast_unsigned();
    let length = event.text_length();
    // The original failure says more than the error of its conversion.
    let error = event.error().map(BindingError::without_texts);
    event.into_unknown(env).or_else(|reason| {
        if let Some(calls) = calls.upgrade() {
            calls.end_call(id);
        }
        BindingEvent::failed(id, error.unwrap_or_else(|| uncrossed(length, &reason))).into_unknown(env)
    })
}

/// Returns the error for an event that cannot be converted and that does not report a failure.
fn uncrossed(length: usize, reason: &napi::Error) -> BindingError {
    if length <= LONGEST_STRING {
        return BindingError::internal(format!(
            "internal error: an event of the call cannot be handed to JavaScript: {reason}"
        ));
    }
    BindingError::unreadable(format!(
        "the response has a text of {length} bytes, longer than a JavaScript string can be ({LONGEST_STRING} UTF-16 units); \
         read it in smaller parts: fewer items per page, streamResults or openOutput"
    ))
}
