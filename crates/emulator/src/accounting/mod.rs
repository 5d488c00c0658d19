//! Accounting: the access keys and the teams that the API shows.

mod ledger;
mod routes;

pub(crate) use self::ledger::Ledger;
pub(crate) use self::routes::routes;
