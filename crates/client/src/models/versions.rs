//! Versions of all models, and changes of one.

use http::Method;
use serde::Serialize;
use serde_json::Value;

use super::{changes::Changes, get::version_path};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
    listing::{Page, query, with_query},
    transport::{Expect, Payload, Request, Shape},
};

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
    fn path(&self) -> Result<String> {
        Ok(with_query(
            "/models/all/versions/all",
            [
                (
                    "model.modelId",
                    query::identifier("model_id", self.model_id.as_deref())?,
                ),
                ("version", query::identifier("version", self.version.as_deref())?),
                ("status", query::text(self.status.as_deref())),
                ("isActive", query::shown(self.is_active)),
                ("isAvailable", query::shown(self.is_available)),
                ("sort-by", query::text(self.sort_by.as_deref())),
                ("direction", query::text(self.direction.as_deref())),
                ("page", query::shown(self.page)),
                ("per-page", query::shown(self.per_page)),
            ],
        ))
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
        self.page(&filter.path()?, filter.per_page, options).await
    }

    /// Changes attributes of a version, and returns the version: `GET`, then `PATCH /models/{model}/versions/{version}`. The server
    /// replaces each attribute that it is sent, so only those in `changes` are sent. `timeout` and `processing` keep the member that
    /// is not named; every other attribute is replaced. Null means that an attribute, or a member of `timeout`, `processing` or
    /// `requirement`, is not given.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for changes that are not an object, are empty, name something that is not such an
    /// attribute, or have a value that it cannot have. `Response` if the version that is read is another one. Nothing is changed.
    pub async fn edit_model_version(
        &self,
        model_id: &str,
        version: &str,
        changes: &impl Serialize,
        options: &RequestOptions,
    ) -> Result<Document> {
        version_path(model_id, version)?;
        let changes = Changes::read(changes)?;
        let reading = async {
            let version = self.version(model_id, version, options).await?;
            let read = Request {
                expect: Expect::Body(Shape::Object),
                ..self.version_request(model_id, &version)?
            };
            Ok((self.send(&read, options).await?, version))
        };
        let (current, version) = options.before_change(reading).await?;
        let current = current.parse().unwrap_or_default();
        let path = version_path(model_id, &version)?;
        self.change(&path, changes.beside(&current)?, options).await
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
