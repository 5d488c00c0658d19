//! Combines the routes of all resources.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::options::Options;
use crate::state::AppState;
use crate::{
    accounting, auth, control, dashboard, deployment, engines, error, faults, jobs, models, page, requests, results,
};

/// Returns the routes that the options turn on. A request under `/api` is recorded, then meets the faults, then its key is checked.
pub(crate) fn router(state: &AppState, options: &Options) -> Router {
    let api = Router::new()
        .merge(jobs::routes())
        .merge(results::routes())
        .merge(models::routes())
        .merge(deployment::routes())
        .merge(engines::routes())
        .merge(accounting::routes())
        .merge(dashboard::routes())
        .method_not_allowed_fallback(error::wrong_method)
        .fallback(error::unknown_route)
        // The request log has already read and measured the body.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(state.keys.clone(), auth::require_key))
        .layer(from_fn_with_state(state.faults.clone(), faults::inject))
        .layer(from_fn_with_state(state.requests.clone(), requests::record));
    let api = if options.verbose {
        api.layer(from_fn(requests::report))
    } else {
        api
    };
    let mut app = Router::new().nest("/api", api);
    if options.control {
        app = app.merge(control::routes());
    }
    if let Some(owner) = state.keys.owner().filter(|_| options.page) {
        app = app.merge(page::routes(owner.clone()));
    }
    app.method_not_allowed_fallback(error::wrong_method)
        .fallback(error::unknown_route)
        .with_state(state.clone())
}
