//! The routes about processing engines, and about the hardware that containers can ask for.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::deployment::Pace;
use crate::jobs::{JobStore, Status};
use crate::models::{Catalog, ModelRecord, VersionRecord};
use crate::timestamp::basic_offset;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Catalog: FromRef<S>,
    JobStore: FromRef<S>,
    Pace: FromRef<S>,
{
    Router::new()
        .route("/models/processing-engines", get(minimum))
        .route("/models/requirements/account", get(hardware))
        .route("/resources/processing/engines", get(engines))
        .route("/resources/processing/models", get(details))
}

async fn minimum(State(catalog): State<Catalog>) -> Json<Value> {
    let minimums = active(&catalog)
        .into_iter()
        .map(|(_, version)| version.attributes.processing.minimum);
    Json(json!({ "minimumProcessingEnginesSum": minimums.sum::<u32>() }))
}

/// Returns the hardware that the account can use. The amounts are texts with a unit.
async fn hardware() -> Json<Value> {
    let requirement = |id: i32, status, gpu_units, cpu, memory, name: &str| {
        json!({
            "requirementId": id,
            "status": status,
            "gpuUnits": gpu_units,
            "cpuAmount": cpu,
            "memoryAmount": memory,
            "name": name,
            "description": format!("{cpu} of CPU and {memory} of memory"),
        })
    };
    Json(json!([
        requirement(1, "ACTIVE", 0, "1000m", "1G", "Small"),
        requirement(2, "ACTIVE", 0, "2000m", "4G", "Medium"),
        requirement(3, "ACTIVE", 0, "4000m", "16G", "Large"),
        requirement(4, "INACTIVE", 0, "500m", "512M", "Tiny"),
        requirement(-6, "ACTIVE", 1, "4000m", "16G", "GPU"),
        requirement(-99, "ACTIVE", 0, "1000m", "1G", "ARM"),
    ]))
}

/// Returns the active versions, each with the number of jobs that wait for it.
async fn engines(
    State(catalog): State<Catalog>,
    State(jobs): State<JobStore>,
    State(pace): State<Pace>,
) -> Json<Vec<Value>> {
    let waiting = Waiting::of(&jobs);
    let engines = active(&catalog).into_iter().map(|(model, version)| {
        let engines = version.scaling.now(pace.engines);
        json!({
            "identifier": model.identifier,
            "version": version.number,
            "failed": 0,
            "queued": waiting.jobs(&model, &version),
            "spinningUp": engines.spinning_up,
            "spinningDown": engines.spinning_down,
            "running": engines.ready,
            "ready": engines.ready,
        })
    });
    Json(engines.collect())
}

/// Returns the active versions with each of their engines.
async fn details(
    State(catalog): State<Catalog>,
    State(jobs): State<JobStore>,
    State(pace): State<Pace>,
) -> Json<Vec<Value>> {
    let waiting = Waiting::of(&jobs);
    let details = active(&catalog).into_iter().map(|(model, version)| {
        let engines = version.scaling.now(pace.engines);
        let since = basic_offset(version.scaling.changed_at());
        let engine = |number: u32| {
            let is_ready = number < engines.ready;
            json!({
                "name": format!("{}-{number}", version.engine(&model.identifier)),
                "createdAt": since,
                "ready": is_ready,
                "conditions": [
                    { "type": "PodScheduled", "status": "True" },
                    { "type": "Ready", "status": if is_ready { "True" } else { "False" } },
                ],
            })
        };
        json!({
            "identifier": model.identifier,
            "version": version.number,
            "deployedAt": basic_offset(version.created_at),
            "engines": (0..engines.ready + engines.spinning_up).map(engine).collect::<Vec<_>>(),
            "inputs": { "queued": waiting.inputs(&model, &version) },
            "jobs": { "queued": waiting.jobs(&model, &version) },
            "situations": [],
            "modelDeploymentState": {
                "hasError": false,
                "ready": engines.ready > 0,
                "beingMonitored": true,
            },
        })
    });
    Json(details.collect())
}

/// The jobs that wait, as their model, version and number of inputs.
struct Waiting(Vec<(String, String, usize)>);

impl Waiting {
    fn of(jobs: &JobStore) -> Self {
        let jobs = jobs.all();
        let waiting = jobs.iter().filter(|job| job.progress().status == Status::Submitted);
        let parts = waiting.map(|job| {
            let (model, version) = (job.model.identifier.clone(), job.version.number.clone());
            (model, version, job.inputs().len())
        });
        Self(parts.collect())
    }

    fn of_version(&self, model: &ModelRecord, version: &VersionRecord) -> impl Iterator<Item = usize> {
        let jobs = self.0.iter();
        let own = jobs.filter(|(of, number, _)| *of == model.identifier && *number == version.number);
        own.map(|(_, _, inputs)| *inputs)
    }

    fn jobs(&self, model: &ModelRecord, version: &VersionRecord) -> usize {
        self.of_version(model, version).count()
    }

    fn inputs(&self, model: &ModelRecord, version: &VersionRecord) -> usize {
        self.of_version(model, version).sum()
    }
}

/// Returns the active versions with their models.
fn active(catalog: &Catalog) -> Vec<(Arc<ModelRecord>, Arc<VersionRecord>)> {
    let models = catalog.all();
    let versions = models.iter().flat_map(|model| {
        let active = model.versions.iter().filter(|version| version.is_active());
        active.map(|version| (Arc::clone(model), Arc::clone(version)))
    });
    versions.collect()
}
