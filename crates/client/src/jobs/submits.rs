//! Submits: `POST /jobs` with the input types of the API that go out in one request.

use bytes::Bytes;
use http::Method;
use indexmap::IndexMap;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::{BodyFault, Call, Error, Result, Sent},
    transport::{Expect, Payload, Request},
};

/// Input key → name of the model's input → value.
pub type Sources<T> = IndexMap<String, IndexMap<String, T>>;

/// A job for a model that reads text, to be submitted with [`Client::submit_job_text`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TextJob<S> {
    /// The model's identifier, such as `ed542963de`.
    pub model_id: String,
    /// The version's number, such as `1.0.1`.
    pub version: String,
    /// Input key → name of the model's input → text. Anything that serializes to two levels of objects.
    pub sources: S,
    /// Whether to explain the results, where the model can. `None` leaves it to the server, which does not.
    pub explain: Option<bool>,
    /// After how many milliseconds the server gives the job up, as `TIMEDOUT`. `None`: never.
    pub timeout: Option<u64>,
}

/// A job whose inputs lie in S3, to be submitted with [`Client::submit_job_aws_s3`]. `Debug` hides the secret key.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct S3Job<S> {
    /// The model's identifier.
    pub model_id: String,
    /// The version's number.
    pub version: String,
    /// The access key's identifier.
    #[serde(rename = "accessKeyID")]
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: SecretString,
    /// Such as `us-east-1`.
    pub region: String,
    /// Input key → name of the model's input → `{bucket, key}`.
    pub sources: S,
    /// As in [`TextJob`].
    pub explain: Option<bool>,
    /// As in [`TextJob`].
    pub timeout: Option<u64>,
}

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
    /// As in [`TextJob`].
    pub explain: Option<bool>,
    /// As in [`TextJob`].
    pub timeout: Option<u64>,
}

impl<S> TextJob<S> {
    /// Texts for a version of a model, without explanation and time limit.
    pub fn new(model_id: impl Into<String>, version: impl Into<String>, sources: S) -> Self {
        Self {
            model_id: model_id.into(),
            version: version.into(),
            sources,
            explain: None,
            timeout: None,
        }
    }
}

impl<S> S3Job<S> {
    /// Objects for a version of a model, without explanation and time limit.
    pub fn new(
        model_id: impl Into<String>,
        version: impl Into<String>,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
        region: impl Into<String>,
        sources: S,
    ) -> Self {
        Self {
            model_id: model_id.into(),
            version: version.into(),
            access_key_id: access_key_id.into(),
            secret_access_key: SecretString::from(secret_access_key.into()),
            region: region.into(),
            sources,
            explain: None,
            timeout: None,
        }
    }
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
    /// Submits a job: `POST /jobs` with a body of the caller's making. Answers with the receipt.
    ///
    /// A request whose fate is unknown is never repeated.
    ///
    /// # Errors
    /// With `sent: Maybe` where the job may have been accepted although no readable receipt came.
    pub async fn submit_job(&self, body: impl Into<Bytes>, options: &RequestOptions) -> Result<Document> {
        let body = body.into();
        let secrets = secrets_of(&body);
        self.submit(body, secrets, options).await
    }

    /// Submits texts to a model: `POST /jobs` with an input of type `text`. Answers with the receipt.
    ///
    /// # Errors
    /// As [`Client::submit_job`], and [`Error::Argument`] for sources that do not serialize.
    pub async fn submit_job_text<S: Serialize>(&self, job: &TextJob<S>, options: &RequestOptions) -> Result<Document> {
        let input = Input {
            r#type: "text",
            details: NoDetails {},
            sources: Some(&job.sources),
        };
        let body = body(&job.model_id, &job.version, job.explain, job.timeout, Some(&input))?;
        self.submit(body, Vec::new(), options).await
    }

    /// Submits objects in S3 to a model: `POST /jobs` with an input of type `aws-s3`. Answers with the receipt.
    ///
    /// # Errors
    /// As [`Client::submit_job_text`]. None of them shows the secret key.
    pub async fn submit_job_aws_s3<S: Serialize>(&self, job: &S3Job<S>, options: &RequestOptions) -> Result<Document> {
        #[derive(Serialize)]
        struct Details<'a> {
            #[serde(rename = "accessKeyID")]
            access_key_id: &'a str,
            #[serde(rename = "secretAccessKey")]
            secret_access_key: &'a str,
            region: &'a str,
        }
        let input = Input {
            r#type: "aws-s3",
            details: Details {
                access_key_id: &job.access_key_id,
                secret_access_key: job.secret_access_key.expose_secret(),
                region: &job.region,
            },
            sources: Some(&job.sources),
        };
        let body = body(&job.model_id, &job.version, job.explain, job.timeout, Some(&input))?;
        self.submit(body, vec![job.secret_access_key.clone()], options).await
    }

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
        let mut secrets = secrets_of_url(job.url.expose_secret());
        secrets.push(job.password.clone());
        self.submit(body, secrets, options).await
    }

    /// Sends the body of a submit.
    pub(crate) async fn submit(
        &self,
        body: impl Into<Bytes>,
        secrets: Vec<SecretString>,
        options: &RequestOptions,
    ) -> Result<Document> {
        let request = Request {
            payload: Payload::Json(body.into()),
            expect: Expect::Object,
            secrets,
            ..self.request(Method::POST, "/jobs", None)
        };
        self.send(&request, options).await
    }

    /// The error for a receipt that names no job although the server has accepted the request.
    pub(crate) fn receipt_without_a_job(&self) -> Error {
        Error::Response {
            // As the route answers.
            status: 202,
            fault: BodyFault::NoJob,
            sent: Sent::Maybe,
            call: Box::new(self.submit_call()),
        }
    }

    pub(super) fn submit_call(&self) -> Call {
        Call::new(Method::POST, format!("{}/jobs", self.base_url().as_str()), None)
    }
}

/// The input of a job: its type, what belongs to the type, and the sources, where the type has them.
#[derive(Serialize)]
pub(crate) struct Input<'a, D, S> {
    pub(crate) r#type: &'static str,
    #[serde(flatten)]
    pub(crate) details: D,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sources: Option<&'a S>,
}

/// What belongs to a type that has its sources alone.
#[derive(Serialize)]
pub(crate) struct NoDetails {}

/// The body of a submit. Without an input, the job is opened.
pub(crate) fn body<I: Serialize>(
    identifier: &str,
    version: &str,
    explain: Option<bool>,
    timeout: Option<u64>,
    input: Option<&I>,
) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Body<'a, I> {
        model: Model<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        explain: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        timeout: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        input: Option<&'a I>,
    }
    #[derive(Serialize)]
    struct Model<'a> {
        identifier: &'a str,
        version: &'a str,
    }
    let body = Body {
        model: Model { identifier, version },
        explain,
        timeout,
        input,
    };
    serde_json::to_vec(&body).map_err(|error| Error::argument("sources", format!("cannot be serialized: {error}")))
}

/// The credentials in a body that the caller made.
fn secrets_of(body: &[u8]) -> Vec<SecretString> {
    #[derive(Deserialize)]
    struct Body {
        input: Credentials,
    }
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Credentials {
        secret_access_key: serde_json::Value,
        storage_account_key: serde_json::Value,
        password: serde_json::Value,
        url: serde_json::Value,
    }
    let Ok(Body { input }) = serde_json::from_slice(body) else {
        return Vec::new();
    };
    let Credentials {
        secret_access_key,
        storage_account_key,
        password,
        url,
    } = input;
    let credentials = [secret_access_key, storage_account_key, password];
    let credentials = credentials.iter().filter_map(|value| value.as_str());
    let mut secrets: Vec<_> = credentials.map(SecretString::from).collect();
    secrets.extend(url.as_str().map(secrets_of_url).unwrap_or_default());
    secrets
}

/// A database's URL as a whole, and what in it is a password: behind the user, or in a parameter, of which drivers separate
/// several with `&` or `;`. The longest first, so that it is masked as a whole.
fn secrets_of_url(url: &str) -> Vec<SecretString> {
    let authority = url.split_once("//").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', ';']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let of_user = user.split_once(':').map(|(_, password)| password);
    let of_parameters = url.split(['?', '&', ';']).filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        (name.contains("password") || name.contains("secret") || name == "pwd").then_some(value)
    });
    // Oracle's: `jdbc:oracle:thin:user/password@…`.
    let before = url.split_once('@').map_or("", |(before, _)| before);
    let of_oracle = before.rsplit_once('/').filter(|(rest, _)| !rest.contains('/'));
    let of_oracle = of_oracle.map(|(_, password)| password);
    let parts = of_user.into_iter().chain(of_oracle).chain(of_parameters);
    // Servers may tell what they have decoded.
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let parts = parts.flat_map(|part| [part.to_owned(), decoded(part)]);
    std::iter::once(url.to_owned())
        .chain(parts)
        .filter(|secret| !secret.is_empty())
        .map(SecretString::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_debug_output_shows_a_credential() {
        let s3 = S3Job::new("m", "v", "AKIA", "s3cr3t", "r", ());
        let jdbc = JdbcJob::new("m", "v", "jdbc:x?password=s3cr3t", "u", "s3cr3t", "d", "q");
        let text = format!("{s3:?} {jdbc:?}");
        assert!(!text.contains("s3cr3t"), "{text}");
    }

    #[test]
    fn the_credentials_of_any_body_are_known() {
        let body = br#"{"model":{},"input":{"type":"azureblob","storageAccountKey":"one","password":7,"secretAccessKey":"two"}}"#;
        let secrets = secrets_of(body);
        let exposed: Vec<_> = secrets.iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!(exposed, ["two", "one"]);
        assert!(secrets_of(b"{}").is_empty() && secrets_of(b"no JSON").is_empty());
    }

    #[test]
    fn the_passwords_within_a_databases_url_are_known() {
        for (url, expected) in [
            ("jdbc:postgresql://host/db?user=u&password=one", &["one"][..]),
            ("jdbc:sqlserver://host;databaseName=d;PASSWORD=two;x=y", &["two"]),
            ("jdbc:mysql://ada:th%40ree@host:3306/db", &["th%40ree", "th@ree"]),
            ("jdbc:x://h/d?trustStorePassword=four&pwd=five", &["four", "five"]),
            ("jdbc:oracle:thin:scott/tiger@//host:1521/service", &["tiger"]),
            ("jdbc:oracle:thin:@//host:1521/service", &[]),
            ("jdbc:postgresql://host/db", &[]),
        ] {
            let secrets = secrets_of_url(url);
            let known: Vec<_> = secrets.iter().map(ExposeSecret::expose_secret).collect();
            assert_eq!(known[0], url);
            for part in expected {
                assert!(known.contains(part), "{url}: {part}");
            }
            assert!(expected.is_empty() == (known.len() == 1), "{known:?}");
        }
    }
}
