//! Accounting: keys, users, projects, teams and accounts.

mod keys;
mod ledger;
mod people;
mod projects;
mod routes;

pub(crate) use self::ledger::Ledger;
pub(crate) use self::routes::routes;
