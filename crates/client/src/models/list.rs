//! Lists of models: `GET /models`, filtered and in pages, and `GET /models/latest`.

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
    listing::{Page, query, with_query},
};

/// The filter of [`Client::get_models`]. A member that is `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelFilter {
    /// The model's identifier, such as `ed542963de`.
    pub model_id: Option<String>,
    /// Who made the model.
    pub author: Option<String>,
    /// The e-mail address of the user who created it.
    pub created_by_email: Option<String>,
    /// Its name, or a part of it.
    pub name: Option<String>,
    /// A part of its description.
    pub description: Option<String>,
    /// Whether it is active.
    pub is_active: Option<bool>,
    /// Whether it has expired.
    pub is_expired: Option<bool>,
    /// Whether it is recommended.
    pub is_recommended: Option<bool>,
    /// When it was last active, in ISO 8601.
    pub last_active_date_time: Option<String>,
    /// When it expires, in ISO 8601.
    pub expiration_date_time: Option<String>,
    /// The members to sort by, separated by commas. Goes out as `sort-by`.
    pub sort_by: Option<String>,
    /// `ASC` or `DESC`.
    pub direction: Option<String>,
    /// The page; the first is 1.
    pub page: Option<u64>,
    /// How many models a page holds. Goes out as `per-page`; the server's own number is 10.
    pub per_page: Option<u64>,
}

impl ModelFilter {
    pub(super) fn path(&self) -> String {
        with_query(
            "/models",
            [
                ("modelId", query::text(self.model_id.as_deref())),
                ("author", query::text(self.author.as_deref())),
                ("createdByEmail", query::text(self.created_by_email.as_deref())),
                ("name", query::text(self.name.as_deref())),
                ("description", query::text(self.description.as_deref())),
                ("isActive", query::shown(self.is_active)),
                ("isExpired", query::shown(self.is_expired)),
                ("isRecommended", query::shown(self.is_recommended)),
                ("lastActiveDateTime", query::text(self.last_active_date_time.as_deref())),
                ("expirationDateTime", query::text(self.expiration_date_time.as_deref())),
                ("sort-by", query::text(self.sort_by.as_deref())),
                ("direction", query::text(self.direction.as_deref())),
                ("page", query::shown(self.page)),
                ("per-page", query::shown(self.per_page)),
            ],
        )
    }
}

impl Client {
    /// Lists models: `GET /models`. Returns an array of identifiers and versions.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_models(&self, filter: &ModelFilter, options: &RequestOptions) -> Result<Document> {
        self.list(&filter.path(), options).await
    }

    /// Lists one page of models: `GET /models`. A page without `per_page` counts as full unless it is empty.
    ///
    /// # Errors
    /// `Response` where the response is not an array.
    pub async fn get_models_page(&self, filter: &ModelFilter, options: &RequestOptions) -> Result<Page> {
        self.page(&filter.path(), filter.per_page, options).await
    }

    /// Lists all active models with their details, in one response: `GET /models/latest`. The member for the identifier
    /// is named `identifier`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_active_models(&self, options: &RequestOptions) -> Result<Document> {
        self.list("/models/latest", options).await
    }
}
