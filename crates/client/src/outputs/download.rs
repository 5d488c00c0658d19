//! The ways to an output: open, to be read in chunks, downloaded to a file, or whole in memory.

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
    /// Opens an output, to be read piece by piece. There is no limit on its size or on the whole time.
    ///
    /// # Errors
    /// `Status` 404 for an output that does not exist. [`Error::Argument`](crate::Error::Argument) for a URL that may not be asked.
    pub async fn open_output(&self, output: &OutputRef, options: &RequestOptions) -> Result<Output> {
        let settings = self.settings(options);
        let origin = self.output_request(output)?;
        let mut retry_state = RetryState::new(&origin, &settings);
        let found = self.fetch_whole(&origin, &settings, &mut retry_state).await?;
        Ok(Output::new(self.clone(), settings, origin, found, retry_state))
    }

    /// Downloads an output to a file, which is there once it is whole and on the disk: until then it is written beside its
    /// place, and whatever goes wrong, or where the future is dropped, nothing is left. A relative path is resolved in the
    /// call, before its future is first polled.
    ///
    /// What is at the place counts when all bytes have come. A file there is replaced, and its owner, its mode and its extended
    /// attributes are kept; symbolic links are followed. Where more than the content would change, or where the folder takes no
    /// new file, it is written in place, and may be cut by a crash at that moment.
    ///
    /// An interrupted download goes on where it was, if the server supports it and the output is still the same; else it
    /// starts again. `on_progress` hears of it once the headers have come and at the end, and at most 20 times a second between.
    ///
    /// # Errors
    /// As [`Client::open_output`], and [`Error::File`] for a file that cannot be written, and for a folder, a pipe, a socket or
    /// a device: before anything is sent or, where it has come there meanwhile, at the end.
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
                    Next::Piece(piece) => partial.write(piece).await?,
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

    /// Reads an output as bytes, in memory. It is downloaded as [`Client::open_output`] does.
    ///
    /// # Errors
    /// As [`Client::open_output`] and [`Output::next`], and [`Error::Response`] for one that is longer than the client accepts.
    ///
    /// [`Error::Response`]: crate::Error::Response
    /// [`Output::next`]: crate::Output::next
    pub async fn get_output_contents(&self, output: &OutputRef, options: &RequestOptions) -> Result<Contents> {
        self.open_output(output, options).await?.collect().await
    }
}
