//! Accounting: the API's access keys and teams.

mod keys;
mod ledger;
mod routes;

pub(crate) use self::ledger::Ledger;
pub(crate) use self::routes::routes;
