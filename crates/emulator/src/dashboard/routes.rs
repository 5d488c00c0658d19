//! The routes of the dashboard.

use axum::extract::FromRef;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{alerts, cluster, reports};
use crate::account::TEAM_NAME;
use crate::jobs::JobStore;
use crate::models::Catalog;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Catalog: FromRef<S>,
    JobStore: FromRef<S>,
{
    Router::new()
        .route("/license", get(license))
        .route("/notifications/alerts", get(alerts::all))
        .route("/notifications/alerts/{type}", get(alerts::of_type))
        .route("/metrics/data-processed", get(reports::data_processed))
        .route("/metrics/predictions-made", get(reports::predictions_made))
        .route("/metrics/active-users", get(reports::active_users))
        .route("/metrics/active-models", get(reports::active_models))
        .route("/metrics/prometheus/{metric}", get(cluster::metric))
}

/// Returns the license. The number of engines is a text.
async fn license() -> Json<Value> {
    Json(json!({ "companyName": TEAM_NAME, "processingEngines": "50" }))
}
