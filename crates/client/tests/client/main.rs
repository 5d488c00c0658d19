//! The client over real sockets: against the emulator, and against scripted servers.
//!
//! With `cfg(test)`, Clippy treats the helpers as tests and allows `unwrap`.

#![cfg_attr(
    test,
    expect(clippy::disallowed_methods, reason = "a test may fail if it gets no thread")
)]

#[cfg(test)]
mod aborts;
mod accounting;
#[cfg(test)]
mod addresses;
#[cfg(test)]
mod cancel;
#[cfg(test)]
mod changing_files;
#[cfg(test)]
mod changing_targets;
#[cfg(test)]
mod closed_unseen;
#[cfg(test)]
mod codings;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod deployment;
#[cfg(test)]
mod deployment_resuming;
#[cfg(test)]
mod deployment_steps;
mod deployment_waits;
#[cfg(test)]
mod download_access;
#[cfg(test)]
mod download_durability;
#[cfg(test)]
mod download_resuming;
#[cfg(test)]
mod download_space;
#[cfg(test)]
mod download_targets;
#[cfg(test)]
mod downloads;
#[cfg(test)]
mod dropping;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod find_jobs;
#[cfg(test)]
mod framing;
#[cfg(test)]
mod frozen;
#[cfg(test)]
mod frozen_limits;
#[cfg(test)]
mod handshake_refusals;
#[cfg(test)]
mod handshakes;
#[cfg(test)]
mod history;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod keep_alive;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod long_outages;
#[cfg(test)]
mod look_ups;
#[cfg(test)]
mod missing_outputs;
#[cfg(test)]
mod models;
#[cfg(test)]
mod observer;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod output_urls;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod permits;
#[cfg(test)]
mod phases;
#[cfg(test)]
mod proxies;
#[cfg(test)]
mod proxy_failures;
#[cfg(test)]
mod rate_limits;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod results;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod slow;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod something_else;
#[cfg(test)]
mod something_else_done;
#[cfg(test)]
mod something_else_of_models;
#[cfg(test)]
mod special_files;
#[cfg(test)]
mod streamed_results;
#[cfg(test)]
mod submits;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tags;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod trust;
#[cfg(test)]
mod tunnels;
#[cfg(test)]
mod unsolicited;
#[cfg(test)]
mod upload_failures;
#[cfg(test)]
mod upload_limits;
#[cfg(test)]
mod uploads;
#[cfg(test)]
mod wait;
#[cfg(test)]
mod wire;
#[cfg(test)]
mod working_folder;
