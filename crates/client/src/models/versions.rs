//! Versions of all models, and changes of one.

use http::Method;
use serde::Serialize;
use serde_json::{Map, Value};

use super::get::version_path;
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::{Error, Result},
    listing::{Page, query, with_query},
    transport::{Payload, Request},
};

/// The attributes of a version that can be changed.
const CHANGEABLE: [&str; 11] = [
    "inputValidationSchema",
    "inputs",
    "longDescription",
    "outputs",
    "performanceSummary",
    "processing",
    "requirement",
    "statistics",
    "technicalDetails",
    "timeout",
    "versionHistory",
];

/// The filter of [`Client::get_all_model_versions_page`]. A member that is `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelVersionFilter {
    /// The model's identifier. Goes out as `model.modelId`.
    pub model_id: Option<String>,
    /// The version's number.
    pub version: Option<String>,
    /// The status, such as `active` or `partial`.
    pub status: Option<String>,
    /// Whether it is active.
    pub is_active: Option<bool>,
    /// Whether it is available.
    pub is_available: Option<bool>,
    /// The member to sort by, such as `version`. Goes out as `sort-by`.
    pub sort_by: Option<String>,
    /// `ASC` or `DESC`.
    pub direction: Option<String>,
    /// The page; the first is 1.
    pub page: Option<u64>,
    /// How many versions a page holds. Goes out as `per-page`.
    pub per_page: Option<u64>,
}

impl ModelVersionFilter {
    fn path(&self) -> String {
        with_query(
            "/models/all/versions/all",
            [
                ("model.modelId", query::text(self.model_id.as_deref())),
                ("version", query::text(self.version.as_deref())),
                ("status", query::text(self.status.as_deref())),
                ("isActive", query::shown(self.is_active)),
                ("isAvailable", query::shown(self.is_available)),
                ("sort-by", query::text(self.sort_by.as_deref())),
                ("direction", query::text(self.direction.as_deref())),
                ("page", query::shown(self.page)),
                ("per-page", query::shown(self.per_page)),
            ],
        )
    }
}

impl Client {
    /// Lists the versions of all models with their details, one page: `GET /models/all/versions/all`.
    ///
    /// # Errors
    /// As every read, and `Response` if the response is not an array.
    pub async fn get_all_model_versions_page(
        &self,
        filter: &ModelVersionFilter,
        options: &RequestOptions,
    ) -> Result<Page> {
        self.page(&filter.path(), filter.per_page, options).await
    }

    /// Changes attributes of a version, and returns the version: `GET`, then `PATCH /models/{model}/versions/{version}`. The server
    /// replaces each attribute that it is sent, so only those in `changes` are sent; an object among them (`timeout`, `processing`,
    /// `requirement`) keeps the members that it does not name. A list is replaced.
    /// Null, as an attribute or as a member of one, means that it is not given.
    ///
    /// # Errors
    /// [`Error::Argument`] for changes that are not an object, are empty, or name something that is not such an attribute. Nothing
    /// is sent.
    pub async fn edit_model_version(
        &self,
        model_id: &str,
        version: &str,
        changes: &impl Serialize,
        options: &RequestOptions,
    ) -> Result<Document> {
        version_path(model_id, version)?;
        let changes = checked(changes)?;
        let version = self.version(model_id, version, options).await?;
        let path = version_path(model_id, &version)?;
        let current: Map<String, Value> = self.read(&path, options).await?.parse().unwrap_or_default();
        self.change(&path, Value::from(merged(&current, changes)), options)
            .await
    }

    /// Sends changes of an object.
    pub(crate) async fn change(&self, path: &str, body: Value, options: &RequestOptions) -> Result<Document> {
        let request = Request {
            payload: Payload::Json(body.to_string().into()),
            ..self.request(Method::PATCH, path, None)
        };
        self.send(&request, options).await
    }
}

fn checked(changes: &impl Serialize) -> Result<Map<String, Value>> {
    let refused = |reason: String| Err(Error::argument("changes", reason));
    let changes = match serde_json::to_value(changes) {
        Ok(Value::Object(changes)) => given(changes),
        Ok(_) => return refused("must be an object of attributes".to_owned()),
        Err(error) => return refused(format!("cannot be written as JSON: {error}")),
    };
    match changes.keys().find(|name| !CHANGEABLE.contains(&name.as_str())) {
        Some(name) => refused(format!(
            "cannot contain {name:?}: the attributes are {}",
            CHANGEABLE.join(", ")
        )),
        None if changes.is_empty() => refused("must name an attribute".to_owned()),
        None => Ok(changes),
    }
}

/// Leaves out the attributes, and the members of attributes that are objects, whose value is null.
fn given(changes: Map<String, Value>) -> Map<String, Value> {
    let members = changes.into_iter().map(|(name, value)| match value {
        Value::Object(mut members) => {
            members.retain(|_, member| !member.is_null());
            (name, Value::Object(members))
        }
        value => (name, value),
    });
    members.filter(|(_, value)| !value.is_null()).collect()
}

/// Returns the changes, in which objects have their current members too.
fn merged(current: &Map<String, Value>, changes: Map<String, Value>) -> Map<String, Value> {
    let whole = changes
        .into_iter()
        .map(|(name, value)| match (current.get(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => {
                let mut both = old.clone();
                both.extend(new);
                (name, Value::Object(both))
            }
            (_, value) => (name, value),
        });
    whole.collect()
}
