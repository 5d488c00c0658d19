//! Checks `Authorization: ApiKey <prefix>.<body>`, and whether the key's role allows the request.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;

use super::keys::{Caller, Keys};
use crate::error::Error;

/// Passes on requests with a known key whose role allows them, with their [`Caller`]. The restricted key gets a 403, and so
/// does a role that does not suffice; all other requests get a 401.
pub(crate) async fn require_key(State(keys): State<Keys>, mut request: Request, next: Next) -> Result<Response, Error> {
    let caller = check(&keys, &request)?.clone();
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

fn check<'k>(keys: &'k Keys, request: &Request) -> Result<&'k Caller, Error> {
    let key = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("ApiKey"))
        .map(|(_, key)| key.trim());
    let caller = key.and_then(|key| keys.caller(key));
    if let Some(caller) = caller
        && caller.role.allows(request.method(), request.uri().path())
    {
        Ok(caller)
    } else if caller.is_some() || (key.is_some() && key == keys.restricted_key.as_deref()) {
        Err(Error::forbidden())
    } else {
        Err(Error::new(
            StatusCode::UNAUTHORIZED,
            "the API key is missing, unknown or inactive",
        ))
    }
}
