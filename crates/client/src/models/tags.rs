//! Tags of models: `GET /models/tags`.

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::{Error, Result},
};

impl Client {
    /// Lists all tags: `GET /models/tags`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_all_tags(&self, options: &RequestOptions) -> Result<Document> {
        self.list("/models/tags", options).await
    }

    /// Reads tags with the models that carry them: `GET /models/tags/{tag},{tag}…`. Returns `{"tags", "models"}`;
    /// the server leaves out unknown tags.
    ///
    /// # Errors
    /// [`Error::Argument`] for no tags at all, and for one that is empty.
    pub async fn get_tags_and_models<S: AsRef<str>>(
        &self,
        tag_ids: &[S],
        options: &RequestOptions,
    ) -> Result<Document> {
        if tag_ids.is_empty() {
            return Err(Error::argument("tag_ids", "must name at least one tag"));
        }
        let tags = tag_ids.iter().map(|id| segment("tag_ids", id.as_ref()));
        // A comma separates identifiers; a comma within an identifier is encoded.
        let tags = tags.collect::<Result<Vec<_>>>()?.join(",");
        self.read(&format!("/models/tags/{tags}"), options).await
    }
}
