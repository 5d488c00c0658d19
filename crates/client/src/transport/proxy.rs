//! Which proxy a request takes, and the settings of each proxy.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, Uri, uri::InvalidUri};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::no_proxy::NoProxy;
use crate::error::{Error, Result};

/// The proxies of a client.
#[derive(Debug, Clone, Default, Hash)]
pub(crate) struct Proxies {
    http: Option<Setting>,
    https: Option<Setting>,
    none_for: NoProxy,
}

/// The setting for a scheme: a proxy, or an invalid value, which matters only to requests that would use it.
type Setting = Result<Proxy, Unusable>;

/// Why a setting is not a valid proxy.
#[derive(Debug, Clone, Hash)]
struct Unusable {
    name: &'static str,
    reason: String,
}

impl Unusable {
    fn error(&self) -> Error {
        Error::argument(self.name, self.reason.as_str())
    }
}

/// A proxy, reached over HTTP or HTTPS. `Debug` shows none of its credentials.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// Without credentials.
    url: Url,
    /// Host and port, for errors.
    place: String,
    authorization: Option<HeaderValue>,
    secrets: Vec<SecretString>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.place)
    }
}

/// The login is in the header that carries it.
impl Hash for Proxy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.url.hash(state);
        self.authorization.hash(state);
    }
}

impl Proxies {
    /// One proxy for all requests.
    pub(crate) fn all(url: &str) -> Result<Self> {
        let proxy = Proxy::parse("proxy", url).map_err(|unusable| unusable.error())?;
        Ok(Self {
            http: Some(Ok(proxy.clone())),
            https: Some(Ok(proxy)),
            none_for: NoProxy::default(),
        })
    }

    /// Reads the proxies from environment variables. Blank ones count as unset.
    pub(crate) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name: &'static str| Some((name, variable(name).filter(|value| !value.trim().is_empty())?));
        let proxy = |(name, url): (&'static str, String)| Proxy::parse(name, url.trim());
        // In a CGI program, `HTTP_PROXY` is the `Proxy` header of its caller. On Windows, so is `http_proxy`.
        let in_cgi = variable("REQUEST_METHOD").is_some();
        let http = given("http_proxy").filter(|_| !(in_cgi && cfg!(windows)));
        let http = http.or_else(|| given("HTTP_PROXY").filter(|_| !in_cgi));
        let none_for = given("no_proxy").or_else(|| given("NO_PROXY"));
        Self {
            http: http.map(proxy),
            https: given("https_proxy").or_else(|| given("HTTPS_PROXY")).map(proxy),
            none_for: none_for.map_or_else(NoProxy::default, |(_, list)| NoProxy::parse(&list)),
        }
    }

    /// Checks the proxy setting for a server.
    pub(crate) fn check(&self, server: &Url) -> Result<()> {
        match self.setting(server) {
            Some(Err(unusable)) => Err(unusable.error()),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    /// Returns the proxy for a request to this URL.
    pub(super) fn for_url(&self, url: &Url) -> Option<&Proxy> {
        self.setting(url)?.as_ref().ok()
    }

    fn setting(&self, url: &Url) -> Option<&Setting> {
        let setting = match url.scheme() {
            "http" => self.http.as_ref(),
            "https" => self.https.as_ref(),
            _ => None,
        };
        setting.filter(|_| !self.none_for.matches(url))
    }

    /// Returns the proxy for `http` servers, which reqwest sends whole requests to.
    pub(super) fn for_http(&self) -> Option<reqwest::Proxy> {
        let proxy = self.http.as_ref()?.as_ref().ok()?;
        let (target, none_for) = (proxy.url.clone(), self.none_for.clone());
        let rule = reqwest::Proxy::custom(move |url| {
            (url.scheme() == "http" && !none_for.matches(url)).then(|| target.clone())
        });
        Some(match &proxy.authorization {
            Some(value) => rule.custom_http_auth(value.clone()),
            None => rule,
        })
    }
}

impl Proxy {
    /// Reads a URL, with `http` as its default scheme. Errors do not repeat the URL.
    fn parse(name: &'static str, text: &str) -> Setting {
        let refuse = |reason: &str| Unusable {
            name,
            reason: reason.to_owned(),
        };
        let text = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let mut url = Url::parse(&text).map_err(|error| refuse(&format!("is not the URL of a proxy: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse(
                "must start with http:// or https://, the two protocols by which a proxy can be reached",
            ));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("must not have a path, a query or a fragment"));
        }
        let place = format!(
            "{}:{}",
            url.host_str().unwrap_or_default(),
            url.port_or_known_default().unwrap_or(80)
        );
        let mut made = Self {
            place,
            authorization: None,
            secrets: Vec::new(),
            url: url.clone(),
        };
        if !url.username().is_empty() || url.password().is_some() {
            let spelled = url.password().unwrap_or_default().to_owned();
            let user: Vec<u8> = percent_decode_str(url.username()).collect();
            let password: Vec<u8> = percent_decode_str(&spelled).collect();
            let encoded = STANDARD.encode([user.as_slice(), b":", password.as_slice()].concat());
            let mut value = HeaderValue::from_str(&format!("Basic {encoded}"))
                .map_err(|_| refuse("holds credentials that a header cannot carry"))?;
            value.set_sensitive(true);
            made.authorization = Some(value);
            let decoded = [user, password].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            let spelled = [encoded, spelled, url.username().to_owned()];
            made.secrets = spelled.into_iter().chain(decoded).map(SecretString::from).collect();
            // Neither can fail for a URL that has a host.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            made.url = url;
        }
        Ok(made)
    }

    pub(super) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// Whether the proxy itself is reached over TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(super) fn uri(&self) -> Result<Uri, InvalidUri> {
        self.url.as_str().parse()
    }

    /// The value of `Proxy-Authorization`.
    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// Host and port.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn has_credentials(&self) -> bool {
        self.authorization.is_some()
    }

    /// The secrets, which no text may show.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(ExposeSecret::expose_secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(variables: &[(&str, &str)]) -> [Option<String>; 2] {
        let variable = |name: &str| {
            let found = variables.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let proxies = Proxies::from_variables(variable);
        ["http://example.com", "https://example.com"].map(|url| {
            let proxy = proxies.for_url(&Url::parse(url).unwrap());
            proxy.map(|proxy| proxy.place().to_owned())
        })
    }

    #[test]
    fn each_scheme_has_a_variable_of_its_own_and_lower_case_comes_first() {
        let upper = |name: &'static str| (name, "http://upper:1");
        let lower = |name: &'static str| (name, "http://lower:2");
        let (up, low) = (Some("upper:1".to_owned()), Some("lower:2".to_owned()));
        for (variables, expected) in [
            (vec![], [None, None]),
            (vec![upper("HTTP_PROXY")], [up.clone(), None]),
            (vec![upper("HTTPS_PROXY")], [None, up.clone()]),
            (vec![upper("HTTP_PROXY"), lower("http_proxy")], [low.clone(), None]),
            (vec![upper("HTTPS_PROXY"), lower("https_proxy")], [None, low.clone()]),
            (vec![upper("HTTPS_PROXY"), ("https_proxy", " ")], [None, up.clone()]),
            (
                vec![upper("HTTP_PROXY"), lower("https_proxy")],
                [up.clone(), low.clone()],
            ),
            (vec![upper("ALL_PROXY")], [None, None]),
        ] {
            assert_eq!(places(&variables), expected, "{variables:?}");
        }
    }

    #[test]
    fn the_variable_that_a_cgi_programs_caller_can_set_is_ignored_there() {
        let cgi = ("REQUEST_METHOD", "GET");
        assert_eq!(places(&[cgi, ("HTTP_PROXY", "http://evil:1")]), [None, None]);
        let safe = [cgi, ("http_proxy", "a:1"), ("HTTPS_PROXY", "b:2")];
        let http = (!cfg!(windows)).then(|| "a:1".to_owned());
        assert_eq!(places(&safe), [http, Some("b:2".to_owned())]);
    }

    #[test]
    fn no_proxy_excepts_servers_and_its_lower_case_comes_first() {
        let proxy = ("https_proxy", "http://proxy:1");
        assert_eq!(places(&[proxy, ("NO_PROXY", "example.com")]), [None, None]);
        let both = [proxy, ("NO_PROXY", "example.com"), ("no_proxy", "other.test")];
        assert_eq!(places(&both), [None, Some("proxy:1".to_owned())]);
    }

    #[test]
    fn a_variable_that_names_no_proxy_is_refused_only_where_a_request_would_take_it() {
        for (variables, server, refused) in [
            (&[("HTTP_PROXY", "socks5://h:1")][..], "https://example.com", false),
            (&[("HTTP_PROXY", "socks5://h:1")], "http://example.com", true),
            (&[("HTTPS_PROXY", "ftp://h")], "http://example.com", false),
            (&[("HTTPS_PROXY", "ftp://h")], "https://example.com", true),
            (
                &[("HTTPS_PROXY", "ftp://h"), ("NO_PROXY", "*")],
                "https://example.com",
                false,
            ),
            (
                &[("https_proxy", "h:99999"), ("no_proxy", "example.com")],
                "https://a.example.com",
                false,
            ),
            (
                &[("https_proxy", "h:99999"), ("no_proxy", "other.test")],
                "https://a.example.com",
                true,
            ),
            (
                &[("https_proxy", "h:1"), ("HTTPS_PROXY", "ftp://h")],
                "https://example.com",
                false,
            ),
        ] {
            let proxies = Proxies::from_variables(|name| {
                let found = variables.iter().find(|(given, _)| *given == name);
                found.map(|(_, value)| (*value).to_owned())
            });
            let checked = proxies.check(&Url::parse(server).unwrap());
            assert_eq!(checked.is_err(), refused, "{variables:?} {server}");
        }
    }

    #[test]
    fn a_url_may_lack_its_scheme_and_its_port() {
        for (given, place) in [
            ("http://proxy.test:3128/", "proxy.test:3128"),
            ("http://proxy.test", "proxy.test:80"),
            ("proxy.test:3128", "proxy.test:3128"),
            ("user:secret@proxy.test:3128", "proxy.test:3128"),
            ("http://[::1]:3128", "[::1]:3128"),
            ("https://proxy.test", "proxy.test:443"),
            ("https://proxy.test:3129", "proxy.test:3129"),
        ] {
            assert_eq!(Proxy::parse("proxy", given).unwrap().place(), place, "{given}");
        }
    }

    #[test]
    fn credentials_become_a_header_and_are_not_shown() {
        let proxy = Proxy::parse("proxy", "http://us%40er:p%3Ass%20word@proxy.test:3128").unwrap();
        let value = proxy.authorization.clone().unwrap();
        assert_eq!(value, format!("Basic {}", STANDARD.encode("us@er:p:ss word")));
        assert!(value.is_sensitive());
        assert_eq!(proxy.url.as_str(), "http://proxy.test:3128/");
        assert_eq!(format!("{proxy:?}"), "Proxy(proxy.test:3128)");
        assert!(
            Proxy::parse("proxy", "http://proxy.test")
                .unwrap()
                .authorization
                .is_none()
        );
    }

    #[test]
    fn an_invalid_proxy_is_refused_by_name_without_its_credentials() {
        for given in [
            "",
            "http://",
            "ftp://user:hunter2@proxy.test",
            "socks5://user:hunter2@proxy.test:1080",
            "http://user:hunter2@proxy.test:99999",
            "http://user:hunter2@proxy.test/path",
            "http://user:hunter2@proxy.test?x",
            "http://user:hunter2@pro xy",
        ] {
            let message = Proxy::parse("HTTPS_PROXY", given).unwrap_err().error().to_string();
            assert!(message.starts_with("HTTPS_PROXY "), "{given}: {message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
