//! The root of the API, for URLs in responses.

use std::ops::Deref;
use std::sync::Arc;

/// The root of the API, for instance `http://127.0.0.1:1234/api`.
#[derive(Clone)]
pub(crate) struct BaseUrl(Arc<str>);

impl BaseUrl {
    pub(crate) fn new(url: String) -> Self {
        Self(url.into())
    }
}

impl Deref for BaseUrl {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}
