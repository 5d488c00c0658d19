//! The processing engines that the API lists for the models' versions.

use axum::extract::{FromRef, State};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::jobs::{JobStore, Status};
use crate::models::{MODELS, Model, Version, minimum_engines};

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    JobStore: FromRef<S>,
{
    Router::new()
        .route("/models/processing-engines", get(minimum))
        .route("/resources/processing/engines", get(engines))
}

async fn minimum() -> Json<Value> {
    let sum: u32 = versions().map(|(model, version)| minimum_engines(model, version)).sum();
    Json(json!({ "minimumProcessingEnginesSum": sum }))
}

/// Returns the active versions, each with the number of jobs that wait for it.
async fn engines(State(jobs): State<JobStore>) -> Json<Vec<Value>> {
    let jobs = jobs.all();
    let active = versions().filter(|(_, version)| version.is_active);
    let engines = active.map(|(model, version)| {
        let identifier = model.about().identifier;
        let queued = jobs.iter().filter(|job| {
            job.model.about().identifier == identifier
                && job.version.number == version.number
                && job.progress().status == Status::Submitted
        });
        let running = minimum_engines(model, version);
        json!({
            "identifier": identifier,
            "version": version.number,
            "failed": 0,
            "queued": queued.count(),
            "spinningUp": 0,
            "spinningDown": 0,
            "running": running,
            "ready": running,
        })
    });
    Json(engines.collect())
}

fn versions() -> impl Iterator<Item = (&'static dyn Model, &'static Version)> {
    let models = MODELS.iter().copied();
    models.flat_map(|model| model.versions().iter().map(move |version| (model, version)))
}
