//! JDBC jobs: inputs that the server queries from a database.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::fetched::{FetchedJob, FetchedJobBuilder, Origin, Parts, not_blank, required};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

/// A job whose inputs are the rows of a query, to be submitted with [`Client::submit_job_jdbc`]. `Debug` hides the password,
/// and the URL, which may hold it.
pub type JdbcJob = FetchedJob<JdbcQuery>;

/// Builds a [`JdbcJob`]. `Debug` hides the password and the URL.
pub type JdbcJobBuilder = FetchedJobBuilder<JdbcParts>;

/// A query to a database.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct JdbcQuery {
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
}

/// The parts of a [`JdbcQuery`].
#[derive(Debug, Clone, Default)]
pub struct JdbcParts {
    url: Option<SecretString>,
    credentials: Option<(String, SecretString)>,
    driver: Option<String>,
    query: Option<String>,
}

impl JdbcJob {
    /// Returns a builder for a job with the rows of a query for a version of a model, without explanation and time limit.
    pub fn builder(model_id: impl Into<String>, version: impl Into<String>) -> JdbcJobBuilder {
        FetchedJobBuilder::new(model_id, version, JdbcParts::default())
    }
}

impl JdbcJobBuilder {
    /// Sets the database, such as `jdbc:postgresql://host:5432/name`. Required.
    pub fn url(self, url: impl Into<String>) -> Self {
        self.with(|parts| parts.url = Some(url.into().into()))
    }

    /// Sets the database's user: the name, and the password. Required.
    pub fn credentials(self, username: impl Into<String>, password: impl Into<String>) -> Self {
        self.with(|parts| parts.credentials = Some((username.into(), password.into().into())))
    }

    /// Sets the driver's class, such as `org.postgresql.Driver`. Required.
    pub fn driver(self, driver: impl Into<String>) -> Self {
        self.with(|parts| parts.driver = Some(driver.into()))
    }

    /// Sets the query, whose columns are named like the model's inputs. Required.
    pub fn query(self, query: impl Into<String>) -> Self {
        self.with(|parts| parts.query = Some(query.into()))
    }
}

impl Parts for JdbcParts {
    type Origin = JdbcQuery;

    fn complete(self) -> Result<JdbcQuery> {
        let (username, password) = required("credentials", self.credentials)?;
        let url = required("url", self.url)?;
        let driver = required("driver", self.driver)?;
        let query = required("query", self.query)?;
        // A database may have users without a name or a password.
        not_blank([("url", url.expose_secret()), ("driver", &driver), ("query", &query)])?;
        Ok(JdbcQuery {
            url,
            username,
            password,
            driver,
            query,
        })
    }
}

impl Origin for JdbcQuery {
    type Sources = ();

    fn details(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Details<'a> {
            url: &'a str,
            username: &'a str,
            password: &'a str,
            driver: &'a str,
            query: &'a str,
        }
        Details {
            url: self.url.expose_secret(),
            username: &self.username,
            password: self.password.expose_secret(),
            driver: &self.driver,
            query: &self.query,
        }
    }

    fn sources(&self) -> Option<&()> {
        None
    }
}

impl Client {
    /// Submits the rows of a query to a model: `POST /jobs` with an input of type `jdbc`. Returns the receipt.
    ///
    /// # Errors
    /// As [`Client::submit_job`]. None of them shows the password or the URL. [`Error::Argument`](crate::Error::Argument) with the key of a
    /// journal in the options, because the rows have no keys.
    pub async fn submit_job_jdbc(&self, job: &JdbcJob, options: &RequestOptions) -> Result<Document> {
        self.submit_fetched("jdbc", job, options).await
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{azure::AzureJob, s3::S3Job, storage_grid::StorageGridJob},
        *,
    };
    use crate::error::Error;

    #[test]
    fn no_debug_output_shows_a_credential() {
        let s3 = S3Job::builder("m", "v", ()).access_key("AKIA", "s3cr3t").region("r");
        let jdbc = JdbcJob::builder("m", "v")
            .url("jdbc:x?password=s3cr3t")
            .credentials("u", "s3cr3t")
            .driver("d")
            .query("q");
        let azure = AzureJob::builder("m", "v", ()).account("a", "s3cr3t");
        let grid = StorageGridJob::builder("m", "v", ())
            .access_key("AKIA", "s3cr3t")
            .endpoint("https://u:s3cr3t@grid.example");
        let text = format!(
            "{s3:?} {:?} {jdbc:?} {:?} {azure:?} {:?} {grid:?} {:?}",
            s3.clone().build().unwrap(),
            jdbc.clone().build().unwrap(),
            azure.clone().build().unwrap(),
            grid.clone().build().unwrap(),
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
