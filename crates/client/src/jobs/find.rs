//! Jobs by the keys of their inputs, which the history is scanned for.

use std::{cmp::Reverse, collections::BinaryHeap, ops::ControlFlow};

use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::given,
    error::{BodyFault, Call, Error, Result, Sent},
    jobs::Scanned,
    timestamp,
};

/// How far back a search goes by default, in ms.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// What [`Client::find_jobs`] looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobSearch {
    /// The key of an input of the job.
    pub input_key: String,
    /// The earliest creation by the server's clock, in ISO 8601. `None`: 24 hours ago by this machine's.
    pub since: Option<String>,
    /// The model's identifier. `None`: any.
    pub model_id: Option<String>,
    /// The version's number. `None`: any.
    pub version: Option<String>,
    /// The most jobs to find.
    pub limit: usize,
}

impl JobSearch {
    /// Creates a search for all jobs of the last 24 hours that have an input with this key.
    pub fn new(input_key: impl Into<String>) -> Self {
        Self {
            input_key: input_key.into(),
            since: None,
            model_id: None,
            version: None,
            limit: usize::MAX,
        }
    }
}

impl Client {
    /// Finds the jobs of this client's key that have an input with some key: a scan of `GET /jobs/history`. Returns the newest first.
    /// A server adds a job to its history some time after it has accepted it. A job whose inputs the history does not name is not found.
    /// With a team's token, the jobs of all keys are found.
    ///
    /// # Errors
    /// As [`Client::get_job_history`], [`Error::Response`] if the pages of the history repeat themselves, so that it cannot be read to its
    /// end, and [`Error::Argument`] for a time that cannot be read, and for an empty identifier.
    pub async fn find_jobs(&self, search: &JobSearch, options: &RequestOptions) -> Result<Vec<Document>> {
        given("input_key", &search.input_key)?;
        for (name, wanted) in [("model_id", &search.model_id), ("version", &search.version)] {
            wanted.as_deref().map(|wanted| given(name, wanted)).transpose()?;
        }
        if search.limit == 0 {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        let is_wanted = |wanted: &Option<String>, has: &str| wanted.as_deref().is_none_or(|wanted| wanted == has);
        let since = match &search.since {
            None => timestamp::now().saturating_sub(DAY),
            Some(since) => timestamp::millis(since).ok_or_else(|| {
                Error::argument("since", r#"must be a time in ISO 8601, such as "2026-01-31T12:00:00Z""#)
            })?,
        };
        // The newest ones, as many as the limit. Others may come before them.
        let mut newest = BinaryHeap::new();
        let scan = self.scan_history(Some(since), options, |job| {
            let has_key = job.inputs.iter().flatten().any(|key| *key == search.input_key);
            if has_key && is_wanted(&search.model_id, &job.model) && is_wanted(&search.version, &job.version) {
                found.push((job.created, job.document()));
                newest.push(Reverse(job.created));
                if newest.len() > search.limit {
                    newest.pop();
                }
            }
            let oldest = newest.peek().filter(|_| newest.len() == search.limit);
            ControlFlow::Continue(oldest.and_then(|Reverse(created)| *created))
        });
        if scan.await? == Scanned::BadPages {
            let url = format!("{}/jobs/history", self.base_url().as_str());
            return Err(Error::Response {
                status: 200,
                fault: BodyFault::Repeated,
                detail: ", so a job may be missing".to_owned(),
                sent: Sent::Maybe,
                call: Box::new(Call::new(Method::GET, url, None)),
            });
        }
        found.sort_by_key(|(created, _)| Reverse(*created));
        Ok(found.into_iter().map(|(_, job)| job).take(search.limit).collect())
    }
}
