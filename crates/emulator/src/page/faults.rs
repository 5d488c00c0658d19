//! The faults as the page lists them. `control` adds and clears them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::error::{Error, Segments};
use crate::faults::{Fault, FaultList, RemainingFault};

/// How many bytes of a fault's body are shown.
const SHOWN_BODY: usize = 1000;

/// A fault in the list. `skip` and `times` are what remains of them.
#[derive(Serialize)]
pub(super) struct Row {
    n: u64,
    fault: Fault,
}

impl Row {
    pub(super) fn of(remaining: &RemainingFault) -> Self {
        let mut fault = Fault::clone(&remaining.fault);
        fault.skip = remaining.skip;
        fault.times = remaining.times;
        if let Some(body) = fault.body.as_mut().filter(|body| body.len() > SHOWN_BODY) {
            body.truncate(body.floor_char_boundary(SHOWN_BODY));
            body.push('…');
        }
        Self {
            n: remaining.number,
            fault,
        }
    }
}

/// `DELETE /page/faults/{number}`.
pub(super) async fn remove(
    State(faults): State<FaultList>,
    Segments(number): Segments<u64>,
) -> Result<StatusCode, Error> {
    if faults.remove(number) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::not_found("the fault was removed or is used up"))
    }
}
