//! Jobs by the dozen: `GET /jobs/history`, and reading the jobs of a list.

use std::collections::HashSet;

use http::Method;
use serde::Deserialize;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::Result,
    listing::{count, text, with_query},
    transport::{Expect, Request, Shape},
};

/// Which jobs [`Client::get_job_history`] lists. What is `None` is not sent, and left to the server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct JobHistoryFilter {
    /// A part of the submitter's first name, last name or e-mail address.
    #[serde(deserialize_with = "text")]
    pub user: Option<String>,
    /// The prefix of the API key that was used.
    #[serde(deserialize_with = "text")]
    pub access_key: Option<String>,
    /// The earliest submission, in ISO 8601. The server refuses one in the future.
    #[serde(deserialize_with = "text")]
    pub start_date: Option<String>,
    /// The latest submission, in ISO 8601. The server refuses it without `start_date`.
    #[serde(deserialize_with = "text")]
    pub end_date: Option<String>,
    /// A part of the model's name.
    #[serde(deserialize_with = "text")]
    pub model: Option<String>,
    /// `ALL`, `PENDING`, `TERMINATED`, or the status itself.
    #[serde(deserialize_with = "text")]
    pub status: Option<String>,
    /// The member to sort by, such as `createdAt`. Goes out as `sort-by`.
    #[serde(deserialize_with = "text")]
    pub sort_by: Option<String>,
    /// `ASC` or `DESC`.
    #[serde(deserialize_with = "text")]
    pub direction: Option<String>,
    /// The page; the first is 1.
    #[serde(deserialize_with = "count")]
    pub page: Option<u64>,
    /// How many jobs a page holds. Goes out as `per-page`; the server's own number is 10.
    #[serde(deserialize_with = "count")]
    pub per_page: Option<u64>,
}

impl JobHistoryFilter {
    fn path(&self) -> String {
        let page = self.page.map(|page| page.to_string());
        let per_page = self.per_page.map(|number| number.to_string());
        let members = [
            ("user", &self.user),
            ("accessKey", &self.access_key),
            ("startDate", &self.start_date),
            ("endDate", &self.end_date),
            ("model", &self.model),
            ("status", &self.status),
            ("sort-by", &self.sort_by),
            ("direction", &self.direction),
            ("page", &page),
            ("per-page", &per_page),
        ];
        with_query("/jobs/history", &members.map(|(name, value)| (name, value.as_deref())))
    }
}

impl Client {
    /// Searches the jobs of the past: `GET /jobs/history`. Answers with an array of jobs.
    ///
    /// # Errors
    /// As every read; `Status` 400 for dates that the server refuses.
    pub async fn get_job_history(&self, filter: &JobHistoryFilter, options: &RequestOptions) -> Result<Document> {
        self.list(&filter.path(), options).await
    }

    /// Searches the jobs of the past, one page: `GET /jobs/history`. Answers as [`Client::get_models_page`] does.
    ///
    /// # Errors
    /// As [`Client::get_job_history`], and `Response` where the answer is no array.
    pub async fn get_job_history_page(&self, filter: &JobHistoryFilter, options: &RequestOptions) -> Result<Document> {
        self.page(&filter.path(), filter.per_page, options).await
    }

    /// Reads exactly these jobs, eight at a time: `GET /jobs/{job}` for each. Answers with an array in the order given. A job
    /// that is named twice is read, and stands there, once; one that does not exist is left out.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) before anything is sent, for an identifier that cannot be one; else the
    /// first failure other than `Status` 404.
    pub async fn get_jobs<S: AsRef<str>>(&self, job_ids: &[S], options: &RequestOptions) -> Result<Document> {
        let mut known = HashSet::new();
        let ids = job_ids.iter().map(AsRef::as_ref).filter(|id| known.insert(*id));
        let requests = ids.map(|id| {
            let path = format!("/jobs/{}", segment("jobIdentifiers", id)?);
            Ok(Request {
                expect: Expect::Body(Shape::Job),
                ..self.request(Method::GET, &path, Some(id))
            })
        });
        let jobs = self.read_all(requests.collect::<Result<_>>()?, options).await?;
        let jobs: Vec<_> = jobs.iter().map(Document::as_str).collect();
        Ok(Document::of_json(format!("[{}]", jobs.join(","))))
    }
}
