//! The settings of a client, and its construction.

use std::{path::PathBuf, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue};

use super::{handle::Client, headers::insert_header};
use crate::{
    auth::Auth,
    clock::{Clock, FOREVER, Random, SystemRandom, TickingClock},
    ended::Polling,
    endpoint::BaseUrl,
    error::{Error, Result},
    observer::Observed,
    resolver::Resolver,
    transport::{Authorities, Config, Identity, Proxies, Route, Settings, Transport, TransportKey, certificates_of},
};

/// The settings of a [`Client`].
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientBuilder {
    base: BaseUrl,
    auth: Auth,
    connect_timeout: Duration,
    request_timeout: Duration,
    idle_timeout: Duration,
    retries: u32,
    retry_budget: u32,
    max_sockets: usize,
    max_response_bytes: usize,
    polling: Polling,
    headers: HeaderMap,
    user_agent: String,
    route: Route,
    extra_ca_file: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    is_injected: bool,
    transport: Option<Arc<Transport>>,
}

impl Client {
    /// Creates a client with the default settings.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub fn new(base: BaseUrl, auth: Auth) -> Result<Self> {
        Self::builder(base, auth).build()
    }

    /// Returns a builder with the default settings.
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
            retry_budget: 20,
            max_sockets: 256,
            max_response_bytes: 256 * 1024 * 1024,
            polling: Polling::default(),
            headers: HeaderMap::new(),
            user_agent: concat!("modzy-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            route: Route::default(),
            extra_ca_file: None,
            clock: Arc::new(TickingClock),
            random: Arc::new(SystemRandom),
            is_injected: false,
            transport: None,
        }
    }

    /// Limits the time in which an attempt looks the name up, connects and finishes the TLS handshake. Default: 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Limits the time of an attempt, from the grant of its socket to the last byte of the response. For a download and a chunk of
    /// an upload, the limit ends with the response headers, unless the status is a refusal. Default: 60 s.
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = limit;
        self
    }

    /// Limits how long a transfer may stall: a download without a byte after its headers, and an upload without a byte in either
    /// direction or from its source. Default: 30 s.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = limit;
        self
    }

    /// Sets how many attempts may follow a failed one, if a repetition is safe. Default: 2.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Limits the retries of all calls together, so that they do not multiply the load on a server that fails. Ten successes return
    /// one of them. A retry after a refusal that pauses its class of routes costs none. `u32::MAX`: unlimited. Default: 20.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = retries;
        self
    }

    /// Limits how many sockets may be busy at a time, at least 1. Further requests wait their turn. Polls use at most three
    /// quarters of the sockets, or the only one. Default: 256.
    pub fn max_sockets(mut self, sockets: usize) -> Self {
        self.max_sockets = sockets;
        self
    }

    /// Limits the size of a response body, decoded, in bytes. Default: 256 MiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Sets how waits find out that their jobs have ended. Default: each wait polls its job.
    pub fn polling(mut self, polling: Polling) -> Self {
        self.polling = polling;
        self
    }

    /// Adds a header to every request.
    ///
    /// # Errors
    /// [`Error::Argument`] for a name or a value that HTTP does not allow, and for a header that the client sets itself.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        insert_header(&mut self.headers, name, value)?;
        Ok(self)
    }

    /// Sets the `User-Agent`. Default: `modzy-client/<version>`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Sets a proxy for every request, in place of earlier ones: `http://proxy.example:3128`, or `https://` for one that is itself
    /// reached over TLS and has a certificate for its name. Servers behind `https` are reached through a tunnel (`CONNECT`),
    /// others by way of the proxy. A user and a password in the URL, percent-encoded, are sent to the proxy only.
    /// Default: no proxy.
    ///
    /// # Errors
    /// [`Error::Argument`] for a text that is not an `http` or `https` URL, or has a path, a query or a fragment. The message does
    /// not repeat the text.
    pub fn proxy(mut self, url: &str) -> Result<Self> {
        self.route.proxies = Proxies::all(url)?;
        Ok(self)
    }

    /// Removes the proxies that were set before.
    pub fn no_proxy(mut self) -> Self {
        self.route.proxies = Proxies::default();
        self
    }

    /// Sets the proxies that the environment of the process names, in place of earlier ones: `https_proxy` or `HTTPS_PROXY` for
    /// servers behind `https`, `http_proxy` or `HTTP_PROXY` for others, and none for the servers of `no_proxy` or `NO_PROXY`:
    /// `*`, or hosts with all below them, addresses and networks (`10.0.0.0/8`), separated by commas, each but a network with an
    /// optional port. Lower case has precedence, and a blank value counts as unset. `HTTP_PROXY` is ignored if
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

    /// Sets the certificates of all trusted authorities, as PEM texts with one or more certificates each. They replace the
    /// system's store, Mozilla's list and [`ClientBuilder::extra_ca_file`]. They may include a server's own self-signed
    /// certificate.
    ///
    /// # Errors
    /// [`Error::Argument`] for a text without a certificate, for a block that cannot be read, that is cut off or that is neither a
    /// certificate nor a key, parameters, a certificate request or a revocation list, and for no text at all.
    pub fn ca(mut self, pems: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Self> {
        self.route.roots.only = Some(Authorities::from_pem(pems)?);
        Ok(self)
    }

    /// Sets the client certificate for servers that request one, followed by its chain, if any, and its key
    /// (RSA, ECDSA with P-256 or P-384, or Ed25519, not encrypted), both in PEM.
    ///
    /// # Errors
    /// [`Error::Argument`] for a text that cannot be read, and for a key that does not belong to the certificate. No message shows
    /// any part of the key.
    pub fn client_certificate(mut self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<Self> {
        self.route.identity = Some(Identity::from_pem(certificate.as_ref(), key.as_ref())?);
        Ok(self)
    }

    /// Adds a PEM file of trusted certificates to the system's store and Mozilla's list. It is read when the client is built, unless
    /// it is still as the last client has read it, and may have up to 16 MiB. It is ignored if [`ClientBuilder::ca`] is set. It is also
    /// ignored, with an entry in [`Client::warnings`], if it cannot be read, is not a regular file, or holds no certificate. A block
    /// that [`ClientBuilder::ca`] would refuse is skipped; an entry there names the first.
    pub fn extra_ca_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.extra_ca_file = Some(file.into());
        self
    }

    /// Sets another resolver, in place of the operating system's.
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.route.resolver = resolver;
        self.is_injected = true;
        self
    }

    /// Sets another source of time.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self.is_injected = true;
        self
    }

    /// Sets another source of randomness.
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self.is_injected = true;
        self
    }

    /// Shares the transport of another client: its connections, socket permits and retry budget. Headers, user agent, retries, time
    /// limits other than [`ClientBuilder::connect_timeout`], and the limit of responses stay with each client. The clock, the source
    /// of randomness and the resolver are those of the transport. Default: a transport of its own.
    ///
    /// [`ClientBuilder::build`] refuses a transport for another origin, other credentials, proxies, certificates, or another connect
    /// timeout or number of sockets, so that no request goes through the connection of another key.
    pub fn transport(mut self, transport: &Arc<Transport>) -> Self {
        self.transport = Some(Arc::clone(transport));
        self
    }

    /// Checks the settings, and reads the file of [`ClientBuilder::extra_ca_file`]. Opens no connection, and leaves the system's
    /// certificates to the first request.
    ///
    /// # Errors
    /// [`Error::Argument`] for credentials or a user agent that no header can carry, for no sockets at all, and for a transport with
    /// other settings.
    pub fn build(self) -> Result<Client> {
        self.build_on(|_| None)
    }

    /// Does the same as [`ClientBuilder::build`], on the transport that a function returns for the key of the settings. Without one,
    /// the client gets a new transport. The function is not called for a client with a clock, a source of randomness or a resolver
    /// of the caller's, which is never shared this way.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub fn build_on(mut self, find: impl FnOnce(TransportKey) -> Option<Arc<Transport>>) -> Result<Client> {
        self.auth.validate()?;
        let user_agent = HeaderValue::from_str(&self.user_agent)
            .map_err(|_| Error::argument("user_agent", "holds characters that a header cannot carry"))?;
        if self.max_sockets == 0 {
            return Err(Error::argument("max_sockets", "must be at least 1"));
        }
        let warnings = self.read_extra_ca();
        let defaults = Settings {
            request_timeout: self.request_timeout.min(FOREVER),
            retries: self.retries,
            patience: None,
            idle_timeout: self.idle_timeout.min(FOREVER),
            until: None,
            headers: self.headers,
            user_agent,
            max_response_bytes: self.max_response_bytes,
            nothing_sent_after: None,
            not_submitted_after: None,
            observed: Observed::default(),
        };
        let given = self.transport.take();
        let config = Config {
            origin: self.base.origin(),
            auth: self.auth,
            connect_timeout: self.connect_timeout.min(FOREVER),
            max_sockets: self.max_sockets,
            retry_budget: self.retry_budget,
            route: self.route,
            clock: self.clock,
            random: self.random,
            is_injected: self.is_injected,
        };
        let key = TransportKey::of(&config);
        let transport = match given {
            Some(given) if !given.is_of(key) => {
                return Err(Error::argument(
                    "transport",
                    "belongs to clients with another origin, other credentials, proxies or certificates, or another connect \
                     timeout or number of sockets",
                ));
            }
            Some(given) => given,
            None => {
                let found = if config.is_injected { None } else { find(key) };
                found.unwrap_or_else(|| Arc::new(Transport::new(config, key)))
            }
        };
        Ok(Client::from_parts(
            self.base,
            defaults,
            self.polling,
            transport,
            warnings,
        ))
    }

    /// Reads the file of further certificates. A failure is a warning.
    fn read_extra_ca(&mut self) -> Vec<String> {
        let file = self.extra_ca_file.as_ref().filter(|_| self.route.roots.only.is_none());
        match file.map(|file| (file, certificates_of(file))) {
            Some((file, Ok(certificates))) => {
                let fault = certificates.fault();
                self.route.roots.extra = Some(certificates);
                let warning = |fault| format!("some certificates of {} are ignored: it {fault}", file.display());
                fault.map(warning).into_iter().collect()
            }
            Some((file, Err(reason))) => vec![format!(
                "the certificates of {} are ignored: it {reason}",
                file.display()
            )],
            None => Vec::new(),
        }
    }
}
