//! The lists of jobs: the history with details, and the short list.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::Timestamp;
use uuid::Uuid;

use super::documents::{Details, Summary};
use super::index::{Class, Failures, Order, Query};
use super::job::Job;
use super::lifecycle::Status;
use super::store::JobStore;
use crate::base_url::BaseUrl;
use crate::error::Error;
use crate::options::HistoryOptions;
use crate::query::{self, Parameters};

/// The values of the filter `status`: categories, and the statuses themselves.
const STATUSES: [&str; 11] = [
    "ALL",
    "PENDING",
    "TERMINATED",
    WITH_ERROR,
    "OPEN",
    "SUBMITTED",
    "IN_PROGRESS",
    "COMPLETED",
    "CANCELED",
    "TIMEDOUT",
    "ERROR",
];

const WITH_ERROR: &str = "TERMINATED_WITH_ERROR";

const ORDERS: &[(&str, query::Order<Record>)] = &[
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
    State(options): State<HistoryOptions>,
    parameters: Parameters,
) -> Result<(HeaderMap, Json<Vec<Details>>), Error> {
    if options.refused {
        return Err(Error::forbidden());
    }
    let (headers, records) = search(&jobs, &parameters, &base_url, options).await?;
    let details = records.into_iter().map(|record| {
        if options.hides_updated_at {
            record.details.without_updated_at()
        } else {
            record.details
        }
    });
    Ok((headers, Json(details.collect())))
}

/// `GET /jobs`: the same jobs in short.
pub(super) async fn list(
    State(jobs): State<JobStore>,
    State(base_url): State<BaseUrl>,
    parameters: Parameters,
) -> Result<(HeaderMap, Json<Vec<Summary>>), Error> {
    let (headers, records) = search(&jobs, &parameters, &base_url, HistoryOptions::default()).await?;
    let summaries = records.iter().map(|record| Summary::of(&record.job, &record.details));
    Ok((headers, Json(summaries.collect())))
}

/// Returns a page of the jobs that pass all filters.
async fn search(
    jobs: &JobStore,
    parameters: &Parameters,
    base_url: &str,
    options: HistoryOptions,
) -> Result<(HeaderMap, Vec<Record>), Error> {
    let filter = Filter::of(parameters, options)?;
    let page = parameters.paging(usize::from(!options.first_page_is_0), options.max_per_page)?;
    let order = if options.ignores_sort {
        Some((Order::Created, false))
    } else {
        indexed(parameters)?
    };
    if filter.needs_failures {
        resolve_failures(jobs, &filter).await?;
    }
    let (shown, found) = {
        let passes = |class: &Class| filter.passes(class);
        let query = Query {
            passes: &passes,
            only: filter.only(jobs),
            start: filter.start,
            end: filter.end,
        };
        jobs.index(|index| {
            let found = match order {
                Some((order, descending)) => index.page(&query, order, descending, page.skipped, page.size),
                None => index.all(&query),
            };
            (index.shown(), found)
        })
    };
    let mut records = Vec::new();
    for job in found {
        let details = Details::at(&job, shown).await?;
        records.push(Record { job, details });
    }
    if order.is_none() {
        parameters.sort(&mut records, None, ORDERS)?;
        records = records.into_iter().skip(page.skipped).take(page.size).collect();
    }
    Ok((parameters.links(&page, records.len(), base_url), records))
}

/// Returns the order, and whether it is reversed, if the index has it. Otherwise the jobs have to be sorted.
fn indexed(parameters: &Parameters) -> Result<Option<(Order, bool)>, Error> {
    let descending = parameters.descending()?;
    Ok(match parameters.get("sort-by") {
        None | Some("createdAt") => Some((Order::Created, descending)),
        Some("updatedAt") => Some((Order::Changed, descending)),
        Some(_) => None,
    })
}

/// Runs the models of the selected jobs that have ended, so that the index knows whether their inputs failed.
async fn resolve_failures(jobs: &JobStore, filter: &Filter<'_>) -> Result<(), Error> {
    let unknown = jobs.index(|index| index.unknown(&|class| filter.passes(class)));
    for job in unknown {
        let outcomes = job.outcomes(job.progress().processed).await?;
        let has_failures = outcomes.iter().any(Result::is_err);
        jobs.index(|index| index.resolve(job.number, has_failures));
    }
    Ok(())
}

struct Filter<'a> {
    parameters: &'a Parameters,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    options: HistoryOptions,
    /// Whether the filter `search` is the identifier of a job.
    is_identifier: bool,
    /// Whether it matters if inputs have failed.
    needs_failures: bool,
}

impl<'a> Filter<'a> {
    fn of(parameters: &'a Parameters, options: HistoryOptions) -> Result<Self, Error> {
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
        let mut names = names.split([';', ',']);
        Ok(Self {
            parameters,
            start,
            end,
            options,
            is_identifier: parameters
                .get("search")
                .is_some_and(|search| Uuid::try_parse(search).is_ok()),
            needs_failures: names.any(|name| name.eq_ignore_ascii_case(WITH_ERROR)),
        })
    }

    /// Returns the only job that can pass, if there is one, where the filter `search` is an identifier.
    #[expect(
        clippy::option_option,
        reason = "a job that is known not to exist, and one that is not known"
    )]
    fn only(&self, jobs: &JobStore) -> Option<Option<u64>> {
        let search = self.parameters.get("search").filter(|_| self.is_identifier)?;
        Some(jobs.get(search).ok().map(|job| job.number))
    }

    /// Whether the jobs of a class pass all filters but those by date and by their identifiers.
    fn passes(&self, class: &Class) -> bool {
        let key = &class.key;
        self.parameters
            .passes_like("user", &key.submitter.person().searchable())
            && self.parameters.passes_like("accessKey", &key.submitter.prefix)
            && self.parameters.passes_like("model", &key.name)
            && self
                .parameters
                .passes("modelIdentifier", |identifier| identifier == key.model)
            && self.parameters.passes("modelVersion", |version| version == key.version)
            && (self.is_identifier
                || self
                    .parameters
                    .passes_like("search", &format!("{}\n{}", key.model, key.name)))
            && self.parameters.passes("status", |name| self.has_status(class, name))
    }

    fn has_status(&self, class: &Class, name: &str) -> bool {
        let status = class.key.status;
        let timed_out = status == Status::TimedOut;
        match name.to_ascii_uppercase().as_str() {
            "ALL" => true,
            "PENDING" => !status.is_final(),
            "TERMINATED" => status.is_final() && !(timed_out && self.options.timedout_is_not_terminated),
            // A class whose failures are unknown passes until they are known.
            WITH_ERROR => timed_out || status.is_final() && class.key.failures != Failures::None,
            exact => exact == status.name(),
        }
    }
}
