//! A local Modzy: an HTTP server with the routes, the job life cycle and working models of the API.
//!
//! Use it for development and tests. It really processes jobs, and [`Fault`]s make single requests fail the way a
//! network or a gateway makes them fail. Nothing leaves the machine: it listens on `127.0.0.1` only.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use modzy_emulator::{Emulator, Options};
//!
//! let emulator = Emulator::start(Options::default()).await?;
//! println!("{} with the key {}", emulator.base_url(), emulator.api_key());
//! emulator.close().await;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(doctest, doc = include_str!("../README.md"))]
#![deny(missing_docs)]
#![expect(
    clippy::disallowed_methods,
    reason = "a separate program, which may panic if the system refuses a thread"
)]

mod account;
mod accounting;
mod auth;
mod base_url;
mod changes;
mod channel_body;
mod control;
mod dashboard;
mod deployment;
mod emulator;
mod engines;
mod error;
mod faults;
mod jobs;
mod json;
mod local_only;
mod member;
mod models;
mod options;
mod page;
mod query;
mod requests;
mod results;
mod router;
mod server;
mod state;
mod timestamp;
mod usage;

pub use crate::auth::Role;
pub use crate::emulator::Emulator;
pub use crate::faults::{ConnectionFault, Fault, InvalidFault};
pub use crate::models::table_of_models;
pub use crate::options::{HistoryOptions, Options};
pub use crate::requests::{RecordedRequest, RequestState};
