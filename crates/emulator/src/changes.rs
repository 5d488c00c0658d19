//! What changed in a list since a page saw it last.

use serde::Serialize;

/// The rows of a list after a change.
#[derive(Serialize)]
pub(crate) struct Changes<T> {
    /// The last change, to continue after.
    #[serde(skip)]
    pub(crate) last: u64,
    /// The number of the first row that is kept, in a list that drops its oldest ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first: Option<usize>,
    /// The number of rows, with those that are not shown.
    pub(crate) total: usize,
    pub(crate) rows: Vec<T>,
}
