//! Results that are read while the caller works on those before them.

use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::stream::ResultStream;
use crate::{
    document::Document,
    error::{Error, Result},
};

/// The next results of a stream, which a task reads while the caller works on those before them. Dropping it closes the stream.
#[derive(Debug)]
pub struct ReadAhead {
    task: AbortOnDropHandle<(Box<ResultStream>, Result<Vec<Document>>)>,
    wanted: CancellationToken,
}

impl ResultStream {
    /// Reads the next results in a task of the current Tokio runtime: at least one, and those that have arrived behind it until
    /// they have this many bytes. The idle timeout begins when the caller waits for them, by [`ReadAhead::take`].
    #[must_use = "dropping it closes the stream"]
    pub fn read_ahead(mut self: Box<Self>, bytes: usize) -> ReadAhead {
        let wanted = CancellationToken::new();
        self.begin_idle_timeout_at(wanted.clone());
        let task = tokio::spawn(async move {
            let results = self.next_of(bytes).await;
            (self, results)
        });
        ReadAhead {
            task: AbortOnDropHandle::new(task),
            wanted,
        }
    }

    async fn next_of(&mut self, bytes: usize) -> Result<Vec<Document>> {
        let Some(first) = self.next().await? else {
            return Ok(Vec::new());
        };
        let mut read = first.as_str().len();
        let mut results = vec![first];
        while read < bytes
            && let Some(result) = self.ready()
        {
            read += result.as_str().len();
            results.push(result);
        }
        Ok(results)
    }
}

impl ReadAhead {
    /// Waits for the results, and returns them with the stream that they come from. They are none at its end.
    ///
    /// # Errors
    /// As [`ResultStream::next`], which ends the stream.
    pub async fn take(self) -> Result<(Vec<Document>, Box<ResultStream>)> {
        self.wanted.cancel();
        let (stream, results) = self
            .task
            .await
            .map_err(|ended| Error::Internal(format!("reading ahead failed: {ended}")))?;
        Ok((results?, stream))
    }
}
