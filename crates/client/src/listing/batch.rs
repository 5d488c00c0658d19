//! Several reads of one call, a few at a time.

use futures_util::{TryStreamExt as _, stream::FuturesUnordered};

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::{Error, Result},
    transport::Request,
};

/// How many requests of one call are under way at a time, so that a single call does not take all sockets.
const AT_ONCE: usize = 8;

impl Client {
    /// Sends reads and returns their responses in order, without those of status 404. The first other failure ends the call, and
    /// closes the requests that are under way.
    pub(crate) async fn read_all(&self, requests: Vec<Request>, options: &RequestOptions) -> Result<Vec<Document>> {
        let reads = requests.into_iter().map(|request| async move {
            match self.send(&request, options).await {
                Ok(document) => Ok(Some(document)),
                Err(Error::Status { status: 404, .. }) => Ok(None),
                Err(error) => Err(error),
            }
        });
        Ok(in_order(reads, AT_ONCE).await?.into_iter().flatten().collect())
    }
}

/// Awaits futures, at most `at_once` at a time, and returns their outputs in the order of the futures. They run in the caller's
/// own task, so that dropping the future drops them at once.
///
/// Does not use `buffered`, which returns a failure only after all earlier futures, nor `buffer_unordered`, which holds the
/// closure that numbers the futures: the compiler then cannot prove that the result is `Send`.
async fn in_order<T, F>(work: impl IntoIterator<Item = F>, at_once: usize) -> Result<Vec<T>>
where
    F: Future<Output = Result<T>>,
{
    let mut waiting = work.into_iter().enumerate();
    let mut running = FuturesUnordered::new();
    let mut done = Vec::new();
    loop {
        let free = at_once.saturating_sub(running.len());
        let next = waiting.by_ref().take(free);
        running.extend(next.map(|(index, work)| async move { Ok((index, work.await?)) }));
        let Some(output) = running.try_next().await? else {
            break;
        };
        done.push(output);
    }
    done.sort_unstable_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, output)| output).collect())
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, time::Duration};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn answers_stand_in_the_order_of_the_work_and_no_more_runs_at_a_time_than_allowed() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let work = (0..20_u64).map(|number| {
            let (running, most) = (&running, &most);
            async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                tokio::time::sleep(Duration::from_millis(100 - number * 5)).await;
                running.set(running.get() - 1);
                Ok(number)
            }
        });
        assert_eq!(in_order(work, 3).await.unwrap(), (0..20).collect::<Vec<_>>());
        assert_eq!((running.get(), most.get()), (0, 3));
    }

    #[tokio::test]
    async fn a_failure_ends_the_whole_before_the_rest_has_begun() {
        let begun = Cell::new(0);
        let work = (0..20).map(|_| {
            begun.set(begun.get() + 1);
            async { Err::<(), _>(Error::Aborted) }
        });
        assert!(matches!(in_order(work, 3).await, Err(Error::Aborted)));
        assert_eq!(begun.get(), 3);
    }

    #[tokio::test]
    async fn no_work_is_done_at_once() {
        let none = std::iter::empty::<std::future::Ready<Result<()>>>();
        assert!(in_order(none, 3).await.unwrap().is_empty());
    }
}
