//! Asynchronous client for the Modzy HTTP API: submits jobs, waits for them through outages, reads their results.
//!
//! ```no_run
//! use modzy_client::{Abort, Auth, BaseUrl, Client, RunJob, RunOptions};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(BaseUrl::host("https://app.modzy.com")?, Auth::api_key("<prefix>.<body>"))?;
//! let job = RunJob::new("ed542963de", [("input.txt", "What a lovely day!")]);
//! let run = client.run(job, &RunOptions::default(), &Abort::default(), &mut ()).await;
//! let outputs = run.result?.outputs.ok_or("a single input has outputs")?;
//! println!("{}", outputs.as_str());
//! # Ok(())
//! # }
//! ```
//!
//! # Where to start
//!
//! - A [`Client`], from the root of an API ([`BaseUrl`]) and credentials ([`Auth`]). [`Client::builder`] has its settings: time
//!   limits, retries, sockets, headers, proxies, certificates. It reads the environment only
//!   with [`ClientBuilder::proxy_from_env`].
//! - Further clients on the same connections: [`Client::transport`] and [`ClientBuilder::transport`].
//! - A result in one call: [`Client::run`] with a [`RunJob`]; [`Client::submit`] does not wait.
//! - A job: [`TextJob`], [`EmbeddedJob`], [`FileJob`], [`S3Job`], [`StorageGridJob`],
//!   [`AzureJob`], [`JdbcJob`], or a body of your own ([`Client::submit_job`]).
//! - A wait: [`Client::block_until_complete`], [`Client::block_until_result`], with [`WaitOptions`]; for thousands of them,
//!   [`Polling::Listing`].
//! - A batch that survives the end of its process: [`Client::open_journal`], [`Journal::take`].
//! - Results: [`Client::get_result`], or one input at a time with [`Client::stream_results`]; outputs of any size with
//!   [`Client::open_output`] and [`Client::download_output`].
//!
//! # Common rules
//!
//! - A response stays the text that the server sent: a [`Document`], which [`Document::parse`] parses into your types.
//! - Every method is a future; dropping it closes the request. They need a Tokio runtime with time and I/O.
//! - A failure is a structured [`Error`]: the status, how far the request had come, whether the server may have seen it.
//!   [`Error::is_retryable`] says whether the same call may be made again.
//! - A request that the server may have seen is repeated only if that is harmless: reads and cancels, never submits and chunks.
//! - No error, and no `Debug`, shows credentials.

#![cfg_attr(doctest, doc = include_str!("../README.md"))]
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod account;
mod accounting;
mod auth;
mod backoff;
mod blocking;
mod call;
mod client;
mod clock;
mod dashboard;
mod deployment;
mod document;
mod ended;
mod endpoint;
mod engines;
mod error;
mod faults;
mod files;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
mod jobs;
mod journal;
mod listing;
mod models;
mod observer;
mod outputs;
mod pace;
mod raw;
mod reactor;
mod resolver;
mod results;
mod run;
mod steps;
mod sync;
mod timestamp;
mod transport;
mod uploads;
mod waiter;

pub use self::{
    account::{ProjectFilter, UserFilter},
    auth::Auth,
    blocking::{end_threads, start_threads},
    client::{Client, ClientBuilder, RequestOptions},
    clock::{Clock, Random, Sleep, SystemClock, SystemRandom},
    dashboard::{MetricPoint, MetricSeries, ReportFilter},
    deployment::{ContainerImage, DeployOptions, ModelDescription, ModelSpec, Sample, SpecInput, SpecOutput, Step},
    document::Document,
    ended::Polling,
    endpoint::BaseUrl,
    engines::EngineRange,
    error::{BodyFault, Call, ConnectionFault, Error, GaveUp, InputFault, JournalFault, Phase, Result, Sent},
    jobs::{
        Abort, AzureBlobs, AzureJob, AzureJobBuilder, CANCEL_GRACE, CancelLimits, CancelOutcome, Cancellation,
        EmbeddedJob, EmbeddedValue, Ended, FetchedJob, FetchedJobBuilder, JdbcJob, JdbcJobBuilder, JdbcQuery,
        JobFilter, JobHistoryFilter, JobOfCall, JobSearch, S3Job, S3JobBuilder, S3Objects, Sources, StorageGridJob,
        StorageGridJobBuilder, StorageGridObjects, TextJob, WaitOptions, fate_of_aborted, is_final_status,
        path_to_data_uri,
    },
    journal::{Journal, JournalKey, JournalTurn},
    listing::Page,
    models::{ModelFilter, ModelVersionFilter},
    observer::{Event, Observer, QueueReason},
    outputs::{Contents, DownloadProgress, Downloaded, Output, OutputRef},
    raw::RawRequest,
    resolver::{Lookup, Resolver, SystemResolver},
    results::{JobAndOutcome, JobAndResult, NoOutputs, ReadAhead, ResultStream, outputs_of},
    run::{Failures, RunInputs, RunJob, RunListener, RunOptions, RunOutcome, RunResult, RunSource},
    steps::{StepOptions, StepProgress},
    transport::{QueueState, RawResponse, Transport, TransportKey, TransportState},
    uploads::{ByteStream, FileJob, FileSource, JobInput, Upload, UploadProgress},
};
