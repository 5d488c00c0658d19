//! What an operation gets: the client, its argument, and the settings of its call. What it does with them is left to the
//! operations.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use modzy_client::{Client, Document, DownloadProgress, Error, RequestOptions, Result, UploadProgress, WaitOptions};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{guard::Call, observer::CallObserver, registry::Abort};
use crate::options::BindingCallOptions;

/// Most calls are made without, and take no room for them.
pub(crate) static NO_OPTIONS: LazyLock<BindingCallOptions> = LazyLock::new(BindingCallOptions::default);

/// A call of the client. On the heap, so that what is there ten thousand times, a wait, holds no room for the others.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What an operation gets that is not a wait.
pub(crate) struct Context<'a> {
    pub(crate) client: &'a Client,
    pub(crate) argument: &'a str,
    pub(crate) bytes: &'a [Bytes],
    pub(crate) call: &'a Call,
    pub(crate) request: RequestOptions,
    options: &'a BindingCallOptions,
}

impl<'a> Context<'a> {
    /// Fails where a setting is refused.
    pub(crate) fn new(
        client: &'a Client,
        argument: &'a str,
        bytes: &'a [Bytes],
        options: &'a BindingCallOptions,
        call: &'a Call,
    ) -> Result<Self> {
        Ok(Self {
            client,
            argument,
            bytes,
            call,
            request: requests(options, call)?,
            options,
        })
    }

    /// Reads the arguments of a call, as members of one object that the face has made. What cannot be read in it is what the user
    /// put there.
    pub(crate) fn parse_argument<T: DeserializeOwned>(&self) -> Result<T> {
        self.parse("the argument", || unreadable_member(self.argument))
    }

    /// The same of an argument that is the only one.
    pub(crate) fn parse_only<T: DeserializeOwned>(&self, name: &'static str) -> Result<T> {
        self.parse(name, || None)
    }

    fn parse<T: DeserializeOwned>(&self, name: &'static str, member: impl FnOnce() -> Option<String>) -> Result<T> {
        // Without the parser's words, which repeat what they are about.
        serde_json::from_str(self.argument).map_err(|_| Error::Argument {
            name,
            reason: format!("{}cannot be read", member().unwrap_or_default()),
        })
    }

    /// The observer of the call, if anybody listens.
    pub(crate) fn observer(&self) -> Option<Arc<CallObserver>> {
        CallObserver::of(self.call, self.options)
    }

    /// Reports how far a download has come, if the caller wants to know.
    pub(crate) fn report_download(&self, progress: DownloadProgress) {
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
    let request = options.request()?.nothing_sent_after(call.abort.token.clone());
    Ok(match CallObserver::of(call, options) {
        Some(observer) => request.observer(observer),
        None => request,
    })
}

/// The name of the first member that cannot be read, and a blank.
fn unreadable_member(object: &str) -> Option<String> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(object).ok()?;
    let is_unreadable = |value: &RawValue| serde_json::from_str::<serde_json::Value>(value.get()).is_err();
    let (name, _) = members.into_iter().find(|(_, value)| is_unreadable(value))?;
    Some(format!("{name} "))
}

/// Makes a call unless it is aborted first. Leaving the call closes its request.
pub(crate) async fn unless_aborted<F: Future + Unpin>(abort: &Abort, call: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        () = abort.token.cancelled() => None,
        output = call => Some(output),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_by_its_name() {
        for (argument, name) in [
            (r#"{"modelId":"m","version":"\ud83d","sources":{}}"#, Some("version ")),
            (r#"{"modelId":"m","sources":{"a":{"b":["\ud83d"]}}}"#, Some("sources ")),
            (r#"{"modelId":"m","query":"secret \udc00"}"#, Some("query ")),
            (r#"{"modelId":"m"}"#, None),
            (r#"["\ud83d"]"#, None),
        ] {
            assert_eq!(unreadable_member(argument).as_deref(), name, "{argument}");
        }
    }
}
