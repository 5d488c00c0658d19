//! Asynchronous client for the Modzy HTTP API: submits jobs, waits for them through outages, reads their results.
//!
//! ```no_run
//! use modzy_client::{Auth, BaseUrl, Client, RequestOptions, TextJob, WaitOptions};
//!
//! # async fn example() -> modzy_client::Result<()> {
//! let client = Client::new(BaseUrl::host("https://app.modzy.com")?, Auth::api_key("<prefix>.<body>"))?;
//! let job = TextJob {
//!     model_id: "ed542963de".to_owned(),
//!     version: "1.0.1".to_owned(),
//!     sources: [("my-input", [("input.txt", "What a lovely day!")].into())].into(),
//!     explain: None,
//!     timeout: None,
//! };
//! # let job: TextJob<std::collections::BTreeMap<&str, std::collections::BTreeMap<&str, &str>>> = job;
//! let receipt = client.submit_job_text(&job, &RequestOptions::default()).await?;
//! let job_id = receipt.string_member("jobIdentifier").unwrap_or_default();
//! let job = client.block_until_complete(&job_id, &WaitOptions::default(), |_| {}).await?;
//! println!("{}", job.as_str());
//! # Ok(())
//! # }
//! ```
//!
//! Answers stay the text that the server sent ([`Document`]). Every method is a future; dropping it closes the request.

#![forbid(unsafe_code)]

mod accounting;
mod auth;
mod batch;
mod chunks;
mod client;
mod clock;
mod document;
mod downloads;
mod embedded;
mod endpoint;
mod engines;
mod error;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
mod history;
mod jobs;
mod link;
mod mask;
mod models;
mod observer;
mod pace;
mod pages;
mod partial;
mod query;
mod resolver;
mod results;
mod retry;
mod similarity;
mod size;
mod submits;
mod tags;
mod transport;
mod uploads;
mod wait;

pub use self::{
    auth::Auth,
    client::{Client, ClientBuilder, RequestOptions},
    clock::{Clock, Random, Sleep, SystemClock, SystemRandom},
    document::Document,
    downloads::{DownloadProgress, Downloaded, Output, OutputRef},
    embedded::{EmbeddedJob, EmbeddedValue, path_to_data_uri},
    endpoint::BaseUrl,
    error::{BodyFault, Call, ConnectionFault, Error, InputFault, Phase, Result, Sent},
    history::JobHistoryFilter,
    jobs::{CancelOutcome, WaitOptions, is_final_status},
    models::ModelFilter,
    observer::{Event, Observer},
    resolver::{Lookup, Resolver, SystemResolver},
    results::ResultStream,
    submits::{JdbcJob, S3Job, Sources, TextJob},
    uploads::{FileJob, FileSource, JobInput, Pieces, Upload, UploadProgress},
};
