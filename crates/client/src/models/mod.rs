//! Models: the routes below `/models`, and the search for a model by its name.

mod get;
mod similarity;
mod tags;

pub use self::get::ModelFilter;
