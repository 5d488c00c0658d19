//! Reports each request under `/api` on standard error, with its outcome. Queries, headers and bodies may have secrets and are left out.

use std::io::{self, Write};
use std::time::Instant;

use axum::extract::{OriginalUri, Request};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::Response;

/// Reports a request when its response is passed to the connection, or when it is aborted before that.
pub(crate) async fn report(OriginalUri(uri): OriginalUri, request: Request, next: Next) -> Response {
    let mut open = Open {
        method: request.method().clone(),
        uri,
        since: Instant::now(),
        status: None,
    };
    let response = next.run(request).await;
    open.status = Some(response.status().as_u16());
    response
}

/// A request without an outcome. The drop reports it.
struct Open {
    method: Method,
    uri: Uri,
    since: Instant,
    status: Option<u16>,
}

impl Drop for Open {
    fn drop(&mut self) {
        let outcome = self
            .status
            .map_or_else(|| "aborted".to_owned(), |status| status.to_string());
        let line = format!(
            "modzy-emulator: {} {} {outcome} after {} ms\n",
            self.method,
            self.uri.path(),
            self.since.elapsed().as_millis()
        );
        // If standard error is closed, the line is lost.
        let _ = io::stderr().write_all(line.as_bytes());
    }
}
