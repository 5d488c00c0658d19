//! JDBC jobs: inputs that the server queries from a database.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::submits::{Input, body, required};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

/// A job whose inputs are the rows of a query, to be submitted with [`Client::submit_job_jdbc`]. `Debug` hides the password,
/// and the URL, which may hold it.
#[derive(Debug, Clone)]
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
    /// The driver's class, such as `org.postgresql.Driver`.
    pub driver: String,
    /// The query. Its columns are named like the model's inputs.
    pub query: String,
    /// As in [`TextJob`](crate::TextJob).
    pub explain: Option<bool>,
    /// As in [`TextJob`](crate::TextJob).
    pub timeout: Option<u64>,
}

impl JdbcJob {
    /// Returns a builder for a job with the rows of a query for a version of a model, without explanation and time limit.
    pub fn builder(model_id: impl Into<String>, version: impl Into<String>) -> JdbcJobBuilder {
        JdbcJobBuilder {
            model_id: model_id.into(),
            version: version.into(),
            url: None,
            credentials: None,
            driver: None,
            query: None,
            explain: None,
            timeout: None,
        }
    }
}

/// Builds a [`JdbcJob`]. `Debug` hides the password and the URL.
#[derive(Debug, Clone)]
#[must_use]
pub struct JdbcJobBuilder {
    model_id: String,
    version: String,
    url: Option<SecretString>,
    credentials: Option<(String, SecretString)>,
    driver: Option<String>,
    query: Option<String>,
    explain: Option<bool>,
    timeout: Option<u64>,
}

impl JdbcJobBuilder {
    /// Sets the database, such as `jdbc:postgresql://host:5432/name`. Required.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(SecretString::from(url.into()));
        self
    }

    /// Sets the database's user: the name, and the password. Required.
    pub fn credentials(mut self, username: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials = Some((username.into(), SecretString::from(password.into())));
        self
    }

    /// Sets the driver's class, such as `org.postgresql.Driver`. Required.
    pub fn driver(mut self, driver: impl Into<String>) -> Self {
        self.driver = Some(driver.into());
        self
    }

    /// Sets the query, whose columns are named like the model's inputs. Required.
    pub fn query(mut self, query: impl Into<String>) -> Self {
        self.query = Some(query.into());
        self
    }

    /// As in [`TextJob`](crate::TextJob).
    pub fn explain(mut self, explain: bool) -> Self {
        self.explain = Some(explain);
        self
    }

    /// As in [`TextJob`](crate::TextJob), in milliseconds.
    pub fn timeout(mut self, timeout: u64) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Builds the job.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if a required value is missing.
    pub fn build(self) -> Result<JdbcJob> {
        let (username, password) = required("credentials", self.credentials)?;
        Ok(JdbcJob {
            model_id: self.model_id,
            version: self.version,
            url: required("url", self.url)?,
            username,
            password,
            driver: required("driver", self.driver)?,
            query: required("query", self.query)?,
            explain: self.explain,
            timeout: self.timeout,
        })
    }
}

impl Client {
    /// Submits the rows of a query to a model: `POST /jobs` with an input of type `jdbc`. Returns the receipt.
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
    use crate::error::Error;

    #[test]
    fn no_debug_output_shows_a_credential() {
        let s3 = S3Job::builder("m", "v", ()).access_key("AKIA", "s3cr3t").region("r");
        let jdbc = JdbcJob::builder("m", "v")
            .url("jdbc:x?password=s3cr3t")
            .credentials("u", "s3cr3t")
            .driver("d")
            .query("q");
        let text = format!(
            "{s3:?} {:?} {jdbc:?} {:?}",
            s3.clone().build().unwrap(),
            jdbc.clone().build().unwrap()
        );
        assert!(!text.contains("s3cr3t"), "{text}");
    }

    #[test]
    fn what_a_builder_was_not_given_is_named() {
        let missing = |error: Error| error.to_string();
        let s3 = S3Job::builder("m", "v", ());
        assert_eq!(
            missing(s3.clone().region("r").build().unwrap_err()),
            "access_key must be given"
        );
        assert_eq!(
            missing(s3.access_key("i", "s").build().unwrap_err()),
            "region must be given"
        );
        let jdbc = JdbcJob::builder("m", "v");
        let (with_url, with_user) = (jdbc.clone().url("u"), jdbc.clone().credentials("u", "p"));
        assert_eq!(
            missing(with_url.clone().build().unwrap_err()),
            "credentials must be given"
        );
        assert_eq!(missing(with_user.build().unwrap_err()), "url must be given");
        let with_both = with_url.credentials("u", "p");
        assert_eq!(missing(with_both.clone().build().unwrap_err()), "driver must be given");
        assert_eq!(
            missing(with_both.driver("d").build().unwrap_err()),
            "query must be given"
        );
    }
}
