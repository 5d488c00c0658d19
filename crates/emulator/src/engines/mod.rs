//! Processing engines: their numbers, which follow the settings of the versions with a delay, and the routes that list them.

mod routes;
mod scaling;

pub(crate) use self::routes::routes;
pub(crate) use self::scaling::Scaling;
