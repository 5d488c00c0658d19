//! A job: `GET /jobs/{job}`.

use http::Method;

use super::status::Stage;
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::Result,
    transport::{Expect, Request, RouteClass, Shape},
};

impl Client {
    /// Reads a job: `GET /jobs/{job}`. Unlike a wait, accepts a job without a status.
    ///
    /// # Errors
    /// `Status` 404 for a job that does not exist, or does not exist yet.
    pub async fn get_job(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        self.send(&self.job_request(Method::GET, job_id)?, options).await
    }

    /// Reads the stage of a job, to find out whether another request about it took effect.
    pub(crate) async fn job_at_stage(
        &self,
        job_id: &str,
        route: Option<RouteClass>,
        options: &RequestOptions,
        is_wanted: impl Fn(Stage) -> bool,
    ) -> Option<Document> {
        let request = Request {
            expect: Expect::Body(Shape::JobWithStatus),
            route,
            ..self.job_request(Method::GET, job_id).ok()?
        };
        let job = self.send(&request, options).await.ok()?;
        Stage::of_job(&job).is_some_and(is_wanted).then_some(job)
    }

    /// Creates a request about one job, whose response is the job.
    pub(super) fn job_request(&self, method: Method, job_id: &str) -> Result<Request> {
        let path = format!("/jobs/{}", segment("job_id", job_id)?);
        Ok(Request {
            expect: Expect::BodyOrNothing(Shape::Job),
            ..self.request(method, &path, Some(job_id))
        })
    }
}
