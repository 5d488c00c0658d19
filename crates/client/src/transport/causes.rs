//! Walks the causes of an error, down to the root.

use std::{error::Error as StdError, io, sync::Arc};

/// Whether the machine at an address refused the connection.
pub(super) fn is_refusal(error: &(dyn StdError + 'static)) -> bool {
    find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// Returns the first error of a type in a chain of causes. `io::Error` hides its inner error from `source`, so this
/// looks inside.
pub(super) fn find<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    all(error).next()
}

/// Returns all errors of a type in a chain of causes, the outermost first.
pub(super) fn all<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e E> {
    chain(error).filter_map(|cause| cause.downcast_ref())
}

/// Returns the root cause, which is the most specific.
pub(super) fn root<'e>(error: &'e (dyn StdError + 'static)) -> &'e (dyn StdError + 'static) {
    chain(error).last().unwrap_or(error)
}

fn chain<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let shared = error.downcast_ref::<Arc<io::Error>>().map(|shared| &**shared);
        match error.downcast_ref::<io::Error>().or(shared) {
            Some(io) => io.get_ref().map(|inner| inner as _),
            None => error.source(),
        }
    })
}
