//! What the resources share that list something: plain reads, pages, query strings, and several reads at a time. Which routes
//! there are is left to the resources.

mod batch;
mod pages;
mod query;

pub(crate) use self::query::{count, text, with_query};
