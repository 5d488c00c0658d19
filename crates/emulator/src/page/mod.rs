//! A page at the root of the server, on which developers see jobs, requests, faults and models.
//!
//! Its files are in `crates/emulator/page`. Its routes need no key, so they answer only this machine, and only the page itself.
//! It uses the routes of jobs and models, too: under `/page/api`, without a key, and without faults and the log.

mod assets;
mod events;
mod faults;
mod feed;
mod job;
mod job_feed;
mod mask;
mod requests;
mod routes;

pub(crate) use self::routes::routes;
