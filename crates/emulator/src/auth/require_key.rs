//! Checks `Authorization: ApiKey <prefix>.<body>`.

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::keys::Keys;
use crate::error::Error;

/// Passes on requests with the API key. Answers the restricted key with 403, and all other requests with 401.
pub(crate) async fn require_key(State(keys): State<Keys>, request: Request, next: Next) -> Result<Response, Error> {
    check(&keys, request.headers())?;
    Ok(next.run(request).await)
}

fn check(keys: &Keys, headers: &HeaderMap) -> Result<(), Error> {
    let key = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("ApiKey"))
        .map(|(_, key)| key.trim());
    if key == Some(&*keys.api_key) {
        Ok(())
    } else if key.is_some() && key == keys.restricted_key.as_deref() {
        Err(Error::new(
            StatusCode::FORBIDDEN,
            "the API key does not have the role that this request needs",
        ))
    } else {
        Err(Error::new(
            StatusCode::UNAUTHORIZED,
            "the API key is missing, unknown or inactive",
        ))
    }
}
