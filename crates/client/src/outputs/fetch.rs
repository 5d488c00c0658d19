//! Requests an output, or the rest of one, and follows permitted redirects. Leaves the body to `output`.

use http::{
    HeaderValue, StatusCode,
    header::{IF_RANGE, LOCATION, RANGE},
};

use super::{
    entity::{Validator, is_part},
    reference::has_user,
};
use crate::{
    client::Client,
    endpoint::LONGEST_URL,
    error::{BodyFault, Error, Result},
    transport::{Request, RetryState, Settings, Streamed},
};

const MOST_REDIRECTS: usize = 5;

impl Client {
    pub(super) async fn fetch_whole(
        &self,
        origin: &Request,
        settings: &Settings,
        retry_state: &mut RetryState,
    ) -> Result<(Request, Streamed)> {
        let (request, body) = self.fetch(origin, None, settings, retry_state).await?;
        if is_part(&body) {
            return Err(retry_state.end(body.unreadable(&request, BodyFault::Partial)));
        }
        Ok((request, body))
    }

    /// Requests an output, or the rest of one, and follows redirects. Returns the last request and its response.
    pub(super) async fn fetch(
        &self,
        origin: &Request,
        rest: Option<(&Validator, u64)>,
        settings: &Settings,
        retry_state: &mut RetryState,
    ) -> Result<(Request, Streamed)> {
        let mut request = origin.clone();
        if let Some((validator, at)) = rest {
            let range = HeaderValue::try_from(format!("bytes={at}-"));
            let range = range.map_err(|error| Error::Internal(format!("a range that no header can carry: {error}")))?;
            request.headers.insert(RANGE, range);
            request.headers.insert(IF_RANGE, validator.1.clone());
        }
        let mut redirects = 0;
        loop {
            let body = self.send_for_stream(&request, settings, retry_state).await?;
            match body.status() {
                StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION | StatusCode::PARTIAL_CONTENT => {
                    return Ok((request, body));
                }
                status if status.is_redirection() => {}
                // 201, 202, 204 or 205: the output does not exist yet. An empty output has status 200.
                _ => {
                    let missing = body.unreadable(&request, BodyFault::NoOutput);
                    self.transport().wait_for_retry(retry_state, settings, missing).await?;
                    continue;
                }
            }
            redirects += 1;
            request = self
                .follow(request, &body, redirects)
                .map_err(|refused| retry_state.end(refused))?;
        }
    }

    /// Returns the request that a redirect leads to, if it may be followed.
    fn follow(&self, request: Request, answer: &Streamed, redirects: usize) -> Result<Request> {
        let refuse = |reason: &str| Error::Status {
            status: answer.status().as_u16(),
            message: format!("the redirect is not followed: {reason}"),
            is_servers: false,
            body: None,
            request_id: None,
            retry_after: None,
            call: Box::new(answer.call(&request)),
        };
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let url = location.and_then(|location| request.url.join(location).ok());
        let Some(url) = url else {
            return Err(refuse("it leads to no URL"));
        };
        let is_ours = self.base_url().is_origin_of(&url);
        if redirects > MOST_REDIRECTS {
            return Err(refuse("there were five before it"));
        }
        if url.scheme() != "https" && (!is_ours || request.url.scheme() == "https") {
            return Err(refuse("it leads to a place that is not https"));
        }
        if has_user(&url) {
            return Err(refuse("it leads to a URL with a user or a password"));
        }
        if url.as_str().len() > LONGEST_URL {
            return Err(refuse("it leads to a URL that is too long"));
        }
        if self.transport().is_key_in(&url) {
            return Err(refuse("it leads to a URL with the client's own key or token"));
        }
        Ok(Request {
            url,
            // After a redirect to another origin, all further requests go without credentials, even to the API's own origin: that
            // origin chose the URL.
            foreign: request.foreign || !is_ours,
            ..request
        })
    }
}
