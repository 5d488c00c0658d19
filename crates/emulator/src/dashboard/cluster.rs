//! The metrics of the cluster, as Prometheus returns them. The values are invented: one per hour, in a daily wave.

use axum::Json;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::period::Period;
use crate::error::{Error, Segments};
use crate::query::Parameters;

/// The metrics, each with the lowest and the highest of its values.
const METRICS: [(&str, f64, f64); 9] = [
    ("cpu-requested", 4.0, 12.0),
    ("cpu-available", 16.0, 16.0),
    ("cpu-used", 1.0, 9.0),
    ("memory-requested", 8e9, 24e9),
    ("memory-available", 64e9, 64e9),
    ("memory-used", 4e9, 20e9),
    ("cpu-overall-usage", 0.1, 0.6),
    ("memory-overall-usage", 0.1, 0.4),
    ("cpu-current-usage", 0.05, 0.7),
];

const HOUR: i64 = 3600;

/// `GET /metrics/prometheus/{metric}`.
pub(super) async fn metric(Segments(name): Segments<String>, parameters: Parameters) -> Result<Json<Value>, Error> {
    let known = METRICS.iter().find(|(metric, ..)| *metric == name);
    let (_, lowest, highest) = known.ok_or_else(|| Error::not_found(format!("the metric {name} does not exist")))?;
    let period = Period::of(&parameters)?;
    let midnight = |date: jiff::civil::Date| TimeZone::UTC.to_timestamp(date.into()).map_or(0, Timestamp::as_second);
    let (start, end) = (midnight(period.first), midnight(period.last) + 24 * HOUR);
    let hours = (start / HOUR..end / HOUR).take_while(|hour| hour * HOUR <= Timestamp::now().as_second());
    let values = hours.map(|hour| {
        let angle = f64::from(i32::try_from(hour % 24).unwrap_or_default()) / 24.0 * std::f64::consts::TAU;
        let value = lowest + (highest - lowest) * (1.0 - angle.cos()) / 2.0;
        json!([hour * HOUR, value.to_string()])
    });
    let series = json!({ "metric": {}, "values": values.collect::<Vec<_>>() });
    Ok(Json(
        json!({ "status": "success", "data": { "resultType": "matrix", "result": [series] } }),
    ))
}
