//! The settings of a client, and how one is built from them.

use std::{path::PathBuf, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue};

use super::{handle::Client, headers::insert_header};
use crate::{
    auth::Auth,
    clock::{Clock, FOREVER, Random, SystemClock, SystemRandom},
    endpoint::BaseUrl,
    error::{Error, Result},
    observer::Observed,
    resolver::Resolver,
    transport::{Authorities, Config, Identity, Proxies, Route, Settings, Transport, certificates_of},
};

/// Settings of a [`Client`].
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientBuilder {
    base: BaseUrl,
    auth: Auth,
    connect_timeout: Duration,
    request_timeout: Duration,
    idle_timeout: Duration,
    retries: u32,
    max_sockets: usize,
    max_response_bytes: usize,
    headers: HeaderMap,
    user_agent: String,
    route: Route,
    extra_ca_file: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Client {
    /// A client with the default settings.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub fn new(base: BaseUrl, auth: Auth) -> Result<Self> {
        Self::builder(base, auth).build()
    }

    /// The settings of a client, to be changed before it is built.
    pub fn builder(base: BaseUrl, auth: Auth) -> ClientBuilder {
        ClientBuilder::new(base, auth)
    }
}

impl ClientBuilder {
    fn new(base: BaseUrl, auth: Auth) -> Self {
        Self {
            base,
            auth,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_mins(1),
            idle_timeout: Duration::from_secs(30),
            retries: 2,
            max_sockets: 256,
            max_response_bytes: 256 * 1024 * 1024,
            headers: HeaderMap::new(),
            user_agent: concat!("modzy-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            route: Route::default(),
            extra_ca_file: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }

    /// How long an attempt may take to look the name up, connect, and finish the TLS handshake. 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long an attempt may take from the grant of a socket to the last byte of the answer or, of a download and of a chunk
    /// of an upload, to its headers, unless they refuse it. 60 s.
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = limit;
        self
    }

    /// How long a download may go without a byte, once its headers have come, and an upload without one in either direction
    /// or from its source. 30 s.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = limit;
        self
    }

    /// How many attempts may follow a failed one, where repeating is safe. 2.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// How many sockets may be busy at a time, at least 1; further requests wait their turn. Polls use three quarters of
    /// them at most, but of a single one all. 256.
    pub fn max_sockets(mut self, sockets: usize) -> Self {
        self.max_sockets = sockets;
        self
    }

    /// The longest body of an answer, decoded, in bytes. 256 MiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// A header that goes with every request.
    ///
    /// # Errors
    /// [`Error::Argument`] for a name or a value that HTTP does not allow, and for a header that is the client's own.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        insert_header(&mut self.headers, name, value)?;
        Ok(self)
    }

    /// What the client calls itself. `modzy-client/<version>`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// A proxy for every request, in place of those set before: `http://proxy.example:3128`, or `https://` for one that is itself
    /// reached over TLS and has a certificate for its name. Servers behind `https` are reached through a tunnel (`CONNECT`),
    /// others by way of the proxy. A user and a password in the URL, percent-encoded, go to the proxy and nowhere else. None.
    ///
    /// # Errors
    /// [`Error::Argument`] for what is not an `http` or `https` URL, or has a path, a query or a fragment. The message does not
    /// repeat it.
    pub fn proxy(mut self, url: &str) -> Result<Self> {
        self.route.proxies = Proxies::all(url)?;
        Ok(self)
    }

    /// No proxy, whatever was set before.
    pub fn no_proxy(mut self) -> Self {
        self.route.proxies = Proxies::default();
        self
    }

    /// The proxies that the environment of the process names, in place of those set before: `https_proxy` or `HTTPS_PROXY` for
    /// servers behind `https`, `http_proxy` or `HTTP_PROXY` for others, and none for the servers of `no_proxy` or `NO_PROXY`:
    /// `*`, or hosts with all below them, addresses and networks (`10.0.0.0/8`), separated by commas, each but a network with a
    /// port if it is meant for that alone. Lower case comes first, and blank counts as unset. `HTTP_PROXY` is ignored where
    /// `REQUEST_METHOD` is set: callers of a CGI program can set it. Without this, the environment is not read.
    ///
    /// # Errors
    /// As [`ClientBuilder::proxy`], under the variable's name, if requests to the base URL would take that proxy. A variable
    /// that does not apply to them is not an error; a request elsewhere that would take it fails before anything is sent.
    pub fn proxy_from_env(self) -> Result<Self> {
        self.proxy_from_variables(|name| std::env::var(name).ok())
    }

    /// The same for the variables of another environment.
    ///
    /// # Errors
    /// As [`ClientBuilder::proxy_from_env`].
    pub fn proxy_from_variables(mut self, variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let proxies = Proxies::from_variables(variable);
        proxies.check(&self.base.route(""))?;
        self.route.proxies = proxies;
        Ok(self)
    }

    /// The certificates of all authorities that are trusted, as texts in PEM, each of which holds one or more. They stand in for
    /// the system's store, Mozilla's list and [`ClientBuilder::extra_ca_file`]. A server's own certificate, self-signed, may be
    /// among them.
    ///
    /// # Errors
    /// [`Error::Argument`] for a text without a certificate, for one that cannot be read, and for no text at all.
    pub fn ca(mut self, pems: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Self> {
        self.route.roots.only = Some(Authorities::from_pem(pems)?);
        Ok(self)
    }

    /// A certificate that the client shows to servers that ask for one, followed by its chain if there is one, and its key
    /// (RSA, ECDSA with P-256 or P-384, or Ed25519, not encrypted), both in PEM.
    ///
    /// # Errors
    /// [`Error::Argument`] for what cannot be read, and for a key that is not the certificate's. No message shows anything of
    /// the key.
    pub fn client_certificate(mut self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<Self> {
        self.route.identity = Some(Identity::from_pem(certificate.as_ref(), key.as_ref())?);
        Ok(self)
    }

    /// A PEM file of certificates that are trusted beside the system's store and Mozilla's list. Read when the client is built,
    /// at most 16 MiB; ignored where [`ClientBuilder::ca`] is set, and, with a word in [`Client::warnings`], where it cannot be
    /// read, is not a regular file, or holds no certificate.
    pub fn extra_ca_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.extra_ca_file = Some(file.into());
        self
    }

    /// Another source of addresses, in place of the operating system's resolver.
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.route.resolver = resolver;
        self
    }

    /// Another source of time.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Another source of chance.
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// Checks the settings, and reads the file of [`ClientBuilder::extra_ca_file`]. Opens no connection, and leaves the system's
    /// certificates to the first request.
    ///
    /// # Errors
    /// [`Error::Argument`] for credentials or a user agent that no header can carry, and for no sockets at all.
    pub fn build(mut self) -> Result<Client> {
        self.auth.validate()?;
        if HeaderValue::from_str(&self.user_agent).is_err() {
            return Err(Error::argument(
                "user_agent",
                "holds characters that a header cannot carry",
            ));
        }
        if self.max_sockets == 0 {
            return Err(Error::argument("max_sockets", "must be at least 1"));
        }
        let warnings = self.read_extra_ca();
        let defaults = Settings {
            request_timeout: self.request_timeout.min(FOREVER),
            retries: self.retries,
            idle_timeout: self.idle_timeout.min(FOREVER),
            until: None,
            headers: self.headers,
            nothing_sent_after: None,
            observed: Observed::default(),
        };
        let transport = Transport::new(Config {
            auth: self.auth,
            connect_timeout: self.connect_timeout.min(FOREVER),
            max_sockets: self.max_sockets,
            max_response_bytes: self.max_response_bytes,
            user_agent: self.user_agent,
            route: self.route,
            clock: self.clock,
            random: self.random,
        });
        Ok(Client::from_parts(self.base, defaults, transport, warnings))
    }

    /// Reads the file of further certificates. What is in its way is a warning.
    fn read_extra_ca(&mut self) -> Vec<String> {
        let file = self.extra_ca_file.as_ref().filter(|_| self.route.roots.only.is_none());
        match file.map(|file| (file, certificates_of(file))) {
            Some((_, Ok(certificates))) => {
                self.route.roots.extra = certificates;
                Vec::new()
            }
            Some((file, Err(reason))) => vec![format!(
                "the certificates of {} are ignored: it {reason}",
                file.display()
            )],
            None => Vec::new(),
        }
    }
}
