//! What the routes share that list something: plain reads, and pages that know whether another follows.

use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
    transport::{Expect, Request, Shape},
};

impl Client {
    /// Reads an object at a path below the API's root.
    pub(crate) async fn read(&self, path: &str, options: &RequestOptions) -> Result<Document> {
        self.send(&self.request(Method::GET, path, None), options).await
    }

    /// Reads an array.
    pub(crate) async fn list(&self, path: &str, options: &RequestOptions) -> Result<Document> {
        let request = Request {
            expect: Expect::BodyOrNothing(Shape::Array),
            ..self.request(Method::GET, path, None)
        };
        self.send(&request, options).await
    }

    /// Reads an array, and answers with `{"items": […], "next": …}`.
    pub(crate) async fn page(&self, path: &str, per_page: Option<u64>, options: &RequestOptions) -> Result<Document> {
        let request = Request {
            expect: Expect::Body(Shape::Array),
            ..self.request(Method::GET, path, None)
        };
        let items = self.send(&request, options).await?;
        // The link alone is not always right: servers were seen to send one with the last page.
        let full = items.elements().len() as u64 >= per_page.unwrap_or(1).max(1);
        let next = full && items.links_to_next();
        let page = format!(r#"{{"items":{},"next":{next}}}"#, items.as_str());
        Ok(Document::of_json(page))
    }
}
