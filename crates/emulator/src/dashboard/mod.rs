//! The dashboard: the license, alerts, and metrics of what the jobs did.

mod alerts;
mod cluster;
mod period;
mod reports;
mod routes;

pub(crate) use self::routes::routes;
