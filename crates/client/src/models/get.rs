//! Models: `GET /models`, and what hangs below a model. Finding one by its name is the client's own work: the API has no
//! route for it.

use http::Method;
use serde::Deserialize;

use super::similarity::{has_something_in_common, similarity};
use crate::{
    client::{Client, RequestOptions},
    document::{Document, string_member},
    endpoint::segment,
    error::{Call, Error, Result},
    listing::{count, text, with_query},
    transport::{Expect, Request},
};

/// How many hits of a name are looked at, as in Modzy's own SDKs.
const HITS: u8 = 20;

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
    fn path(&self) -> String {
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
        self.read(&filter.path(), options).await
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
        self.read("/models/latest", options).await
    }

    /// Reads a model: `GET /models/{model}`.
    ///
    /// # Errors
    /// `Status` 404 for a model that does not exist.
    pub async fn get_model(&self, model_id: &str, options: &RequestOptions) -> Result<Document> {
        self.read(&model_path(model_id)?, options).await
    }

    /// Finds the model whose name is most like this one, and answers with its details, as [`Client::get_model`] does.
    ///
    /// Asks the server for up to 20 models that match the name, among the active ones if so told, and reads their details
    /// (`GET /models`, `GET /models/{model}`). Likeness is the Dice coefficient of pairs of characters; of several alike the
    /// first wins. A model with nothing in common with the name, upper and lower case aside, is not taken.
    ///
    /// # Errors
    /// `Status` 400 with `Model <name> not found` where there is none. This one is the client's own, as in Modzy's SDKs: the
    /// server said no such thing. [`Error::Argument`] for an empty name.
    pub async fn get_model_by_name(&self, name: &str, active_only: bool, options: &RequestOptions) -> Result<Document> {
        if name.is_empty() {
            return Err(Error::argument("name", "must not be empty"));
        }
        let filter = ModelFilter {
            name: Some(name.to_owned()),
            is_active: active_only.then(|| "true".to_owned()),
            sort_by: Some("name".to_owned()),
            per_page: Some(HITS.into()),
            ..ModelFilter::default()
        };
        let list = Request {
            expect: Expect::Array,
            ..self.request(Method::GET, &filter.path(), None)
        };
        let hits = self.send(&list, options).await?.elements();
        // A hit without a usable identifier cannot be read, so it is none. A server may send more than it was asked for.
        let paths = hits
            .iter()
            .filter_map(|hit| model_path(&string_member(hit.get(), "modelId")?).ok());
        let details = paths.take(HITS.into()).map(|path| {
            Ok(Request {
                expect: Expect::Object,
                ..self.request(Method::GET, &path, None)
            })
        });
        let models = self.read_all(details.collect::<Result<_>>()?, options).await?;
        most_similar(models, name).ok_or_else(|| self.no_such_model(name))
    }

    /// Lists the models that go with a model: `GET /models/{model}/related-models`.
    ///
    /// # Errors
    /// As [`Client::get_model`].
    pub async fn get_related_models(&self, model_id: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("{}/related-models", model_path(model_id)?);
        self.read(&path, options).await
    }

    /// Lists a model's versions: `GET /models/{model}/versions`.
    ///
    /// # Errors
    /// As [`Client::get_model`].
    pub async fn get_model_versions(&self, model_id: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("{}/versions", model_path(model_id)?);
        self.read(&path, options).await
    }

    /// Reads a version of a model: `GET /models/{model}/versions/{version}`.
    ///
    /// # Errors
    /// `Status` 404 for a model or a version that does not exist.
    pub async fn get_model_version(&self, model_id: &str, version: &str, options: &RequestOptions) -> Result<Document> {
        self.read(&version_path(model_id, version)?, options).await
    }

    /// Reads a sample of a job for a version: `GET /models/{model}/versions/{version}/sample-input`.
    ///
    /// # Errors
    /// As [`Client::get_model_version`].
    pub async fn get_model_version_input_sample(
        &self,
        model_id: &str,
        version: &str,
        options: &RequestOptions,
    ) -> Result<Document> {
        let path = format!("{}/sample-input", version_path(model_id, version)?);
        self.read(&path, options).await
    }

    /// Reads a sample of a version's results: `GET /models/{model}/versions/{version}/sample-output`.
    ///
    /// # Errors
    /// As [`Client::get_model_version`].
    pub async fn get_model_version_output_sample(
        &self,
        model_id: &str,
        version: &str,
        options: &RequestOptions,
    ) -> Result<Document> {
        let path = format!("{}/sample-output", version_path(model_id, version)?);
        self.read(&path, options).await
    }

    fn no_such_model(&self, name: &str) -> Error {
        let url = format!("{}/models", self.base_url().as_str());
        Error::Status {
            status: 400,
            message: format!("Model {name} not found"),
            body: None,
            request_id: None,
            retry_after: None,
            call: Box::new(Call::new(Method::GET, url, None)),
        }
    }
}

fn model_path(model_id: &str) -> Result<String> {
    Ok(format!("/models/{}", segment("modelId", model_id)?))
}

fn version_path(model_id: &str, version: &str) -> Result<String> {
    let model = model_path(model_id)?;
    Ok(format!("{model}/versions/{}", segment("version", version)?))
}

/// The model whose name is most like the one asked for; the first of several.
fn most_similar(models: Vec<Document>, asked: &str) -> Option<Document> {
    let mut best: Option<(f64, Document)> = None;
    for model in models {
        let name = model.string_member("name").unwrap_or_default();
        if !has_something_in_common(&name, asked) {
            continue;
        }
        let likeness = similarity(&name, asked);
        if best.as_ref().is_none_or(|(most, _)| likeness > *most) {
            best = Some((likeness, model));
        }
    }
    best.map(|(_, model)| model)
}
