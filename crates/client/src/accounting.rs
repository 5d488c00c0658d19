//! API keys: `GET /accounting/access-keys/user/{email}` and `POST /accounting/access-keys/{prefix}/hash`.

use bytes::Bytes;
use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::Result,
    transport::{Expect, Payload, Request, Shape},
};

impl Client {
    /// Lists a user's API keys, without their secret parts: `GET /accounting/access-keys/user/{email}`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_api_keys(&self, email: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("/accounting/access-keys/user/{}", segment("email", email)?);
        self.list(&path, options).await
    }

    /// Fetches a whole key, once: `POST /accounting/access-keys/{prefix}/hash`. The server returns it only to the key's owner, and
    /// only once, so a request that may have arrived is not repeated.
    ///
    /// Returns the server's JSON or, if the body is plain text, the text as a JSON string. The key is a secret; no error holds any
    /// part of it.
    ///
    /// # Errors
    /// With `sent: Maybe` if the server may have returned the key and the response was lost.
    pub async fn get_key_body(&self, prefix: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("/accounting/access-keys/{}/hash", segment("prefix", prefix)?);
        let request = Request {
            payload: Payload::Json(Bytes::from_static(b"{}")),
            expect: Expect::Body(Shape::Key),
            ..self.request(Method::POST, &path, None)
        };
        self.send(&request, options).await
    }
}
