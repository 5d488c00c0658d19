//! The deployment of models: from an image of a container to a version that jobs can use.

mod attributes;
mod create;
mod files;
mod pace;
mod routes;
mod steps;

pub(crate) use self::pace::Pace;
pub(crate) use self::routes::routes;
pub(crate) use self::steps::Deployment;
