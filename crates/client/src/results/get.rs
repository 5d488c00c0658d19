//! Results that are not handed out as they arrive: `GET /results/{job}`, of all inputs or of one.

use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::{given, segment},
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

    /// Reads the result of one input, as it is in the `results` or the `failures` of [`Client::get_result`], but without the
    /// additional level of old servers: `GET /results/{job}`. The body is read as it arrives, up to that input, and is then closed;
    /// the time limits are those of [`Client::stream_results`].
    ///
    /// The API has a route for one input, which answers with an object of another shape.
    ///
    /// # Errors
    /// `Status` 404 for a job that does not exist, and for an input that the results do not hold, maybe not yet; its message names
    /// the input. Otherwise as [`Client::stream_results`].
    pub async fn get_input_result(&self, job_id: &str, input_key: &str, options: &RequestOptions) -> Result<Document> {
        given("input_key", input_key)?;
        let mut results = self.stream_results(job_id, options).await?;
        match results.find(input_key).await? {
            Some(result) => Ok(result),
            None => Err(results.missing(input_key)),
        }
    }
}
