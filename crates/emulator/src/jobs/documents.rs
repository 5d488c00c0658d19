//! The API's documents about a job: the receipt of a submit, and the details.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;

use super::job::Job;
use super::lifecycle::Status;
use crate::account::{ACCOUNT, TEAM, Team, User};
use crate::error::Error;
use crate::timestamp::{basic_offset, extended_offset};

/// How many hours the inputs are kept, according to the receipt.
const HOURS_DELETE_INPUT: u32 = 24;

#[derive(Serialize)]
struct ModelReference {
    identifier: String,
    version: String,
    name: String,
}

impl ModelReference {
    fn of(job: &Job) -> Self {
        Self {
            identifier: job.model.identifier.clone(),
            version: job.version.number.clone(),
            name: job.model.name.clone(),
        }
    }
}

/// The response to a submit and to a close.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Receipt {
    model: ModelReference,
    status: Status,
    total_inputs: usize,
    job_identifier: String,
    access_key: String,
    explain: bool,
    job_type: &'static str,
    account_identifier: &'static str,
    team: Team,
    user: User,
    job_inputs: ReceiptInputs,
    submitted_at: String,
    hours_delete_input: u32,
    image_classification_model: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u64>,
    input_byte_amount: usize,
}

#[derive(Serialize)]
struct ReceiptInputs {
    identifier: Vec<String>,
}

impl Receipt {
    pub(super) fn of(job: &Job) -> Self {
        let keys = job.keys();
        Self {
            model: ModelReference::of(job),
            status: if job.is_open() { Status::Open } else { Status::Submitted },
            total_inputs: keys.len(),
            job_identifier: job.id.clone(),
            access_key: job.submitter.prefix.to_string(),
            explain: job.explain,
            job_type: "batch",
            account_identifier: ACCOUNT,
            team: TEAM,
            user: User::brief(job.submitter.person()),
            job_inputs: ReceiptInputs { identifier: keys },
            submitted_at: extended_offset(job.submitted_at()),
            hours_delete_input: HOURS_DELETE_INPUT,
            image_classification_model: false,
            timeout: job.timeout.map(milliseconds),
            input_byte_amount: job.input_bytes(),
        }
    }
}

/// The response to `GET` and `DELETE /jobs/{job}`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Details {
    job_identifier: String,
    submitted_by: String,
    account_identifier: &'static str,
    model: ModelReference,
    pub(super) status: Status,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
    submitted_at: String,
    pub(super) total: usize,
    pending: usize,
    pub(super) completed: usize,
    pub(super) failed: usize,
    elapsed_time: u64,
    queue_time: u64,
    user: User,
    job_inputs: Vec<DetailsInput>,
    explain: bool,
    team: Team,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u64>,
    input_byte_amount: usize,
    hours_delete_input: u32,
    image_classification_model: bool,
    /// `updatedAt` before it is formatted.
    #[serde(skip)]
    pub(super) updated: Timestamp,
}

#[derive(Serialize)]
struct DetailsInput {
    identifier: String,
}

impl Details {
    pub(super) async fn of(job: &Arc<Job>) -> Result<Self, Error> {
        Self::at(job, Instant::now()).await
    }

    /// Returns the details as they were at some point in time.
    pub(super) async fn at(job: &Arc<Job>, at: Instant) -> Result<Self, Error> {
        let progress = job.progress_at(at);
        let updated = job.updated_at(at, &progress);
        let keys = job.keys();
        let outcomes = job.outcomes(progress.processed).await?;
        let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
        Ok(Self {
            job_identifier: job.id.clone(),
            submitted_by: job.submitter.prefix.to_string(),
            account_identifier: ACCOUNT,
            model: ModelReference::of(job),
            status: progress.status,
            created_at: basic_offset(job.created_at()),
            updated_at: Some(extended_offset(updated)),
            submitted_at: extended_offset(job.submitted_at()),
            total: keys.len(),
            pending: keys.len().saturating_sub(progress.processed),
            completed: outcomes.len() - failed,
            failed,
            elapsed_time: milliseconds(progress.elapsed),
            queue_time: milliseconds(progress.queued),
            user: User::detailed(&job.submitter),
            job_inputs: keys.into_iter().map(|identifier| DetailsInput { identifier }).collect(),
            explain: job.explain,
            team: TEAM,
            timeout: job.timeout.map(milliseconds),
            input_byte_amount: job.input_bytes(),
            hours_delete_input: HOURS_DELETE_INPUT,
            image_classification_model: false,
            updated,
        })
    }
}

impl Details {
    /// Removes the time of the last change.
    pub(super) fn without_updated_at(self) -> Self {
        Self {
            updated_at: None,
            ..self
        }
    }
}

/// A job in a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    job_identifier: String,
    status: Status,
    model: ModelReference,
    submitted_at: String,
}

impl Summary {
    pub(super) fn of(job: &Job, details: &Details) -> Self {
        Self {
            job_identifier: job.id.clone(),
            status: details.status,
            model: ModelReference::of(job),
            submitted_at: details.submitted_at.clone(),
        }
    }
}

/// A duration in the API's unit.
pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
