//! References to outputs, and the requests for them.

use http::{HeaderValue, Method, header::ACCEPT_ENCODING};
use url::Url;

use crate::{
    client::Client,
    endpoint::segment,
    error::{Error, Result},
    transport::{Expect, Request},
};

/// A reference to an output of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutputRef {
    /// By its names: `GET /results/{job}/datasource/{input}/output/{output}`.
    Named {
        /// The job.
        job_id: String,
        /// The input's key, as submitted.
        input_key: String,
        /// The name of the output, such as `results.json`.
        output_name: String,
    },
    /// By its URL, which results hold in place of an output that is not JSON. A URL of the API's own origin is requested with the
    /// credentials and headers of the caller; a URL of another origin must be `https`, and is requested without them.
    Url(String),
}

impl Client {
    pub(super) fn output_request(&self, output: &OutputRef) -> Result<Request> {
        let mut request = match output {
            OutputRef::Named {
                job_id,
                input_key,
                output_name,
            } => {
                let job = segment("job_id", job_id)?;
                let input = segment("input_key", input_key)?;
                let output = segment("output_name", output_name)?;
                let path = format!("/results/{job}/datasource/{input}/output/{output}");
                self.request(Method::GET, &path, Some(job_id))
            }
            OutputRef::Url(text) => {
                let refuse = |reason: &str| Error::argument("url", reason);
                let url =
                    Url::parse(text.trim()).map_err(|error| refuse(&format!("is not an absolute URL: {error}")))?;
                let foreign = !self.base_url().is_origin_of(&url);
                if foreign && url.scheme() != "https" {
                    return Err(refuse(
                        "must start with https:// where it leads away from the client's origin",
                    ));
                }
                if has_user(&url) {
                    return Err(refuse("must not hold a user or a password"));
                }
                Request {
                    url,
                    foreign,
                    ..self.request(Method::GET, "", None)
                }
            }
        };
        request.expect = Expect::Stream;
        let identity = HeaderValue::from_static("identity");
        request.headers.insert(ACCEPT_ENCODING, identity);
        Ok(request)
    }
}

/// Whether a URL holds credentials.
pub(super) fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}
