//! The options of an emulator.

use std::fmt;
use std::time::Duration;

use crate::auth::Role;

/// How an [`Emulator`](crate::Emulator) behaves.
///
/// Every member has a default, so set only the ones that you need: `Options { control: true, ..Options::default() }`.
#[derive(Clone)]
pub struct Options {
    /// The port of `127.0.0.1` to listen on. 0, the default, selects a free one.
    pub port: u16,
    /// The key with all rights, as `prefix.body`. `None`, the default, generates a random one per start.
    pub api_key: Option<String>,
    /// A key without rights: requests with it get a 403. Default: `None`.
    pub restricted_key: Option<String>,
    /// Further keys, as `prefix.body`, each with its role and its own user. Default: none.
    pub keys: Vec<(Role, String)>,
    /// How long a job stays `SUBMITTED` after its receipt. Default: 500 ms.
    pub submitted: Duration,
    /// How long a job stays `IN_PROGRESS` after that. Its inputs finish one after the other, evenly spread over this
    /// time. Default: 1500 ms.
    pub in_progress: Duration,
    /// How long the job and its results get a 404 after the receipt, since the real service sends the receipt before it
    /// stores the job. Default: 0.
    pub store_delay: Duration,
    /// How the history deviates from a good one. Default: not at all.
    pub history: HistoryOptions,
    /// How long each step of a deployment takes: the pull of an image, the load of a container, its run. Default: 1 s.
    pub deployment_step: Duration,
    /// How long a load gets a 400 after a response has reported that the image is pulled. Default: 700 ms.
    pub image_settle: Duration,
    /// How long engines take to start or to stop. Default: 1 s.
    pub engine_start: Duration,
    /// The largest chunk of an upload, as `GET /jobs/features` returns it: a number, and one of the API's units such as
    /// `Mi`, `Ki`, `M` or `K`. Without a unit it is in bytes. Default: `1Mi`.
    pub chunk_size: String,
    /// The most chunks of one input, summed over its model inputs. Default: 10,000.
    pub max_chunks: usize,
    /// The most inputs of one job. Default: 10,000.
    pub max_inputs: usize,
    /// The most finished jobs to keep. The oldest are dropped for new ones. At least 1. Default: 10,000.
    pub max_finished_jobs: usize,
    /// The most bytes of all jobs, with their inputs and outputs. Finished jobs are dropped for new ones; a job that does not
    /// fit beside the unfinished ones gets a 507. At least 1. Default: 2 GiB.
    pub max_job_bytes: usize,
    /// The most bytes of the models that are created, and of what is set for models, with the earlier states that jobs have. A
    /// change that does not fit gets a 507. At least 1. Default: 256 MiB.
    pub max_model_bytes: usize,
    /// Whether the routes under `/control` are served. They need no key. Default: false.
    pub control: bool,
    /// Whether a page at the root of the server shows jobs with their inputs, requests, faults and models. It needs no key.
    /// Default: false.
    pub page: bool,
    /// Whether each request under `/api` is reported on standard error when it ends, with its method, path, status and duration.
    /// Default: false.
    pub verbose: bool,
}

/// Deviations of `GET /jobs/history`, which clients of other servers may meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the deviations are independent of each other"
)]
pub struct HistoryOptions {
    /// Every request gets a 403.
    pub refused: bool,
    /// The most records of a page, whatever `per-page` says.
    pub max_per_page: Option<usize>,
    /// How far the lists of jobs lag behind the jobs.
    pub lag: Duration,
    /// The first page is 0, and not 1.
    pub first_page_is_0: bool,
    /// `sort-by` and `direction` have no effect: the oldest job comes first.
    pub ignores_sort: bool,
    /// The items have no `updatedAt`.
    pub hides_updated_at: bool,
    /// The status filter `TERMINATED` leaves out jobs that timed out.
    pub timedout_is_not_terminated: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            api_key: None,
            restricted_key: None,
            keys: Vec::new(),
            submitted: Duration::from_millis(500),
            in_progress: Duration::from_millis(1500),
            store_delay: Duration::ZERO,
            history: HistoryOptions::default(),
            deployment_step: Duration::from_secs(1),
            image_settle: Duration::from_millis(700),
            engine_start: Duration::from_secs(1),
            chunk_size: "1Mi".to_owned(),
            max_chunks: 10_000,
            max_inputs: 10_000,
            max_finished_jobs: 10_000,
            max_job_bytes: 2 << 30,
            max_model_bytes: 256 << 20,
            control: false,
            page: false,
            verbose: false,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |key: &Option<String>| key.as_ref().map(|_| "***");
        f.debug_struct("Options")
            .field("port", &self.port)
            .field("api_key", &hidden(&self.api_key))
            .field("restricted_key", &hidden(&self.restricted_key))
            .field("keys", &self.keys.iter().map(|(role, _)| role).collect::<Vec<_>>())
            .field("submitted", &self.submitted)
            .field("in_progress", &self.in_progress)
            .field("store_delay", &self.store_delay)
            .field("history", &self.history)
            .field("deployment_step", &self.deployment_step)
            .field("image_settle", &self.image_settle)
            .field("engine_start", &self.engine_start)
            .field("chunk_size", &self.chunk_size)
            .field("max_chunks", &self.max_chunks)
            .field("max_inputs", &self.max_inputs)
            .field("max_finished_jobs", &self.max_finished_jobs)
            .field("max_job_bytes", &self.max_job_bytes)
            .field("max_model_bytes", &self.max_model_bytes)
            .field("control", &self.control)
            .field("page", &self.page)
            .field("verbose", &self.verbose)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_keys() {
        let options = Options {
            api_key: Some("prefix.secret".to_owned()),
            keys: vec![(Role::Developer, "prefix.secret".to_owned())],
            ..Options::default()
        };
        let text = format!("{options:?}");
        assert!(!text.contains("secret") && !text.contains("prefix"), "{text}");
    }
}
