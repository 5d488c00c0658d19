//! The reports about jobs: how much they processed, and by whom and by which models.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::period::{Period, day_of};
use crate::account::TEAM;
use crate::error::Error;
use crate::jobs::{Job, JobStore, milliseconds};
use crate::json::with;
use crate::query::Parameters;

/// The jobs that pass the filters of the reports, and the period of the report.
struct Selection {
    jobs: Vec<Arc<Job>>,
    period: Period,
}

impl Selection {
    fn of(jobs: &JobStore, parameters: &Parameters) -> Result<Self, Error> {
        let period = Period::of(parameters)?;
        let mut jobs = jobs.all();
        jobs.retain(|job| {
            let is = |name: &str, value: &str| parameters.passes(name, |filter| filter == value);
            is("user-identifier", job.submitter.person().identifier)
                && is("access-key", &job.submitter.prefix)
                && is("model-identifier", &job.model.identifier)
                && is("team-identifier", TEAM.identifier)
        });
        Ok(Self { jobs, period })
    }

    fn within(&self, period: Period) -> impl Iterator<Item = &Arc<Job>> {
        self.jobs.iter().filter(move |job| period.has(job.created_at()))
    }

    /// Returns a figure of the period, of the one before, and of each day.
    fn report(&self, name: &str, figure: impl Fn(&Job) -> usize) -> Value {
        let sum = |period| self.within(period).map(|job| figure(job)).sum::<usize>();
        let (recent, previous) = (sum(self.period), sum(self.period.before()));
        let days = self.period.days().map(|day| {
            let of_day = self.within(self.period).filter(|job| day_of(job.created_at()) == day);
            json!({ "date": day.to_string(), "value": of_day.map(|job| figure(job)).sum::<usize>() })
        });
        let totals = json!({ "recent": recent, "previous": previous, "percentage": growth(previous, recent) });
        with(json!({ "recent": days.collect::<Vec<_>>() }), [(name, totals)])
    }

    /// Returns the groups with the most jobs first, each with its number of jobs and their time.
    fn ranking(&self, group: impl Fn(&Job) -> (String, Value)) -> Json<Vec<Value>> {
        let mut groups = IndexMap::<String, (Value, usize, Duration)>::new();
        for job in self.within(self.period) {
            let (key, document) = group(job);
            let (_, jobs, elapsed) = groups.entry(key).or_insert((document, 0, Duration::ZERO));
            *jobs += 1;
            *elapsed = elapsed.saturating_add(job.progress().elapsed);
        }
        groups.sort_by(|_, (_, first, _), _, (_, second, _)| second.cmp(first));
        let ranked = groups
            .into_values()
            .enumerate()
            .map(|(index, (document, jobs, elapsed))| {
                let figures = [
                    ("ranking", json!(index + 1)),
                    ("elapsedTime", json!(milliseconds(elapsed))),
                    ("jobs", json!(jobs)),
                ];
                with(document, figures)
            });
        Json(ranked.collect())
    }
}

/// Returns the growth in percent. From nothing, it is 100.
#[expect(clippy::cast_precision_loss, reason = "no figure here reaches 2^52")]
fn growth(previous: usize, recent: usize) -> f64 {
    match (previous, recent) {
        (0, 0) => 0.0,
        (0, _) => 100.0,
        _ => (recent as f64 / previous as f64 - 1.0) * 100.0,
    }
}

/// `GET /metrics/data-processed`, in bytes.
pub(super) async fn data_processed(State(jobs): State<JobStore>, parameters: Parameters) -> Result<Json<Value>, Error> {
    let selection = Selection::of(&jobs, &parameters)?;
    Ok(Json(selection.report("dataProcessed", Job::input_bytes)))
}

/// `GET /metrics/predictions-made`: the processed inputs.
pub(super) async fn predictions_made(
    State(jobs): State<JobStore>,
    parameters: Parameters,
) -> Result<Json<Value>, Error> {
    let selection = Selection::of(&jobs, &parameters)?;
    Ok(Json(
        selection.report("predictionsMade", |job| job.progress().processed),
    ))
}

/// `GET /metrics/active-users`.
pub(super) async fn active_users(
    State(jobs): State<JobStore>,
    parameters: Parameters,
) -> Result<Json<Vec<Value>>, Error> {
    let selection = Selection::of(&jobs, &parameters)?;
    Ok(selection.ranking(|job| {
        let person = job.submitter.person();
        let document = json!({
            "userIdentifier": person.identifier,
            "firstName": person.first_name,
            "lastName": person.last_name,
            "email": person.email,
        });
        (person.identifier.to_owned(), document)
    }))
}

/// `GET /metrics/active-models`.
pub(super) async fn active_models(
    State(jobs): State<JobStore>,
    parameters: Parameters,
) -> Result<Json<Vec<Value>>, Error> {
    let selection = Selection::of(&jobs, &parameters)?;
    Ok(selection.ranking(|job| {
        let (model, version) = (&job.model, &job.version);
        let document = json!({
            "modelIdentifier": model.identifier,
            "name": model.name,
            "modelVersion": version.number,
        });
        (format!("{} {}", model.identifier, version.number), document)
    }))
}
