//! JDBC jobs: inputs that the server queries from a database.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::submits::{Input, body};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

/// A job whose inputs are the rows of a query, to be submitted with [`Client::submit_job_jdbc`]. `Debug` hides the password,
/// and the URL, which may hold it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JdbcJob {
    /// The model's identifier.
    pub model_id: String,
    /// The version's number.
    pub version: String,
    /// The database, such as `jdbc:postgresql://host:5432/name`.
    pub url: SecretString,
    /// The database's user.
    pub username: String,
    /// The user's password.
    pub password: SecretString,
    /// Such as `org.postgresql.Driver`.
    pub driver: String,
    /// The query. Its columns are named as the model's inputs.
    pub query: String,
    /// As in [`TextJob`](crate::TextJob).
    pub explain: Option<bool>,
    /// As in [`TextJob`](crate::TextJob).
    pub timeout: Option<u64>,
}

impl JdbcJob {
    /// The rows of a query for a version of a model, without explanation and time limit.
    pub fn new(
        model_id: impl Into<String>,
        version: impl Into<String>,
        url: impl Into<String>,
        username: impl Into<String>,
        password: impl Into<String>,
        driver: impl Into<String>,
        query: impl Into<String>,
    ) -> Self {
        Self {
            model_id: model_id.into(),
            version: version.into(),
            url: SecretString::from(url.into()),
            username: username.into(),
            password: SecretString::from(password.into()),
            driver: driver.into(),
            query: query.into(),
            explain: None,
            timeout: None,
        }
    }
}

impl Client {
    /// Submits the rows of a query to a model: `POST /jobs` with an input of type `jdbc`. Answers with the receipt.
    ///
    /// # Errors
    /// As [`Client::submit_job`]. None of them shows the password or the URL.
    pub async fn submit_job_jdbc(&self, job: &JdbcJob, options: &RequestOptions) -> Result<Document> {
        #[derive(Serialize)]
        struct Details<'a> {
            url: &'a str,
            username: &'a str,
            password: &'a str,
            driver: &'a str,
            query: &'a str,
        }
        let input = Input {
            r#type: "jdbc",
            details: Details {
                url: job.url.expose_secret(),
                username: &job.username,
                password: job.password.expose_secret(),
                driver: &job.driver,
                query: &job.query,
            },
            sources: None::<&()>,
        };
        let body = body(&job.model_id, &job.version, job.explain, job.timeout, Some(&input))?;
        self.submit_job(body, options).await
    }
}

#[cfg(test)]
mod tests {
    use super::{super::s3::S3Job, *};

    #[test]
    fn no_debug_output_shows_a_credential() {
        let s3 = S3Job::new("m", "v", "AKIA", "s3cr3t", "r", ());
        let jdbc = JdbcJob::new("m", "v", "jdbc:x?password=s3cr3t", "u", "s3cr3t", "d", "q");
        let text = format!("{s3:?} {jdbc:?}");
        assert!(!text.contains("s3cr3t"), "{text}");
    }
}
