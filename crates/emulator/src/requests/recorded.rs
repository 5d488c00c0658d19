//! One request in the log, for what happens to it: the middleware, its route, its fault and the end of its response.

use std::sync::Arc;

use axum::response::Response;

use super::log::RequestLog;
use crate::faults::Fault;

/// A request in the log.
#[derive(Clone)]
pub(crate) struct Recorded {
    log: RequestLog,
    number: usize,
}

impl Recorded {
    pub(super) fn new(log: RequestLog, number: usize) -> Self {
        Self { log, number }
    }

    pub(super) fn is_detailed(&self) -> bool {
        self.log.is_detailed()
    }

    /// Notes the job that the request made.
    pub(crate) fn made(&self, job: &str) {
        self.log.set_job(self.number, job);
    }

    /// Notes that the request met a fault.
    pub(crate) fn met_fault(&self, fault: &Arc<Fault>) {
        self.log.set_fault_met(self.number, fault);
    }

    pub(super) fn response_ended(&self, body: Vec<u8>, bytes: u64, is_cut: bool) {
        self.log.set_response_end(self.number, body, bytes, is_cut);
    }

    pub(super) fn set_body(&self, body: &[u8]) {
        self.log.set_body(self.number, body);
    }

    pub(super) fn set_answered(&self, answer: &Response) {
        self.log.set_answered(self.number, answer.status(), answer.headers());
    }

    pub(super) fn set_aborted(&self) {
        self.log.set_aborted(self.number);
    }
}
