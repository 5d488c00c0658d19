//! Settings as they come from JavaScript, turned into those of the client. Numbers come as doubles and are checked here:
//! Node-API would wrap -1 into a large integer without a word.

use std::{collections::HashMap, time::Duration};

use modzy_client::{Auth, BaseUrl, Client, Error, RequestOptions, Result, WaitOptions};
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

/// The longest string that V8 makes, in UTF-16 units, of which no text has more than it has bytes.
const LONGEST_STRING: usize = (1 << 29) - 24;

/// Settings of a client. Not `Debug`: it holds the key in the clear.
#[napi(object, object_to_js = false)]
pub struct BindingConfig {
    /// The API's own root or, with `host_root`, the host's.
    pub base_url: String,
    /// Whether `/api` is added to the base URL unless it is there.
    pub host_root: bool,
    /// The API key. Without it, the team's two.
    pub api_key: Option<String>,
    /// The team's identifier.
    pub team_id: Option<String>,
    /// The team's token.
    pub team_token: Option<String>,
    /// In ms.
    pub connect_timeout: Option<f64>,
    /// In ms.
    pub request_timeout: Option<f64>,
    /// In ms.
    pub idle_timeout: Option<f64>,
    /// A count.
    pub retries: Option<f64>,
    /// A count.
    pub max_sockets: Option<f64>,
    /// In bytes.
    pub max_response_bytes: Option<f64>,
    /// Name → value.
    pub headers: Option<HashMap<String, String>>,
    /// The header's value.
    pub user_agent: Option<String>,
    /// A path.
    pub extra_ca_file: Option<String>,
    /// A URL.
    pub proxy: Option<String>,
    /// Where no proxy is given, the variables that may name one.
    pub proxy_variables: Option<HashMap<String, String>>,
    /// In PEM.
    pub ca: Option<Vec<Uint8Array>>,
    /// In PEM. Without the key it is none.
    pub cert: Option<Uint8Array>,
    /// In PEM. Without the certificate it is none.
    pub key: Option<Uint8Array>,
}

/// What is told of a call beside its progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[napi(string_enum = "camelCase")]
pub enum BindingObservation {
    /// Retries, and polls that failed.
    Failures,
    /// Every poll, too.
    All,
}

/// Settings of a call. Not `Debug`: a header may be a secret.
#[derive(Default)]
#[napi(object, object_to_js = false)]
pub struct BindingCallOptions {
    /// In ms.
    pub request_timeout: Option<f64>,
    /// In ms.
    pub idle_timeout: Option<f64>,
    /// A count.
    pub retries: Option<f64>,
    /// Name → value.
    pub headers: Option<HashMap<String, String>>,
    /// In ms.
    pub poll_interval: Option<f64>,
    /// In ms.
    pub wait_timeout: Option<f64>,
    /// In ms.
    pub max_outage: Option<f64>,
    /// Whether each job that a poll brings is told, or how far a transfer has come.
    pub progress: Option<bool>,
    /// What else is told. Nothing, and at no cost, unless it is set.
    pub observe: Option<BindingObservation>,
}

impl BindingConfig {
    /// The client.
    pub(crate) fn client(self) -> Result<Client> {
        let base = if self.host_root {
            BaseUrl::host(&self.base_url)
        } else {
            BaseUrl::api(&self.base_url)
        };
        let auth = match self.api_key {
            Some(key) => Auth::api_key(key),
            None => Auth::team(self.team_id.unwrap_or_default(), self.team_token.unwrap_or_default()),
        };
        let mut builder = Client::builder(base?, auth);
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
        if let Some(sockets) = self.max_sockets {
            builder = builder.max_sockets(size("maxSockets", sockets)?);
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
        if let Some(file) = self.extra_ca_file {
            builder = builder.extra_ca_file(file);
        }
        if let Some(url) = self.proxy {
            builder = builder.proxy(&url)?;
        } else if let Some(variables) = self.proxy_variables {
            builder = builder.proxy_from_variables(|name| variables.get(name).cloned())?;
        }
        if let Some(pems) = self.ca {
            builder = builder.ca(pems.iter().map(|pem| &**pem))?;
        }
        if let (Some(certificate), Some(key)) = (self.cert, self.key) {
            builder = builder.client_certificate(&*certificate, &*key)?;
        }
        builder.build()
    }
}

impl BindingCallOptions {
    /// The settings of a request.
    pub(crate) fn request(&self) -> Result<RequestOptions> {
        let mut options = RequestOptions::default();
        if let Some(limit) = self.request_timeout {
            options = options.request_timeout(millis("requestTimeout", 1.0, limit)?);
        }
        if let Some(limit) = self.idle_timeout {
            options = options.idle_timeout(millis("idleTimeout", 1.0, limit)?);
        }
        if let Some(retries) = self.retries {
            options = options.retries(count("retries", retries)?);
        }
        for (name, value) in self.headers.iter().flatten() {
            options = options.header(name, value)?;
        }
        Ok(options)
    }

    /// The settings of a wait.
    pub(crate) fn wait(&self, request: &RequestOptions) -> Result<WaitOptions> {
        let mut options = WaitOptions::default().request(request.clone());
        if let Some(interval) = self.poll_interval {
            options = options.poll_interval(millis("pollInterval", 1.0, interval)?);
        }
        if let Some(limit) = self.wait_timeout {
            options = options.wait_timeout(millis("waitTimeout", 0.0, limit)?);
        }
        if let Some(limit) = self.max_outage {
            options = options.max_outage(millis("maxOutage", 0.0, limit)?);
        }
        Ok(options)
    }
}

/// Milliseconds, at least so many, of which `Infinity` stands for no limit.
fn millis(name: &'static str, least: f64, value: f64) -> Result<Duration> {
    if value.is_nan() || value < least {
        let reason = format!("must be a number of milliseconds, {least} or more (Infinity: no limit)");
        return Err(refuse(name, &reason));
    }
    // More than a duration holds is no limit either.
    Ok(Duration::try_from_secs_f64(value / 1000.0).unwrap_or(Duration::MAX))
}

fn count(name: &'static str, value: f64) -> Result<u32> {
    let refused = || refuse(name, "must be a whole number, 0 or more");
    u32::try_from(whole(value).ok_or_else(refused)?).map_err(|_| refused())
}

fn size(name: &'static str, value: f64) -> Result<usize> {
    let refused = || refuse(name, "must be a whole number, 1 or more");
    usize::try_from(whole(value).filter(|&value| value > 0).ok_or_else(refused)?).map_err(|_| refused())
}

/// A double that is a whole number, and small enough to be told from its neighbours.
fn whole(value: f64) -> Option<u64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and within range"
    )]
    (value.fract() == 0.0 && (0.0..=MOST).contains(&value)).then_some(value as u64)
}

fn refuse(name: &'static str, reason: &str) -> Error {
    Error::Argument {
        name,
        reason: reason.to_owned(),
    }
}
