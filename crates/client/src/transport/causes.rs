//! The causes of an error, down to the one that says what happened.

use std::{error::Error as StdError, io, sync::Arc};

/// Whether the machine at an address refused the connection.
pub(super) fn is_refusal(error: &(dyn StdError + 'static)) -> bool {
    find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// The first error of a type in a chain of causes. `io::Error` hides what it wraps from `source`, so it is opened.
pub(super) fn find<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

/// The cause at the bottom, which says most.
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
