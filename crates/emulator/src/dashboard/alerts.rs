//! Alerts, each about a list of jobs or models.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::error::{Error, Segments};
use crate::jobs::{JobStore, Status};
use crate::models::Catalog;

/// The types of alerts.
const TYPES: [&str; 2] = ["JOB_STUCK", "MODEL_EXPIRATION"];

pub(super) async fn all(State(jobs): State<JobStore>, State(catalog): State<Catalog>) -> Json<Value> {
    let alerts = TYPES.map(|name| json!({ "type": name, "count": entities(name, &jobs, &catalog).len() }));
    Json(json!(alerts))
}

/// Returns the identifiers that an alert is about.
pub(super) async fn of_type(
    State(jobs): State<JobStore>,
    State(catalog): State<Catalog>,
    Segments(name): Segments<String>,
) -> Result<Json<Vec<String>>, Error> {
    if !TYPES.contains(&name.as_str()) {
        return Err(Error::not_found(format!("there are no alerts of the type {name}")));
    }
    Ok(Json(entities(&name, &jobs, &catalog)))
}

/// Open jobs count as stuck, since they never advance.
fn entities(name: &str, jobs: &JobStore, catalog: &Catalog) -> Vec<String> {
    if name == "JOB_STUCK" {
        let jobs = jobs.all();
        let open = jobs.iter().filter(|job| job.progress().status == Status::Open);
        return open.map(|job| job.id.clone()).collect();
    }
    let models = catalog.all();
    let expired = models.iter().filter(|model| model.is_expired());
    expired.map(|model| model.identifier.clone()).collect()
}
