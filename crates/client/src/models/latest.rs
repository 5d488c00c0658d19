//! The version `latest`: the latest active version of a model, which the client looks up, because the API knows no such name.

use std::borrow::Cow;

use http::Method;
use serde_json::value::RawValue;

use super::get::model_path;
use crate::{
    client::{Client, RequestOptions},
    document::{self, Document, Members},
    error::{Call, Error, Result},
};

/// The name of the latest active version.
pub(crate) const LATEST: &str = "latest";

impl Client {
    /// Returns the number of a model's latest active version: `GET /models/{model}`. A newer version that is not active is never
    /// used in its place.
    ///
    /// # Errors
    /// `Status` 404 for a model that does not exist, and for one without an active version. The client makes the latter error
    /// itself: it is not a response of the server.
    pub async fn latest_version(&self, model_id: &str, options: &RequestOptions) -> Result<String> {
        let model = self.get_model(model_id, options).await?;
        let version = model.string_member("latestActiveVersion");
        version
            .filter(|version| !version.trim().is_empty())
            .ok_or_else(|| self.no_active_version(model_id, &model))
    }

    /// Returns a version's number, which it looks up for `latest`.
    pub(crate) async fn version<'v>(
        &self,
        model_id: &str,
        version: &'v str,
        options: &RequestOptions,
    ) -> Result<Cow<'v, str>> {
        if version == LATEST {
            Ok(Cow::Owned(self.latest_version(model_id, options).await?))
        } else {
            Ok(Cow::Borrowed(version))
        }
    }

    /// Returns the body of a submit with the number of the version that it names `latest`.
    pub(crate) async fn with_version(&self, body: bytes::Bytes, options: &RequestOptions) -> Result<bytes::Bytes> {
        let Some(named) = Latest::in_body(&body) else {
            return Ok(body);
        };
        let model_id: String = serde_json::from_str(named.identifier.get()).map_err(|_| {
            Error::argument(
                "model",
                "must have an identifier that is a text, to find its latest version",
            )
        })?;
        let version = options.before_change(self.latest_version(&model_id, options)).await?;
        Ok(named.with(&version).into())
    }

    fn no_active_version(&self, model_id: &str, model: &Document) -> Error {
        let latest = model
            .string_member("latestVersion")
            .filter(|version| is_number(version));
        let inactive = latest.map_or_else(String::new, |latest| {
            format!(" (its latest version {latest} is not active)")
        });
        let path = model_path(model_id).unwrap_or_default();
        let url = format!("{}{path}", self.base_url().as_str());
        Error::Status {
            status: 404,
            message: format!(
                "the model {} has no active version{inactive}; activate one, or name the number of another",
                self.without_key(model_id)
            ),
            is_servers: false,
            body: None,
            request_id: None,
            retry_after: None,
            call: Box::new(Call::new(Method::GET, url, None)),
        }
    }
}

/// Whether a text looks like the number of a version, so that a message may show it.
fn is_number(version: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '+');
    (1..=32).contains(&version.len()) && version.chars().all(is_part)
}

/// A body whose model has the version `latest`.
struct Latest<'a> {
    members: Members<'a>,
    model: Members<'a>,
    identifier: &'a RawValue,
}

impl<'a> Latest<'a> {
    /// Returns `None` if the body names another version, or none. Parses only a body that contains the word.
    fn in_body(body: &'a [u8]) -> Option<Self> {
        memchr::memmem::find(body, br#""latest""#)?;
        let members = Members::read(str::from_utf8(body).ok()?)?;
        let model = Members::read(last(&members, "model")?.get())?;
        let version: String = serde_json::from_str(last(&model, "version")?.get()).ok()?;
        let identifier = last(&model, "identifier")?;
        (version == LATEST).then_some(Self {
            members,
            model,
            identifier,
        })
    }

    /// Returns the body with another version. Everything else is unchanged.
    fn with(&self, version: &str) -> String {
        let version = serde_json::Value::from(version).to_string();
        let model = written(&self.model, "version", &version);
        written(&self.members, "model", &model)
    }
}

/// Returns a member of an object; the last of several.
fn last<'a>(members: &Members<'a>, wanted: &str) -> Option<&'a RawValue> {
    let (_, value) = members
        .iter()
        .rfind(|(name, _)| document::name(name).as_deref() == Some(wanted))?;
    Some(value)
}

/// Returns an object with another value for a member.
fn written(members: &Members<'_>, replaced: &str, value: &str) -> String {
    let all = members.iter().map(|(name, own)| {
        let is_replaced = document::name(name).as_deref() == Some(replaced);
        let value = if is_replaced { value } else { own.get() };
        format!("{}:{value}", name.get())
    });
    format!("{{{}}}", all.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_of_the_model_is_replaced() {
        let named = |body: &'static str| Latest::in_body(body.as_bytes()).map(|latest| latest.with("1.0.1"));
        assert_eq!(
            named(r#"{ "input": {"version":"latest"}, "model": {"identifier":"m", "version":"latest", "n":1.10} }"#)
                .unwrap(),
            r#"{"input":{"version":"latest"},"model":{"identifier":"m","version":"1.0.1","n":1.10}}"#
        );
        for other in [
            "",
            "[]",
            r#"{"model":{"identifier":"m","version":"1.0.1"},"input":{"a":"latest"}}"#,
            r#"{"model":{"identifier":"latest","version":"1.0.1"}}"#,
            r#"{"model":{"version":"latest"}}"#,
            r#"{"model":"latest"}"#,
            r#"{"version":"latest"}"#,
        ] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
