//! What an operation gets: the client, its argument, and the settings of its call. What it does with them is left to the
//! operations.

use std::{
    pin::Pin,
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use modzy_client::{Client, Document, DownloadProgress, Error, RequestOptions, Result, UploadProgress, WaitOptions};
use serde::de::DeserializeOwned;

use super::{guard::Call, observer::CallObserver};
use crate::{operation::Operation, options::BindingCallOptions};

/// Most calls are made without, and take no room for them.
pub(crate) static NO_OPTIONS: LazyLock<BindingCallOptions> = LazyLock::new(BindingCallOptions::default);

/// A call of the client. On the heap, so that what is there ten thousand times, a wait, holds no room for the others.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What an operation gets that is not a wait.
pub(crate) struct Context<'a> {
    pub(crate) client: &'a Client,
    pub(crate) argument: &'a Argument,
    pub(crate) call: &'a Call,
    pub(crate) request: RequestOptions,
    pub(crate) reports: Reports<'a>,
}

/// The argument of an operation, as JavaScript gives it.
pub(crate) struct Argument {
    /// Whose it is.
    operation: Operation,
    /// JSON, or an identifier.
    pub(crate) text: String,
    /// What goes along beside it.
    pub(crate) bytes: Vec<Bytes>,
}

impl Argument {
    pub(crate) fn new(operation: Operation, text: String, bytes: Vec<Bytes>) -> Self {
        Self { operation, text, bytes }
    }

    /// Reads JSON. The error names the operation and the member, and shows no value, which may be a secret.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.text).map_err(|_| Error::Argument {
            name: "the argument",
            reason: format!("of {} cannot be used: {}", self.operation, fault_in::<T>(&self.text)),
        })
    }
}

/// What is wrong with an argument.
fn fault_in<T: DeserializeOwned>(text: &str) -> String {
    let mut json = serde_json::Deserializer::from_str(text);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut json) else {
        return "it has something behind it".to_owned();
    };
    // Of all that serde says, this alone has no value in it.
    let message = error.inner().to_string();
    let missing = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    match (error.path().to_string().as_str(), missing) {
        (".", None) => "it is not what is expected".to_owned(),
        (".", Some(missing)) => format!("its member {missing} is missing"),
        (member, None) => format!("its member {member} is not what is expected"),
        (member, Some(missing)) => format!("its member {member}.{missing} is missing"),
    }
}

impl<'a> Context<'a> {
    /// Fails where a setting is refused.
    pub(crate) fn new(
        client: &'a Client,
        argument: &'a Argument,
        options: &'a BindingCallOptions,
        call: &'a Call,
    ) -> Result<Self> {
        Ok(Self {
            client,
            argument,
            call,
            request: requests(options, call)?,
            reports: Reports { call, options },
        })
    }

    /// An argument that is an identifier.
    pub(crate) fn identifier(&self) -> &'a str {
        &self.argument.text
    }
}

/// What is reported of a call before its end.
pub(crate) struct Reports<'a> {
    pub(crate) call: &'a Call,
    pub(crate) options: &'a BindingCallOptions,
}

impl Reports<'_> {
    /// The observer of the call, if anybody listens.
    pub(crate) fn observer(&self) -> Option<Arc<CallObserver>> {
        CallObserver::of(self.call, self.options)
    }

    /// Reports how far a download has come, if the caller wants to know.
    pub(crate) fn download(&self, progress: DownloadProgress) {
        if self.options.progress.unwrap_or_default() {
            self.call.report_download(progress);
        }
    }

    /// Reports how far an upload has come, if the caller wants to know.
    pub(crate) fn upload_listener(&self) -> impl FnMut(&UploadProgress<'_>) + Send {
        let wanted = self.options.progress.unwrap_or_default();
        move |progress: &UploadProgress<'_>| {
            if wanted {
                self.call.report_upload(progress);
            }
        }
    }
}

/// What a wait gets. Its settings are read when it begins, and not to be kept for as long as the job takes.
pub(crate) struct WaitContext<'a> {
    pub(crate) client: &'a Client,
    pub(crate) job_id: &'a str,
    pub(crate) call: &'a Call,
    pub(crate) options: WaitOptions,
    progress: bool,
}

impl<'a> WaitContext<'a> {
    /// Fails where a setting is refused.
    pub(crate) fn new(
        client: &'a Client,
        job_id: &'a str,
        options: &BindingCallOptions,
        call: &'a Call,
    ) -> Result<Self> {
        Ok(Self {
            client,
            job_id,
            call,
            options: options.wait(&requests(options, call)?)?,
            progress: options.progress.unwrap_or_default(),
        })
    }

    /// Reports each job that a poll brings, if the caller wants to know.
    pub(crate) fn job_listener(&self) -> impl FnMut(&Document) + Send {
        move |job: &Document| {
            if self.progress {
                self.call.report_job(job);
            }
        }
    }
}

/// The settings of the call's requests.
fn requests(options: &BindingCallOptions, call: &Call) -> Result<RequestOptions> {
    let request = options.request()?.nothing_sent_after(call.abort.token().clone());
    Ok(match CallObserver::of(call, options) {
        Some(observer) => request.observer(observer),
        None => request,
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Given {
        #[serde(rename = "modelId")]
        _model_id: String,
        #[serde(rename = "query")]
        _query: Option<String>,
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_name() {
        for (argument, fault) in [
            (r#"{"modelId":"\ud83d"}"#, "its member modelId is not what is expected"),
            (
                r#"{"modelId":"m","query":"secret \udc00"}"#,
                "its member query is not what is expected",
            ),
            (r#"{"query":"q"}"#, "its member modelId is missing"),
        ] {
            assert_eq!(fault_in::<Given>(argument), fault, "{argument}");
        }
        assert_eq!(
            fault_in::<Vec<String>>(r#"["\ud83d"]"#),
            "its member [0] is not what is expected"
        );
    }
}
