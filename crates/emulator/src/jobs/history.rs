//! The lists of jobs: the history with details, and the short list.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::Timestamp;

use super::documents::{Details, Summary};
use super::job::Job;
use super::lifecycle::Status;
use super::store::JobStore;
use crate::base_url::BaseUrl;
use crate::error::Error;
use crate::query::{Order, Parameters};

/// The values of the filter `status`: categories, and the statuses themselves.
const STATUSES: [&str; 11] = [
    "ALL",
    "PENDING",
    "TERMINATED",
    "TERMINATED_WITH_ERROR",
    "OPEN",
    "SUBMITTED",
    "IN_PROGRESS",
    "COMPLETED",
    "CANCELED",
    "TIMEDOUT",
    "ERROR",
];

const ORDERS: &[(&str, Order<Record>)] = &[
    ("identifier", |a, b| a.job.id.cmp(&b.job.id)),
    ("submittedBy", |a, b| {
        a.job.submitter.prefix.cmp(&b.job.submitter.prefix)
    }),
    // All jobs belong to the same key, so each shows the same number of jobs.
    ("submittedJobs", |_, _| std::cmp::Ordering::Equal),
    ("status", |a, b| a.details.status.name().cmp(b.details.status.name())),
    ("createdAt", |a, b| a.job.created_at().cmp(&b.job.created_at())),
    ("updatedAt", |a, b| a.details.updated.cmp(&b.details.updated)),
    ("submittedAt", |a, b| a.job.submitted_at().cmp(&b.job.submitted_at())),
    ("total", |a, b| a.details.total.cmp(&b.details.total)),
    ("completed", |a, b| a.details.completed.cmp(&b.details.completed)),
    ("fail", |a, b| a.details.failed.cmp(&b.details.failed)),
    ("model", |a, b| a.job.model.name.cmp(&b.job.model.name)),
];

/// A job and its progress at the time of the request.
struct Record {
    job: Arc<Job>,
    details: Details,
}

/// `GET /jobs/history`.
pub(super) async fn history(
    State(jobs): State<JobStore>,
    State(base_url): State<BaseUrl>,
    parameters: Parameters,
) -> Result<(HeaderMap, Json<Vec<Details>>), Error> {
    let records = search(&jobs, &parameters).await?;
    let (headers, records) = parameters.page(records, &base_url)?;
    Ok((
        headers,
        Json(records.into_iter().map(|record| record.details).collect()),
    ))
}

/// `GET /jobs`: the same jobs in short.
pub(super) async fn list(
    State(jobs): State<JobStore>,
    State(base_url): State<BaseUrl>,
    parameters: Parameters,
) -> Result<(HeaderMap, Json<Vec<Summary>>), Error> {
    let records = search(&jobs, &parameters).await?;
    let (headers, records) = parameters.page(records, &base_url)?;
    let summaries = records.iter().map(|record| Summary::of(&record.job, &record.details));
    Ok((headers, Json(summaries.collect())))
}

async fn search(jobs: &JobStore, parameters: &Parameters) -> Result<Vec<Record>, Error> {
    let filter = Filter::of(parameters)?;
    let mut records = Vec::new();
    for job in jobs.all() {
        if filter.passes(&job) {
            let details = Details::of(&job).await?;
            records.push(Record { job, details });
        }
    }
    records.retain(|record| parameters.passes("status", |name| has_status(&record.details, name)));
    parameters.sort(&mut records, Some("createdAt"), ORDERS)?;
    Ok(records)
}

struct Filter<'a> {
    parameters: &'a Parameters,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

impl<'a> Filter<'a> {
    fn of(parameters: &'a Parameters) -> Result<Self, Error> {
        let start = parameters.moment("startDate")?;
        let end = parameters.moment("endDate")?;
        if end.is_some() && start.is_none() {
            return Err(Error::bad_request("endDate needs a startDate"));
        }
        if start.is_some_and(|start| start > Timestamp::now()) {
            return Err(Error::bad_request("startDate is in the future"));
        }
        let is_known = |name: &str| STATUSES.iter().any(|known| known.eq_ignore_ascii_case(name));
        let names = parameters.get("status").unwrap_or("ALL");
        if !names.split([';', ',']).all(is_known) {
            return Err(Error::bad_request(format!(
                "status must be one of {}",
                STATUSES.join(", ")
            )));
        }
        Ok(Self { parameters, start, end })
    }

    /// Whether a job passes the filters that do not depend on its progress.
    fn passes(&self, job: &Job) -> bool {
        let about = &job.model;
        // Compares milliseconds, since responses have no more.
        let created = job.created_at().as_millisecond();
        self.start.is_none_or(|start| start.as_millisecond() <= created)
            && self.end.is_none_or(|end| created <= end.as_millisecond())
            && self
                .parameters
                .passes_like("user", &job.submitter.person().searchable())
            && self.parameters.passes_like("accessKey", &job.submitter.prefix)
            && self.parameters.passes_like("model", &about.name)
            && self
                .parameters
                .passes("modelIdentifier", |identifier| identifier == about.identifier)
            && self
                .parameters
                .passes("modelVersion", |version| version == job.version.number)
            && self
                .parameters
                .passes_like("search", &format!("{}\n{}\n{}", job.id, about.identifier, about.name))
    }
}

fn has_status(details: &Details, name: &str) -> bool {
    let is_final = details.status.is_final();
    match name.to_ascii_uppercase().as_str() {
        "ALL" => true,
        "PENDING" => !is_final,
        "TERMINATED" => is_final,
        "TERMINATED_WITH_ERROR" => details.status == Status::TimedOut || is_final && details.failed > 0,
        exact => exact == details.status.name(),
    }
}
