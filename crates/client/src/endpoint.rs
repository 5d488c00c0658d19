//! Where requests go: the base URL, fixed for a client's life, and paths built from encoded segments.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Origin, Url};

use crate::error::{Error, Result};

/// All but the unreserved characters of RFC 3986, so that a segment stays one segment whatever its text is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The most bytes of a URL. The transport cannot hold a longer one, and no known server accepts it.
pub(crate) const LONGEST_URL: usize = 65_534;

/// The root of the API's routes.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Parses the API's own root, and uses it unchanged except for one trailing slash: `https://app.modzy.com/api`.
    ///
    /// # Errors
    /// [`Error::Argument`] for a text that is not an absolute `http` or `https` URL, or that has a user, a query or a fragment.
    pub fn api(text: &str) -> Result<Self> {
        Self::parse("base_url", text)
    }

    fn parse(name: &'static str, text: &str) -> Result<Self> {
        let refuse = |reason: &str| Error::argument(name, reason);
        if text.len() > LONGEST_URL {
            return Err(too_long(name, text.len()));
        }
        let mut url =
            Url::parse(text).map_err(|error| refuse(&format!("is not an absolute http or https URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("must start with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("must not hold a user or a password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("must not have a query or a fragment"));
        }
        let path = url.path();
        let path = path.strip_suffix('/').unwrap_or(path).to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Parses the host's root, with or without `/api`: `https://app.modzy.com`, `https://example.com/modzy/api/`.
    ///
    /// # Errors
    /// As [`BaseUrl::api`].
    pub fn host(text: &str) -> Result<Self> {
        let Self(mut url) = Self::parse("url", text)?;
        let path = url.path().trim_end_matches('/').to_owned();
        if path.rsplit('/').next() == Some("api") {
            url.set_path(&path);
        } else {
            url.set_path(&format!("{path}/api"));
        }
        Ok(Self(url))
    }

    /// Returns the root as text, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Returns the scheme, the host and the port.
    pub(crate) fn origin(&self) -> Origin {
        self.0.origin()
    }

    /// Returns what may be wrong with this root, if an answer shows that the routes are not below it.
    pub(crate) fn doubt(&self) -> Option<String> {
        let root = self.as_str();
        let path = self.0.path().trim_end_matches('/');
        if path.ends_with("/api/api") {
            Some(format!("the base URL {root} has /api twice"))
        } else if path.ends_with("/api") {
            None
        } else {
            Some(format!(
                "the base URL {root} does not end with /api, where the routes of Modzy are"
            ))
        }
    }

    /// Whether a URL has the scheme, the host and the port of this one.
    pub(crate) fn is_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// Returns the URL of a route. The path starts with `/` and consists of literals, [`segment`]s and a query of [`encoded`]
    /// values, so it cannot leave the root.
    pub(crate) fn route(&self, path: &str) -> Url {
        let (path, query) = path
            .split_once('?')
            .map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url.set_query(query);
        url
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({})", self.as_str())
    }
}

/// Returns a text that names something, and refuses one that is blank.
pub(crate) fn given<'a>(name: &'static str, text: &'a str) -> Result<&'a str> {
    if text.trim().is_empty() {
        return Err(Error::argument(name, "must not be empty"));
    }
    Ok(text)
}

/// Encodes any text that is not blank as one path segment.
///
/// Refuses a text that cannot be a segment: URL parsers drop `.` and go up at `..` even where they are percent-encoded.
pub(crate) fn segment(name: &'static str, text: &str) -> Result<String> {
    match given(name, text)? {
        "." | ".." => Err(Error::argument(
            name,
            format!("must not be {text:?}, which names no resource"),
        )),
        // Not longer encoded than the URL may be, and not encoded at all where it cannot be.
        _ if text.len() > LONGEST_URL => Err(too_long(name, text.len())),
        _ => {
            let segment = encoded(text);
            if segment.len() > LONGEST_URL {
                return Err(too_long(name, segment.len()));
            }
            Ok(segment)
        }
    }
}

/// Returns the error for a text that does not fit into a URL.
pub(crate) fn too_long(name: &'static str, length: usize) -> Error {
    let reason = format!("is too long: {length} bytes, where a URL has at most {LONGEST_URL}");
    Error::argument(name, reason)
}

/// Encodes any text as a part of a segment, or as a value of a query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_apis_own_root_is_used_as_it_is() {
        for (given, root) in [
            ("https://app.modzy.com/api", "https://app.modzy.com/api"),
            ("https://app.modzy.com/api/", "https://app.modzy.com/api"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080/x/y/", "http://[::1]:8080/x/y"),
            ("HTTP://EXAMPLE.com:80/a b", "http://example.com/a%20b"),
        ] {
            assert_eq!(BaseUrl::api(given).unwrap().as_str(), root, "{given}");
        }
    }

    #[test]
    fn the_hosts_root_gains_api_unless_it_is_there() {
        for (given, root) in [
            ("https://app.modzy.com", "https://app.modzy.com/api"),
            ("https://app.modzy.com/", "https://app.modzy.com/api"),
            ("https://app.modzy.com/api", "https://app.modzy.com/api"),
            ("https://app.modzy.com/api/", "https://app.modzy.com/api"),
            ("https://app.modzy.com/modzy", "https://app.modzy.com/modzy/api"),
            ("https://app.modzy.com/modzy/api/", "https://app.modzy.com/modzy/api"),
            ("https://app.modzy.com/myapi", "https://app.modzy.com/myapi/api"),
        ] {
            assert_eq!(BaseUrl::host(given).unwrap().as_str(), root, "{given}");
        }
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for given in [
            "",
            "app.modzy.com",
            "/api",
            "ftp://app.modzy.com",
            "file:///etc",
            "https://user:hunter2@app.modzy.com",
            "https://app.modzy.com/api?x=1",
            "https://app.modzy.com/api#x",
        ] {
            let message = BaseUrl::api(given).unwrap_err().to_string();
            assert!(message.starts_with("base_url "), "{given}: {message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn a_segment_stays_within_itself() {
        let base = BaseUrl::api("https://example.com/api").unwrap();
        for hostile in [
            "a/b",
            "a?b",
            "a#b",
            "a%2fb",
            "%2e%2e",
            "a b",
            "a\\b",
            "a\nb",
            "a\tb",
            "a\0b",
            "ü",
            "a;b=c",
            "..a",
            "...",
            "@:!$&'()*+,",
            "http://other.example/",
        ] {
            let path = format!("/jobs/{}/close", segment("job_id", hostile).unwrap());
            let url = base.route(&path);
            assert_eq!(url.host_str(), Some("example.com"));
            assert_eq!((url.query(), url.fragment()), (None, None));
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            assert_eq!(segments.len(), 4, "{url}");
            let decoded = percent_encoding::percent_decode_str(segments[2]).decode_utf8().unwrap();
            assert_eq!(decoded, hostile);
        }
    }

    #[test]
    fn what_cannot_be_a_segment_is_refused_by_name() {
        for text in ["", " ", "\t\n", "\u{a0}", ".", ".."] {
            let message = segment("job_id", text).unwrap_err().to_string();
            assert!(message.starts_with("job_id must not be"), "{message}");
        }
    }

    #[test]
    fn what_is_longer_than_a_url_may_be_is_refused_by_name() {
        for (text, length) in [("x".repeat(70_000), 70_000), ("/".repeat(30_000), 90_000)] {
            let message = segment("job_id", &text).unwrap_err().to_string();
            let expected = format!("job_id is too long: {length} bytes, where a URL has at most 65534");
            assert_eq!(message, expected);
        }
        assert_eq!(segment("job_id", &"x".repeat(LONGEST_URL)).unwrap().len(), LONGEST_URL);
        let base = format!("http://example.com/{}", "x".repeat(LONGEST_URL));
        let message = BaseUrl::api(&base).unwrap_err().to_string();
        assert_eq!(
            message,
            "base_url is too long: 65553 bytes, where a URL has at most 65534"
        );
    }

    proptest! {
        #[test]
        fn a_route_is_what_its_text_is_parsed_to(
            root in r#"https?://h(:[0-9]{2,4})?(/([a-z%/.\\:;@ü'"<>^|`{} \t\[\]~*]|%2e|%2F|\.\.){0,6}){0,3}"#,
            text in ".{0,8}|[?#%/\\\\. ü\\t\\n'\"<>`{}|^]{1,6}",
            has_query in any::<bool>(),
        ) {
            let (Ok(base), Ok(id)) = (BaseUrl::api(&root), segment("job_id", &text)) else {
                return Err(TestCaseError::reject("it is refused"));
            };
            let query = if has_query { format!("?name={}", encoded(&text)) } else { String::new() };
            let path = format!("/jobs/{id}/close{query}");
            let parsed = Url::parse(&format!("{}{path}", base.as_str())).unwrap();
            prop_assert_eq!(base.route(&path), parsed);
        }
    }
}
