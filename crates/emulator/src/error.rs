//! The error response of all routes.

use std::borrow::Cow;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The `reportErrorUrl` of error bodies.
const REPORT_ERROR_URL: &str = "https://docs.modzy.com/";

/// An error response.
#[derive(Debug)]
pub(crate) struct Error {
    status: StatusCode,
    message: Cow<'static, str>,
    technical_information: Option<String>,
}

impl Error {
    pub(crate) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            message: message.into(),
            technical_information: None,
        }
    }

    /// Adds the details that the failures of a deployment have.
    pub(crate) fn with_technical(self, information: String) -> Self {
        Self {
            technical_information: Some(information),
            ..self
        }
    }

    pub(crate) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "the API key does not have the role that this request needs",
        )
    }

    pub(crate) fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    status_code: u16,
    status: &'a str,
    message: &'a str,
    report_error_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    technical_information: Option<&'a str>,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = ErrorBody {
            status_code: self.status.as_u16(),
            status: self.status.canonical_reason().unwrap_or_default(),
            message: &self.message,
            report_error_url: REPORT_ERROR_URL,
            technical_information: self.technical_information.as_deref(),
        };
        (self.status, Json(body)).into_response()
    }
}

/// Responds to a path without a route.
pub(crate) async fn unknown_route() -> Error {
    Error::not_found("no such route")
}

/// Responds to a method that the path's route does not have.
pub(crate) async fn wrong_method() -> Error {
    Error::new(StatusCode::METHOD_NOT_ALLOWED, "the route does not have this method")
}

/// The percent-decoded segments of a path. A path that cannot be decoded gets a 400 with the error body above.
pub(crate) struct Segments<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(_) => Err(Error::bad_request("the path is not percent-encoded UTF-8")),
        }
    }
}
