//! Accounting: the access keys and the teams that the API shows.

mod routes;

pub(crate) use self::routes::{Ledger, routes};
