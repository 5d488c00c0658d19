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

    /// Fetches the whole of a key, once: `POST /accounting/access-keys/{prefix}/hash`. The server gives it to the key's owner
    /// alone, and never again, so a request that may have arrived is not repeated.
    ///
    /// Answers with the server's JSON or, where that is text, with the text as a JSON string. It is a secret; no error holds
    /// any of it.
    ///
    /// # Errors
    /// With `sent: Maybe` where the key may have been given out, and lost on its way.
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
