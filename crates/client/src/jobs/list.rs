//! The short list of jobs: `GET /jobs`.

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
    listing::{Page, query, with_query},
};

/// The filter of [`Client::get_jobs`]. A member that is `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobFilter {
    /// A part of the submitter's first name, last name or e-mail address.
    pub user: Option<String>,
    /// The prefix of the API key that was used.
    pub access_key: Option<String>,
    /// The earliest submission, in ISO 8601.
    pub start_date: Option<String>,
    /// The latest submission, in ISO 8601.
    pub end_date: Option<String>,
    /// A part of the model's name.
    pub model: Option<String>,
    /// `ALL`, `PENDING`, `TERMINATED`, or the status itself.
    pub status: Option<String>,
    /// The page; the first is 1.
    pub page: Option<u64>,
    /// How many jobs a page holds. Goes out as `per-page`.
    pub per_page: Option<u64>,
}

impl JobFilter {
    fn path(&self) -> Result<String> {
        Ok(with_query(
            "/jobs",
            [
                ("user", query::text(self.user.as_deref())),
                (
                    "accessKey",
                    query::identifier("access_key", self.access_key.as_deref())?,
                ),
                ("startDate", query::text(self.start_date.as_deref())),
                ("endDate", query::text(self.end_date.as_deref())),
                ("model", query::text(self.model.as_deref())),
                ("status", query::text(self.status.as_deref())),
                ("page", query::shown(self.page)),
                ("per-page", query::shown(self.per_page)),
            ],
        ))
    }
}

impl Client {
    /// Lists jobs in short: `GET /jobs`. Returns an array of `{jobIdentifier, status, model}`. [`Client::get_job_history`] returns
    /// whole jobs.
    ///
    /// # Errors
    /// As every read; `Status` 400 for dates that the server refuses.
    pub async fn get_jobs(&self, filter: &JobFilter, options: &RequestOptions) -> Result<Document> {
        self.list(&filter.path()?, options).await
    }

    /// Lists jobs in short, one page: `GET /jobs`. Returns a page as [`Client::get_models_page`] does.
    ///
    /// # Errors
    /// As [`Client::get_jobs`], and `Response` if the response is not an array.
    pub async fn get_jobs_page(&self, filter: &JobFilter, options: &RequestOptions) -> Result<Page> {
        self.page(&filter.path()?, filter.per_page, options).await
    }
}
