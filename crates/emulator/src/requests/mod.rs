//! The log of requests under `/api`, and the middleware that records them.

mod log;
mod record;

pub(crate) use self::log::RequestLog;
pub use self::log::{RecordedRequest, RequestState};
pub(crate) use self::record::record;
