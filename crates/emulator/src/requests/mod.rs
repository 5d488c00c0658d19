//! The log of requests under `/api`, and the middleware that records them.

mod entries;
mod entry;
mod heads;
mod log;
mod record;
mod recorded;
mod report;
mod response;

pub(crate) use self::entry::{Extra, RecordedResponse};
pub use self::entry::{RecordedRequest, RequestState};
pub(crate) use self::log::RequestLog;
pub(crate) use self::record::record;
pub(crate) use self::recorded::Recorded;
pub(crate) use self::report::report;
