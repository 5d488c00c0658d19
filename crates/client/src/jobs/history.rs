//! Lists of jobs: `GET /jobs/history`, and reads of several jobs.

use std::collections::HashSet;

use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::Result,
    listing::{Page, query, with_query},
    transport::{Expect, Request, Shape},
};

/// The filter of [`Client::get_job_history`]. A member that is `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobHistoryFilter {
    /// A part of the submitter's first name, last name or e-mail address.
    pub user: Option<String>,
    /// The prefix of the API key that was used.
    pub access_key: Option<String>,
    /// The earliest submission, in ISO 8601. The server refuses one in the future.
    pub start_date: Option<String>,
    /// The latest submission, in ISO 8601. The server refuses it without `start_date`.
    pub end_date: Option<String>,
    /// A part of the model's name.
    pub model: Option<String>,
    /// `ALL`, `PENDING`, `TERMINATED`, or the status itself.
    pub status: Option<String>,
    /// The member to sort by, such as `createdAt`. Goes out as `sort-by`.
    pub sort_by: Option<String>,
    /// `ASC` or `DESC`.
    pub direction: Option<String>,
    /// The page; the first is 1.
    pub page: Option<u64>,
    /// How many jobs a page holds. Goes out as `per-page`; the server's own number is 10.
    pub per_page: Option<u64>,
}

impl JobHistoryFilter {
    pub(super) fn path(&self) -> String {
        with_query(
            "/jobs/history",
            [
                ("user", query::text(self.user.as_deref())),
                ("accessKey", query::text(self.access_key.as_deref())),
                ("startDate", query::text(self.start_date.as_deref())),
                ("endDate", query::text(self.end_date.as_deref())),
                ("model", query::text(self.model.as_deref())),
                ("status", query::text(self.status.as_deref())),
                ("sort-by", query::text(self.sort_by.as_deref())),
                ("direction", query::text(self.direction.as_deref())),
                ("page", query::shown(self.page)),
                ("per-page", query::shown(self.per_page)),
            ],
        )
    }
}

impl Client {
    /// Searches past jobs: `GET /jobs/history`. Returns an array of jobs.
    ///
    /// # Errors
    /// As every read; `Status` 400 for dates that the server refuses.
    pub async fn get_job_history(&self, filter: &JobHistoryFilter, options: &RequestOptions) -> Result<Document> {
        self.list(&filter.path(), options).await
    }

    /// Searches past jobs, one page: `GET /jobs/history`. Returns a page as [`Client::get_models_page`] does.
    ///
    /// # Errors
    /// As [`Client::get_job_history`], and `Response` if the response is not an array.
    pub async fn get_job_history_page(&self, filter: &JobHistoryFilter, options: &RequestOptions) -> Result<Page> {
        self.page(&filter.path(), filter.per_page, options).await
    }

    /// Reads exactly these jobs, eight at a time: `GET /jobs/{job}` for each. Returns them in the order given. A job
    /// that is named twice is read and returned once; one that does not exist is left out.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) before anything is sent, for an invalid identifier; otherwise the
    /// first failure other than `Status` 404.
    pub async fn get_jobs_by_id<S: AsRef<str>>(
        &self,
        job_ids: &[S],
        options: &RequestOptions,
    ) -> Result<Vec<Document>> {
        let mut known = HashSet::new();
        let ids = job_ids.iter().map(AsRef::as_ref).filter(|id| known.insert(*id));
        let requests = ids.map(|id| {
            let path = format!("/jobs/{}", segment("job_ids", id)?);
            Ok(Request {
                expect: Expect::Body(Shape::Job),
                ..self.request(Method::GET, &path, Some(id))
            })
        });
        self.read_all(requests.collect::<Result<_>>()?, options).await
    }
}
