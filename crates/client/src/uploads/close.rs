//! Closes the job of an upload: `POST /jobs/{job}/close`. Recovers from a lost response.

use bytes::Bytes;
use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::Result,
    jobs::Stage,
    transport::{Expect, Payload, Request, RouteClass, Shape},
};

impl Client {
    /// Closes an open job, which then runs: `POST /jobs/{job}/close`. Returns the receipt. If the response is
    /// lost or empty, reads the job, and returns it if it was closed.
    ///
    /// # Errors
    /// [`Error::Status`](crate::Error::Status) if the server refuses, for instance because the job is not open.
    pub async fn close_job(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("/jobs/{}/close", segment("job_id", job_id)?);
        let request = Request {
            payload: Payload::Json(Bytes::from_static(b"{}")),
            expect: Expect::Body(Shape::Receipt),
            route: Some(RouteClass::Chunk),
            ..self.request(Method::POST, &path, Some(job_id))
        };
        let error = match self.send(&request, options).await {
            Err(error) if error.may_have_acted() => error,
            settled => return settled,
        };
        // An unknown status does not show whether the job was closed.
        let is_closed = |stage| !matches!(stage, Stage::Open | Stage::Unknown);
        let read = self
            .job_at_stage(job_id, Some(RouteClass::Read), options, is_closed)
            .await;
        read.ok_or(error)
    }
}
