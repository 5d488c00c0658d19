//! Complete results: `GET /results/{job}`, of one input or of all.

use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::Result,
    transport::{Expect, Request, Shape},
};

impl Client {
    /// Reads the results of a job: `GET /results/{job}`. They are partial while the job runs.
    ///
    /// # Errors
    /// `Status` 404 for a job that does not exist, and for a short while after its receipt.
    pub async fn get_result(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        let request = Request {
            expect: Expect::BodyOrNothing(Shape::Results),
            ..self.results_request(job_id)?
        };
        self.send(&request, options).await
    }

    /// Creates a request for the results of a job.
    pub(super) fn results_request(&self, job_id: &str) -> Result<Request> {
        let path = format!("/results/{}", segment("job_id", job_id)?);
        Ok(self.request(Method::GET, &path, Some(job_id)))
    }

    /// Reads the result of one input: `GET /results/{job}/datasource/{input}`.
    ///
    /// # Errors
    /// `Status` 404 for a job or an input that does not exist, and as [`Client::get_result`].
    pub async fn get_input_result(&self, job_id: &str, input_key: &str, options: &RequestOptions) -> Result<Document> {
        let job = segment("job_id", job_id)?;
        let path = format!("/results/{job}/datasource/{}", segment("input_key", input_key)?);
        let request = Request {
            expect: Expect::BodyOrNothing(Shape::InputResult),
            ..self.request(Method::GET, &path, Some(job_id))
        };
        self.send(&request, options).await
    }
}
