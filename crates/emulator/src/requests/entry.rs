//! One request in the log: what the log shows to programs, and beside it what only the page shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::faults::Fault;

/// A request that the emulator received under `/api`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method, for instance `POST`.
    pub method: String,
    /// The path in its percent-encoded form, without its query.
    pub path: String,
    /// The query in its encoded form, without the `?`. `None` if there was no `?`.
    pub query: Option<String>,
    /// The headers by lower-case name. Values of a repeated header are joined by `, `. `authorization` keeps only its
    /// scheme, if it is a usual one, as `ApiKey ***`.
    pub headers: BTreeMap<String, String>,
    /// The first 64 KiB of the body as text. U+FFFD replaces bytes that are not UTF-8, so see `body_bytes` for the true
    /// size.
    pub body: String,
    /// The size of the whole body, in bytes. 0 until it has arrived.
    pub body_bytes: usize,
    /// When its head arrived, in milliseconds since the emulator started.
    pub received_at_ms: f64,
    /// The status of its response. `None` until then.
    pub status: Option<u16>,
    /// Its outcome.
    pub state: RequestState,
}

impl RecordedRequest {
    /// Returns how many bytes its method, path, query and headers have.
    pub(super) fn head_bytes(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len());
        self.method.len() + self.path.len() + self.query.as_ref().map_or(0, String::len) + headers.sum::<usize>()
    }
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RequestState {
    /// It has no response yet.
    Open,
    /// Its response was passed to the connection.
    Answered,
    /// Its connection closed before the response: the client disconnected, or a fault reset it.
    Aborted,
}

/// What only the page shows about a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extra {
    /// The number of its connection, counting from 1.
    pub(crate) connection: u64,
    /// How long its outcome took, in milliseconds: until the last byte of its response, or until it was aborted.
    pub(crate) duration_ms: Option<f64>,
    /// Whether it met a fault.
    pub(crate) met_fault: bool,
    /// That fault, unless it is large.
    pub(crate) fault: Option<Arc<Fault>>,
    /// The job in its path, or the one that it made.
    pub(crate) job: Option<String>,
    /// A hash of its body. Attempts of the same request have the same one.
    pub(crate) body_hash: Option<u64>,
    pub(crate) response: Option<RecordedResponse>,
}

/// A response, as far as it was passed to the connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordedResponse {
    pub(crate) headers: BTreeMap<String, String>,
    /// The first bytes of its body.
    pub(crate) body: Vec<u8>,
    /// The size of the body so far. `None` until the response has ended.
    pub(crate) body_bytes: Option<u64>,
    /// Whether it ended before the end of its body.
    pub(crate) is_cut: bool,
}

/// A request in the log.
pub(super) struct Entry {
    pub(super) request: RecordedRequest,
    pub(super) extra: Extra,
    /// The change of the log that changed it last.
    pub(super) changed: u64,
}

impl Entry {
    /// Returns how many bytes of bodies it holds.
    pub(super) fn body_bytes(&self) -> usize {
        let response = self.extra.response.as_ref().map_or(0, |response| response.body.len());
        let fault = self.extra.fault.as_ref().map_or(0, |fault| fault.bytes());
        self.request.body.len() + response + fault
    }

    /// Returns how many bytes of heads it holds.
    pub(super) fn head_bytes(&self) -> usize {
        let headers = self.extra.response.iter().flat_map(|response| &response.headers);
        self.request.head_bytes() + headers.map(|(name, value)| name.len() + value.len()).sum::<usize>()
    }
}
