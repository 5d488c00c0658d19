//! What the resources share that list something: plain reads, pages, query strings, and several reads at a time. Which routes
//! there are is left to the resources.

mod batch;
mod pages;
pub(crate) mod query;

pub use self::pages::Page;
pub(crate) use self::query::with_query;
