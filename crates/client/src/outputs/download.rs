//! Three ways to read an output: as chunks, to a file, or whole in memory.

use std::path::Path;

use super::{
    output::{Contents, Downloaded, Next, Output},
    partial::Partial,
    progress::DownloadProgress,
    reference::OutputRef,
    target::resolve,
};
use crate::{
    client::{Client, RequestOptions},
    error::{Error, Result},
    transport::RetryState,
};

impl Client {
    /// Opens an output, to be read one chunk at a time. There is no limit on its size or on the total time.
    ///
    /// # Errors
    /// `Status` 404 for an output that does not exist. [`Error::Argument`](crate::Error::Argument) for a URL that the client must
    /// not request.
    pub async fn open_output(&self, output: &OutputRef, options: &RequestOptions) -> Result<Output> {
        let settings = self.settings(options);
        let origin = self.output_request(output)?;
        let mut retry_state = RetryState::new(&origin, &settings);
        let found = self.fetch_whole(&origin, &settings, &mut retry_state).await?;
        Ok(Output::new(self.clone(), settings, origin, found, retry_state))
    }

    /// Downloads an output to a file. The bytes are first written to a part file beside it; the file appears once it is complete
    /// and on the disk. If the download fails or the future is dropped, nothing is left. A relative path is resolved in the
    /// call, before its future is first polled.
    ///
    /// An existing file is replaced when all bytes have arrived; its owner, its mode and its extended attributes are kept, and
    /// symbolic links are followed. If a replacement would change more than the content, or the folder accepts no new file, the
    /// file is overwritten in place, and a crash at that moment may truncate it.
    ///
    /// An interrupted download is resumed if the server supports ranges and the output is unchanged; otherwise it starts again.
    /// Calls `on_progress` when the headers have arrived and at the end, and at most 20 times a second in between.
    ///
    /// # Errors
    /// As [`Client::open_output`], and [`Error::File`] for a file that cannot be written, and for a folder, a pipe, a socket or
    /// a device: before anything is sent or, if one was created there during the download, at the end.
    pub fn download_output(
        &self,
        output: &OutputRef,
        file: &Path,
        options: &RequestOptions,
        mut on_progress: impl FnMut(DownloadProgress),
    ) -> impl Future<Output = Result<Downloaded>> {
        let resolved = resolve(file);
        async move {
            // Before anything is sent.
            self.output_request(output)?;
            let place = resolved.map_err(|source| Error::File {
                path: file.to_owned(),
                source,
            })?;
            let mut partial = Partial::create(file, place).await?;
            let mut output = self.open_output(output, options).await?;
            loop {
                if let Some(progress) = output.progress() {
                    on_progress(progress);
                }
                match output.advance(true).await? {
                    Next::Chunk(chunk) => partial.write(chunk).await?,
                    Next::StartAgain => partial.start_again().await?,
                    Next::End => break,
                }
            }
            partial.finish().await?;
            if let Some(progress) = output.progress() {
                on_progress(progress);
            }
            Ok(output.into_downloaded())
        }
    }

    /// Reads an output into memory. Sends the requests of [`Client::open_output`].
    ///
    /// # Errors
    /// As [`Client::open_output`] and [`Output::next`], and [`Error::Response`] for an output that is larger than the client
    /// accepts.
    ///
    /// [`Error::Response`]: crate::Error::Response
    /// [`Output::next`]: crate::Output::next
    pub async fn get_output_contents(&self, output: &OutputRef, options: &RequestOptions) -> Result<Contents> {
        self.open_output(output, options).await?.collect().await
    }
}
