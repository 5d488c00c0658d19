//! Models: the routes below `/models`, and the search for a model by its name.

mod by_name;
mod get;
mod latest;
mod list;
mod similarity;
mod tags;

pub(crate) use self::latest::LATEST;
pub use self::list::ModelFilter;
