//! The emulator over real sockets, with independent clients.

#[cfg(test)]
mod account;
#[cfg(test)]
mod accounting;
#[cfg(test)]
mod auth;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod connection_faults;
#[cfg(test)]
mod control;
#[cfg(test)]
mod dashboard;
#[cfg(test)]
mod deployment;
#[cfg(test)]
mod deployment_failures;
#[cfg(test)]
mod emulator;
#[cfg(test)]
mod engines;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod history;
#[cfg(test)]
mod history_options;
#[cfg(test)]
mod inputs;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod model_changes;
#[cfg(test)]
mod model_search;
#[cfg(test)]
mod models;
#[cfg(test)]
mod outputs;
#[cfg(test)]
mod page;
#[cfg(test)]
mod page_details;
#[cfg(test)]
mod related;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod results;
#[cfg(test)]
mod single_results;
#[cfg(test)]
mod support;
#[cfg(test)]
mod upload_refusals;
#[cfg(test)]
mod uploads;
