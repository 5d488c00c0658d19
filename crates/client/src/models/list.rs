//! Lists of models: `GET /models`, filtered and in pages, and `GET /models/latest`.

use serde::Deserialize;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
    listing::{count, text, with_query},
};

/// Which models [`Client::get_models`] lists. What is `None` is not sent, and left to the server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ModelFilter {
    /// The model's identifier, such as `ed542963de`.
    #[serde(deserialize_with = "text")]
    pub model_id: Option<String>,
    /// Who made the model.
    #[serde(deserialize_with = "text")]
    pub author: Option<String>,
    /// The e-mail address of the user who created it.
    #[serde(deserialize_with = "text")]
    pub created_by_email: Option<String>,
    /// Its name, or a part of it.
    #[serde(deserialize_with = "text")]
    pub name: Option<String>,
    /// A part of its description.
    #[serde(deserialize_with = "text")]
    pub description: Option<String>,
    /// Whether it is active: `true` or `false`.
    #[serde(deserialize_with = "text")]
    pub is_active: Option<String>,
    /// Whether it has expired: `true` or `false`.
    #[serde(deserialize_with = "text")]
    pub is_expired: Option<String>,
    /// Whether it is recommended: `true` or `false`.
    #[serde(deserialize_with = "text")]
    pub is_recommended: Option<String>,
    /// When it was last active, in ISO 8601.
    #[serde(deserialize_with = "text")]
    pub last_active_date_time: Option<String>,
    /// When it expires, in ISO 8601.
    #[serde(deserialize_with = "text")]
    pub expiration_date_time: Option<String>,
    /// The members to sort by, separated by commas. Goes out as `sort-by`.
    #[serde(deserialize_with = "text")]
    pub sort_by: Option<String>,
    /// `ASC` or `DESC`.
    #[serde(deserialize_with = "text")]
    pub direction: Option<String>,
    /// The page; the first is 1.
    #[serde(deserialize_with = "count")]
    pub page: Option<u64>,
    /// How many models a page holds. Goes out as `per-page`; the server's own number is 10.
    #[serde(deserialize_with = "count")]
    pub per_page: Option<u64>,
}

impl ModelFilter {
    pub(super) fn path(&self) -> String {
        let page = self.page.map(|page| page.to_string());
        let per_page = self.per_page.map(|number| number.to_string());
        let members = [
            ("modelId", &self.model_id),
            ("author", &self.author),
            ("createdByEmail", &self.created_by_email),
            ("name", &self.name),
            ("description", &self.description),
            ("isActive", &self.is_active),
            ("isExpired", &self.is_expired),
            ("isRecommended", &self.is_recommended),
            ("lastActiveDateTime", &self.last_active_date_time),
            ("expirationDateTime", &self.expiration_date_time),
            ("sort-by", &self.sort_by),
            ("direction", &self.direction),
            ("page", &page),
            ("per-page", &per_page),
        ];
        with_query("/models", &members.map(|(name, value)| (name, value.as_deref())))
    }
}

impl Client {
    /// Lists models: `GET /models`. Answers with an array of identifiers and versions.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_models(&self, filter: &ModelFilter, options: &RequestOptions) -> Result<Document> {
        self.list(&filter.path(), options).await
    }

    /// Lists one page of models: `GET /models`. Answers with `{"items": […], "next": …}`: the array as the server sent it,
    /// and whether another page follows, which is so where the server links to one and this one is full. A page without
    /// `per_page` counts as full unless it is empty.
    ///
    /// # Errors
    /// `Response` where the answer is no array.
    pub async fn get_models_page(&self, filter: &ModelFilter, options: &RequestOptions) -> Result<Document> {
        self.page(&filter.path(), filter.per_page, options).await
    }

    /// Lists all active models with their details, in one answer: `GET /models/latest`. The items call their identifier
    /// `identifier`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_active_models(&self, options: &RequestOptions) -> Result<Document> {
        self.list("/models/latest", options).await
    }
}
