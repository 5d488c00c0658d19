//! Plain reads, and pages that know whether another follows.

use http::Method;
use serde::de::DeserializeOwned;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
    transport::{Expect, Request, Shape},
};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T = Document> {
    /// The items, as the array that the server sent.
    pub items: T,
    /// Whether another page follows: the server links to one, and this one is full.
    pub has_next: bool,
}

impl Page {
    /// Parses the items into a type of the caller, such as a `Vec`.
    ///
    /// # Errors
    /// If the items do not match the type.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<Page<T>> {
        Ok(Page {
            items: self.items.parse()?,
            has_next: self.has_next,
        })
    }
}

impl Client {
    /// Reads an object at a path below the API's root.
    pub(crate) async fn read(&self, path: &str, options: &RequestOptions) -> Result<Document> {
        self.send(&self.request(Method::GET, path, None), options).await
    }

    /// Reads an object that has one or more of these members.
    pub(crate) async fn read_with(
        &self,
        path: &str,
        members: &'static [&'static str],
        options: &RequestOptions,
    ) -> Result<Document> {
        let request = Request {
            expect: Expect::BodyOrNothing(Shape::ObjectWith(members)),
            ..self.request(Method::GET, path, None)
        };
        self.send(&request, options).await
    }

    /// Reads an array.
    pub(crate) async fn list(&self, path: &str, options: &RequestOptions) -> Result<Document> {
        let request = Request {
            expect: Expect::BodyOrNothing(Shape::Array),
            ..self.request(Method::GET, path, None)
        };
        self.send(&request, options).await
    }

    /// Reads an array, and whether another page follows it.
    pub(crate) async fn page(&self, path: &str, per_page: Option<u64>, options: &RequestOptions) -> Result<Page> {
        let request = Request {
            expect: Expect::Body(Shape::Array),
            ..self.request(Method::GET, path, None)
        };
        let (items, links_to_next) = self.send_for_page(&request, options).await?;
        // The link alone is not reliable: some servers send one with the last page.
        let is_full = items.elements().len() as u64 >= per_page.unwrap_or(1).max(1);
        Ok(Page {
            items,
            has_next: is_full && links_to_next,
        })
    }
}
