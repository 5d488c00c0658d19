//! Results: `GET /results/{job}`.

use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::Result,
};

impl Client {
    /// Reads the results of a job: `GET /results/{job}`. They are partial while the job runs.
    ///
    /// # Errors
    /// `Status` 404 for a job that does not exist, and for a short while after its receipt.
    pub async fn get_result(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("/results/{}", segment("jobId", job_id)?);
        self.send(&self.request(Method::GET, &path, Some(job_id))?, options)
            .await
    }
}
