//! The search for a model by its name. The client does it, because the API has no route for it.

use http::Method;

use super::{
    list::ModelFilter,
    similarity::{has_something_in_common, similarity},
};
use crate::{
    client::{Client, RequestOptions},
    document::{Document, string_member},
    endpoint::given,
    error::{Call, Error, Result},
    transport::{Expect, Request, Shape},
};

/// How many hits of a name are compared, as in Modzy's own SDKs.
const HITS: u8 = 20;

impl Client {
    /// Finds the model whose name is most similar to this one, and returns its details, as [`Client::get_model`] does.
    ///
    /// Requests up to 20 models that match the name, optionally only active ones, and reads their details (`GET /models`,
    /// `GET /models/{model}`). Similarity is the Dice coefficient of pairs of characters; the first of several equal models wins.
    /// A model that has nothing in common with the name, ignoring case, is never returned.
    ///
    /// # Errors
    /// `Status` 400 with `Model <name> not found` if there is none. The client makes this error itself, as Modzy's SDKs do; it is
    /// not a response of the server. [`Error::Argument`] for an empty name.
    pub async fn get_model_by_name(&self, name: &str, active_only: bool, options: &RequestOptions) -> Result<Document> {
        given("name", name)?;
        let filter = ModelFilter {
            name: Some(name.to_owned()),
            is_active: active_only.then_some(true),
            sort_by: Some("name".to_owned()),
            per_page: Some(HITS.into()),
            ..ModelFilter::default()
        };
        let list = Request {
            expect: Expect::Body(Shape::Array),
            ..self.request(Method::GET, &filter.path(), None)
        };
        let hits = self.send(&list, options).await?.elements();
        // Skips a hit without a usable identifier, which cannot be read. A server may send more hits than requested.
        let requests = hits
            .iter()
            .filter_map(|hit| self.model_request(&string_member(hit.get(), "modelId")?).ok());
        let details = requests.take(HITS.into()).map(|request| Request {
            expect: Expect::Body(Shape::Object),
            ..request
        });
        let models = self.read_all(details.collect(), options).await?;
        most_similar(models, name).ok_or_else(|| self.no_such_model(name))
    }

    fn no_such_model(&self, name: &str) -> Error {
        let url = format!("{}/models", self.base_url().as_str());
        Error::Status {
            status: 400,
            message: format!("Model {name} not found"),
            is_servers: false,
            body: None,
            request_id: None,
            retry_after: None,
            call: Box::new(Call::new(Method::GET, url, None)),
        }
    }
}

/// Returns the model with the most similar name; the first of several.
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
