//! Models: the routes below `/models`, and the search for a model by its name.

mod by_name;
mod get;
mod list;
mod similarity;
mod tags;

pub use self::list::ModelFilter;
