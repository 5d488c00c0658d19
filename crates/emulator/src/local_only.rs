//! Protects routes without a key from web pages. A page can reach them by a domain name that resolves to this machine, which the
//! `Host` header shows, or from its own origin, which the headers `Origin` and `Sec-Fetch-Site` show.

use std::borrow::Cow;

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::{Host, Url};

use crate::error::Error;

/// Responds with 403 unless the host of a request is this machine, and its origin, if it has one, is that host and port. A link
/// on another page may lead here, since that page cannot read the response.
pub(crate) async fn refuse_foreign(request: Request, next: Next) -> Response {
    match check(request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(reason) => Error::new(StatusCode::FORBIDDEN, reason).into_response(),
    }
}

fn check(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Cow<'static, str>> {
    const FOREIGN_ORIGIN: &str = "pages of another origin must not use this route";
    const FOREIGN_HOST: &str = "the host must be localhost or a loopback address";
    let host = only(headers, &HOST)?.and_then(loopback).ok_or(FOREIGN_HOST)?;
    if let Some(authority) = uri.authority() {
        loopback(authority.as_str()).ok_or(FOREIGN_HOST)?;
    }
    let fetch = |name: &'static str| only(headers, &HeaderName::from_static(name));
    let is_link = method == Method::GET && fetch("sec-fetch-dest")? == Some("document");
    if !matches!(fetch("sec-fetch-site")?, None | Some("same-origin" | "none")) && !is_link {
        return Err(FOREIGN_ORIGIN.into());
    }
    match only(headers, &ORIGIN)? {
        None => Ok(()),
        Some(origin) if origin_of(origin).is_some_and(|origin| origin == host) => Ok(()),
        Some(_) => Err(FOREIGN_ORIGIN.into()),
    }
}

/// Returns the only value of a header, if there is one.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Cow<'static, str>> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(format!("the header {name} cannot be read").into()),
        },
        _ => Err(format!("the header {name} occurs more than once").into()),
    }
}

/// Returns the host and the port of an authority that is this machine.
fn loopback(authority: &str) -> Option<(Host, u16)> {
    // Only a host and a port. The parser of URLs reads them as browsers do.
    if authority.contains(['/', '\\', '?', '#', '@']) {
        return None;
    }
    let (host, port) = host_and_port(&Url::parse(&format!("http://{authority}")).ok()?)?;
    let is_loopback = match &host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.to_canonical().is_loopback(),
    };
    is_loopback.then_some((host, port))
}

/// Returns the host and the port of an origin over HTTP.
fn origin_of(origin: &str) -> Option<(Host, u16)> {
    let url = Url::parse(origin).ok()?;
    let is_origin = url.scheme() == "http" && url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if is_origin { host_and_port(&url) } else { None }
}

fn host_and_port(url: &Url) -> Option<(Host, u16)> {
    let host = match url.host()?.to_owned() {
        // A trailing dot marks a name as fully qualified.
        Host::Domain(name) => Host::Domain(name.strip_suffix('.').unwrap_or(&name).to_owned()),
        address => address,
    };
    Some((host, url.port_or_known_default()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(uri: &'static str, headers: &[(HeaderName, &'static str)]) -> bool {
        allows_method(&Method::POST, uri, headers)
    }

    fn allows_method(method: &Method, uri: &'static str, headers: &[(HeaderName, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        check(method, &Uri::from_static(uri), &map).is_ok()
    }

    #[test]
    fn a_host_is_a_name_of_this_machine() {
        for host in [
            "127.0.0.1:8080",
            "127.0.0.1",
            "127.8.9.1:1",
            "localhost",
            "LocalHost:8080",
            "localhost.:8080",
            "[::1]:8080",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]:80",
            "127.1:8080",
        ] {
            assert!(allows("/control/faults", &[(HOST, host)]), "{host}");
        }
        for host in [
            "",
            ":8080",
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "evillocalhost",
            "modzy.localhost:80",
            "foo.localhost",
            "127.0.0.1.evil.example",
            "127.0.0.1.nip.io:8080",
            "0.0.0.0:8080",
            "192.168.0.1:8080",
            "128.0.0.1",
            "[::]:8080",
            "[fe80::1]:8080",
            "[::ffff:192.168.0.1]",
            "localhost@evil.example",
            "evil.example@localhost",
            "evil.example/localhost",
            "localhost:99999",
            "localhost:x",
            "local host",
        ] {
            assert!(!allows("/control/faults", &[(HOST, host)]), "{host}");
        }
    }

    #[test]
    fn a_host_occurs_once_and_is_the_same_in_url_and_header() {
        assert!(!allows("/control/faults", &[]));
        assert!(!allows(
            "/control/faults",
            &[(HOST, "localhost"), (HOST, "evil.example")]
        ));
        assert!(!allows("http://evil.example/control/faults", &[(HOST, "localhost")]));
        assert!(allows("http://localhost/control/faults", &[(HOST, "localhost")]));
    }

    #[test]
    fn an_origin_is_that_of_the_host() {
        for (host, origin) in [
            ("localhost:8080", "http://localhost:8080"),
            ("LOCALHOST:8080", "HTTP://LocalHost:8080"),
            ("localhost", "http://localhost"),
            ("localhost:80", "http://localhost"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ] {
            assert!(allows("/", &[(HOST, host), (ORIGIN, origin)]), "{host} {origin}");
        }
        for (host, origin) in [
            ("localhost:8080", "null"),
            ("localhost:8080", ""),
            ("localhost:8080", "http://evil.example"),
            ("localhost:8080", "http://localhost.evil.example:8080"),
            ("localhost:8080", "http://localhost:3000"),
            ("localhost:8080", "http://localhost"),
            ("localhost:8080", "https://localhost:8080"),
            ("localhost:8080", "http://127.0.0.1:8080"),
            ("localhost:8080", "file://"),
            ("localhost:8080", "http://localhost:8080/x"),
            ("evil.example:8080", "http://evil.example:8080"),
        ] {
            assert!(!allows("/", &[(HOST, host), (ORIGIN, origin)]), "{host} {origin}");
        }
        assert!(!allows(
            "/",
            &[
                (HOST, "localhost"),
                (ORIGIN, "http://localhost"),
                (ORIGIN, "http://evil.example")
            ]
        ));
    }

    #[test]
    fn a_browser_may_follow_a_link_from_another_site_but_not_fetch_for_it() {
        let [site, dest] = ["sec-fetch-site", "sec-fetch-dest"].map(HeaderName::from_static);
        let allows = |method: Method, from: &'static str, to: &'static str| {
            let headers = [(HOST, "localhost:8080"), (site.clone(), from), (dest.clone(), to)];
            allows_method(&method, "/", &headers)
        };
        for from in ["same-origin", "none"] {
            assert!(
                allows(Method::GET, from, "document") && allows(Method::POST, from, "empty"),
                "{from}"
            );
        }
        for from in ["cross-site", "same-site", "unknown"] {
            assert!(allows(Method::GET, from, "document"), "{from}");
            assert!(!allows(Method::POST, from, "document"), "{from}");
            for to in ["empty", "script", "image", "iframe", "embed"] {
                assert!(!allows(Method::GET, from, to), "{from} {to}");
            }
        }
    }
}
