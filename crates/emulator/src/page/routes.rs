//! The routes of the page, and the headers that confine it.

use axum::extract::{FromRef, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{delete, get, post};
use axum::{Extension, Router};

use super::{assets, events, faults, job, requests};
use crate::auth::{Caller, Keys};
use crate::base_url::BaseUrl;
use crate::deployment::Pace;
use crate::faults::FaultList;
use crate::jobs::{Features, JobStore};
use crate::local_only::refuse_foreign;
use crate::models::Catalog;
use crate::options::HistoryOptions;
use crate::requests::RequestLog;
use crate::{control, error, jobs as api_jobs, models as api_models};

/// What the page may load: its own files, and pictures and sound that it makes from bytes. Text never becomes HTML or a script.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' blob:; media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// What all other responses may do if a browser shows them as a document: nothing.
const DATA_POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Returns the routes. The API answers the page as if this caller asked.
pub(crate) fn routes<S>(caller: Caller) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    BaseUrl: FromRef<S>,
    Catalog: FromRef<S>,
    FaultList: FromRef<S>,
    Features: FromRef<S>,
    HistoryOptions: FromRef<S>,
    JobStore: FromRef<S>,
    Keys: FromRef<S>,
    Pace: FromRef<S>,
    RequestLog: FromRef<S>,
{
    let page = Router::new()
        .route("/", get(assets::index))
        .route("/page/{file}", get(assets::file))
        .layer(from_fn(|request, next| confine(PAGE_POLICY, request, next)));
    let api = Router::new()
        .merge(api_jobs::routes())
        .merge(api_models::routes())
        .layer(Extension(caller))
        .method_not_allowed_fallback(error::wrong_method)
        .fallback(error::unknown_route);
    let data = Router::new()
        .route("/page/events", get(events::events))
        .route("/page/jobs/{job}", get(job::details))
        .route("/page/jobs/{job}/submit", get(requests::submit))
        .route("/page/jobs/{job}/inputs", get(job::inputs))
        .route("/page/jobs/{job}/inputs/{input}/{value}", get(job::value))
        .route("/page/jobs/{job}/results/{input}", get(job::result))
        .route("/page/jobs/{job}/results/{input}/{output}", get(job::output))
        .route("/page/requests/{number}", get(requests::details))
        .route("/page/requests", delete(control::clear_requests))
        .route("/page/faults", post(control::add_fault).delete(control::clear_faults))
        .route("/page/faults/{number}", delete(faults::remove))
        .nest("/page/api", api)
        .layer(from_fn(|request, next| confine(DATA_POLICY, request, next)));
    page.merge(data).layer(from_fn(refuse_foreign))
}

/// Adds the headers that keep a response to this page.
async fn confine(policy: &'static str, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    confine_headers(policy, response.headers_mut());
    response
}

fn confine_headers(policy: &'static str, headers: &mut HeaderMap) {
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (RESOURCE_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
