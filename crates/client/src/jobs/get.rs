//! A job: `GET /jobs/{job}`, and whether its status is an end.

use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::Result,
    transport::Request,
};

/// Whether a job with this status has come to its end. `SUBMITTED`, `IN_PROGRESS`, `PENDING` and `OPEN` have not; a status
/// that nobody knows counts as an end, as it does in Modzy's own SDKs.
#[must_use]
pub fn is_final_status(status: &str) -> bool {
    !matches!(status, "SUBMITTED" | "IN_PROGRESS" | "PENDING" | "OPEN")
}

impl Client {
    /// Reads a job: `GET /jobs/{job}`. Unlike a wait it takes any JSON that is neither about another job nor an error body, whether
    /// it tells a status or not.
    ///
    /// # Errors
    /// `Status` 404 for a job that does not exist, or does not exist yet.
    pub async fn get_job(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        self.send(&self.job_request(Method::GET, "jobId", job_id)?, options)
            .await
    }

    /// A request about one job.
    pub(super) fn job_request(&self, method: Method, argument: &'static str, job_id: &str) -> Result<Request> {
        let path = format!("/jobs/{}", segment(argument, job_id)?);
        Ok(self.request(method, &path, Some(job_id)))
    }
}
