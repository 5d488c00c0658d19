//! One model, and what hangs below it: `GET /models/{model}` and its versions.

use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::Result,
    transport::{Expect, OfModel, Request, Shape},
};

impl Client {
    /// Reads a model: `GET /models/{model}`.
    ///
    /// # Errors
    /// `Status` 404 for a model that does not exist. `Response` if the response is about another model, or about none.
    pub async fn get_model(&self, model_id: &str, options: &RequestOptions) -> Result<Document> {
        self.send(&self.model_request(model_id)?, options).await
    }

    /// Creates the request for a model, whose answer must be about it.
    pub(super) fn model_request(&self, model_id: &str) -> Result<Request> {
        Ok(Request {
            of_model: Some(OfModel::model(model_id)),
            ..self.request(Method::GET, &model_path(model_id)?, None)
        })
    }

    /// Creates the request for a version, whose answer must be about it.
    pub(super) fn version_request(&self, model_id: &str, version: &str) -> Result<Request> {
        Ok(Request {
            of_model: Some(OfModel::version(model_id, version)),
            ..self.request(Method::GET, &version_path(model_id, version)?, None)
        })
    }

    /// Lists the models that go with a model: `GET /models/{model}/related-models`.
    ///
    /// # Errors
    /// As [`Client::get_model`].
    pub async fn get_related_models(&self, model_id: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("{}/related-models", model_path(model_id)?);
        self.list(&path, options).await
    }

    /// Lists a model's versions: `GET /models/{model}/versions`.
    ///
    /// # Errors
    /// As [`Client::get_model`].
    pub async fn get_model_versions(&self, model_id: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("{}/versions", model_path(model_id)?);
        self.list(&path, options).await
    }

    /// Reads a version of a model: `GET /models/{model}/versions/{version}`. The version `latest` is the latest active one, which
    /// takes one more request: [`Client::latest_version`].
    ///
    /// # Errors
    /// `Status` 404 for a model or a version that does not exist. `Response` if the response is about another one, or about none.
    pub async fn get_model_version(&self, model_id: &str, version: &str, options: &RequestOptions) -> Result<Document> {
        let version = self.version(model_id, version, options).await?;
        self.send(&self.version_request(model_id, &version)?, options).await
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
        let version = self.version(model_id, version, options).await?;
        let path = version_route(model_id, &version, "sample-input")?;
        self.sample(&path, options).await
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
        let version = self.version(model_id, version, options).await?;
        let path = version_route(model_id, &version, "sample-output")?;
        self.sample(&path, options).await
    }

    /// Reads what the author of a model has made, which may look like anything.
    async fn sample(&self, path: &str, options: &RequestOptions) -> Result<Document> {
        let request = Request {
            expect: Expect::BodyOrNothing(Shape::Anything),
            ..self.request(Method::GET, path, None)
        };
        self.send(&request, options).await
    }
}

/// The path of a model.
pub(crate) fn model_path(model_id: &str) -> Result<String> {
    Ok(format!("/models/{}", segment("model_id", model_id)?))
}

pub(crate) fn version_path(model_id: &str, version: &str) -> Result<String> {
    let model = model_path(model_id)?;
    Ok(format!("{model}/versions/{}", segment("version", version)?))
}

/// The path of a route below that of a version.
pub(crate) fn version_route(model_id: &str, version: &str, route: &str) -> Result<String> {
    Ok(format!("{}/{route}", version_path(model_id, version)?))
}
