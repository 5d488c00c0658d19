//! Helpers of the resources that list something: plain reads, pages, query strings, and concurrent reads. Leaves the routes to
//! the resources.

mod batch;
mod pages;
pub(crate) mod query;

pub use self::pages::Page;
pub(crate) use self::query::with_query;
