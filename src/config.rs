//! The settings of a client, converted from JavaScript. The settings of a call are in `options.rs`.

use std::collections::HashMap;

use modzy_client::{Auth, BaseUrl, Client, ClientBuilder, Polling, Result};
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use crate::numbers::{LONGEST_STRING, count, millis, refuse, size};

/// Settings of a client. Not `Debug`: they contain the key in plain text. Each member costs a look-up even if it is not given, so those
/// that are rarely given are together.
#[napi(object, object_to_js = false)]
pub struct BindingConfig {
    /// The root of the API or, with `host_root`, of the host.
    pub base_url: String,
    /// Whether `/api` is added to a base URL that does not end with it.
    pub host_root: bool,
    /// The API key. Without it, `team` is used.
    pub api_key: Option<String>,
    /// The credentials of a team.
    pub team: Option<BindingTeam>,
    /// What the caller has set of the client itself.
    pub settings: Option<BindingSettings>,
    /// How the server is reached, if the caller or the environment says something about it.
    pub network: Option<BindingNetwork>,
}

/// The credentials of a team. Not `Debug`: they contain the token in plain text.
#[napi(object, object_to_js = false)]
pub struct BindingTeam {
    /// The team's identifier.
    pub id: String,
    /// The team's token.
    pub token: String,
}

/// The proxies and certificates of a client. Not `Debug`: they contain a login and a key.
#[napi(object, object_to_js = false)]
pub struct BindingNetwork {
    /// A URL.
    pub proxy: Option<String>,
    /// The environment variables that decide the proxy if none is given.
    pub proxy_variables: Option<HashMap<String, String>>,
    /// A path.
    pub extra_ca_file: Option<String>,
    /// What the caller has set of TLS.
    pub tls: Option<BindingTls>,
}

/// Limits and headers of a client, and which connections it uses.
#[napi(object, object_to_js = false)]
pub struct BindingSettings {
    /// In ms.
    pub connect_timeout: Option<f64>,
    /// In ms.
    pub request_timeout: Option<f64>,
    /// In ms.
    pub idle_timeout: Option<f64>,
    /// A count.
    pub retries: Option<f64>,
    /// A count.
    pub retry_budget: Option<f64>,
    /// A count.
    pub max_sockets: Option<f64>,
    /// In bytes.
    pub max_response_bytes: Option<f64>,
    /// Name → value.
    pub headers: Option<HashMap<String, String>>,
    /// The header's value.
    pub user_agent: Option<String>,
    /// `own` for connections that no other client uses.
    pub transport: Option<String>,
    /// `listing` for waits that a list of ended jobs serves.
    pub polling: Option<String>,
}

/// Certificates in PEM. Not `Debug`: they contain a key.
#[napi(object, object_to_js = false)]
pub struct BindingTls {
    /// The trusted authorities.
    pub ca: Option<Vec<Uint8Array>>,
    /// The certificate of the client. Ignored without `key`.
    pub cert: Option<Uint8Array>,
    /// Its key. Ignored without `cert`.
    pub key: Option<Uint8Array>,
}

impl BindingConfig {
    /// Returns whether the client shares its transport with equal clients.
    pub(crate) fn is_shared(&self) -> bool {
        let transport = self
            .settings
            .as_ref()
            .and_then(|settings| settings.transport.as_deref());
        transport != Some("own")
    }

    /// Returns the builder of the client.
    pub(crate) fn builder(self) -> Result<ClientBuilder> {
        let base = if self.host_root {
            BaseUrl::host(&self.base_url)
        } else {
            BaseUrl::api(&self.base_url)
        };
        let auth = match (self.api_key, self.team) {
            (None, Some(BindingTeam { id, token })) => Auth::team(id, token),
            (key, _) => Auth::api_key(key.unwrap_or_default()),
        };
        let mut builder = Client::builder(base?, auth);
        if let Some(settings) = self.settings {
            builder = settings.apply(builder)?;
        }
        match self.network {
            Some(network) => network.apply(builder),
            None => Ok(builder),
        }
    }
}

impl BindingNetwork {
    fn apply(self, mut builder: ClientBuilder) -> Result<ClientBuilder> {
        if let Some(file) = self.extra_ca_file {
            builder = builder.extra_ca_file(file);
        }
        if let Some(url) = self.proxy {
            builder = builder.proxy(&url)?;
        } else if let Some(variables) = self.proxy_variables {
            builder = builder.proxy_from_variables(|name| variables.get(name).cloned())?;
        }
        match self.tls {
            Some(tls) => tls.apply(builder),
            None => Ok(builder),
        }
    }
}

impl BindingSettings {
    fn apply(self, mut builder: ClientBuilder) -> Result<ClientBuilder> {
        if let Some(limit) = self.connect_timeout {
            builder = builder.connect_timeout(millis("connectTimeout", 1.0, limit)?);
        }
        if let Some(limit) = self.request_timeout {
            builder = builder.request_timeout(millis("requestTimeout", 1.0, limit)?);
        }
        if let Some(limit) = self.idle_timeout {
            builder = builder.idle_timeout(millis("idleTimeout", 1.0, limit)?);
        }
        if let Some(retries) = self.retries {
            builder = builder.retries(count("retries", retries)?);
        }
        if let Some(retries) = self.retry_budget {
            builder = builder.retry_budget(count("retryBudget", retries)?);
        }
        if let Some(sockets) = self.max_sockets {
            builder = builder.max_sockets(size("maxSockets", sockets)?);
        }
        if self.polling.as_deref() == Some("listing") {
            builder = builder.polling(Polling::Listing);
        }
        if let Some(bytes) = self.max_response_bytes {
            let bytes = size("maxResponseBytes", bytes)?;
            if bytes > LONGEST_STRING {
                let reason = format!("must not exceed {LONGEST_STRING}, the longest string of JavaScript");
                return Err(refuse("maxResponseBytes", &reason));
            }
            builder = builder.max_response_bytes(bytes);
        }
        for (name, value) in self.headers.unwrap_or_default() {
            builder = builder.header(&name, &value)?;
        }
        if let Some(name) = self.user_agent {
            builder = builder.user_agent(name);
        }
        Ok(builder)
    }
}

impl BindingTls {
    fn apply(self, mut builder: ClientBuilder) -> Result<ClientBuilder> {
        if let Some(pems) = self.ca {
            builder = builder.ca(pems.iter().map(|pem| &**pem))?;
        }
        if let (Some(certificate), Some(key)) = (self.cert, self.key) {
            builder = builder.client_certificate(&*certificate, &*key)?;
        }
        Ok(builder)
    }
}
