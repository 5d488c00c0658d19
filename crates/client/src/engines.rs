//! Processing engines: `GET /resources/processing/engines`.

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

impl Client {
    /// Counts the processing engines of each version of a model, by their state: `GET /resources/processing/engines`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_processing_engine_status(&self, options: &RequestOptions) -> Result<Document> {
        self.list("/resources/processing/engines", options).await
    }
}
