//! The context of an operation: the client, the argument, and the settings of the call. The operations themselves are in
//! `operations`.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use modzy_client::{
    Client, Document, DownloadProgress, Error, RequestOptions, Result, StepOptions, StepProgress, UploadProgress,
    WaitOptions,
};
use serde::de::DeserializeOwned;

use super::{guard::Call, observer::CallObserver};
use crate::{operation::Operation, options::BindingCallOptions};

/// The settings of calls without any, which are the most. They share these.
pub(crate) static NO_OPTIONS: LazyLock<BindingCallOptions> = LazyLock::new(BindingCallOptions::default);

/// The context of an operation other than a wait.
pub(crate) struct Context<'a> {
    pub(crate) client: &'a Client,
    pub(crate) argument: &'a Argument,
    pub(crate) call: &'a Call,
    pub(crate) request: RequestOptions,
    pub(crate) reports: Reports<'a>,
}

/// The argument of an operation, as JavaScript passes it.
pub(crate) struct Argument {
    /// The operation, for error messages.
    operation: Operation,
    /// JSON, or an identifier.
    pub(crate) text: String,
    /// Byte arrays that the text refers to.
    pub(crate) bytes: Vec<Bytes>,
}

impl Argument {
    pub(crate) fn new(operation: Operation, text: String, bytes: Vec<Bytes>) -> Self {
        Self { operation, text, bytes }
    }

    /// Parses JSON. The error names the operation and the member, but no value, because that may be a secret.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        parse(&self.text).map_err(|fault| Error::Argument {
            name: "the argument",
            reason: format!("of {} cannot be used: {fault}", self.operation),
        })
    }
}

/// Parses JSON, or describes why it cannot be parsed. The member is tracked from the beginning: a second parser for failures would
/// double the code of all arguments.
fn parse<T: DeserializeOwned>(text: &str) -> std::result::Result<T, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize(&mut json) {
        Ok(parsed) if json.end().is_ok() => Ok(parsed),
        Ok(_) => Err("it has something behind it".to_owned()),
        Err(error) => Err(describe(&error)),
    }
}

fn describe(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    // The only message of serde that contains no value.
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
    /// Fails if a setting is refused.
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

    /// Returns the settings of the steps of a deployment.
    pub(crate) fn steps(&self) -> Result<StepOptions> {
        self.reports.options.steps(&self.request)
    }

    /// Returns an argument that is an identifier.
    pub(crate) fn identifier(&self) -> &'a str {
        &self.argument.text
    }
}

/// The reports of a call before its end.
pub(crate) struct Reports<'a> {
    pub(crate) call: &'a Call,
    pub(crate) options: &'a BindingCallOptions,
}

impl Reports<'_> {
    /// Returns the observer of the call, if JavaScript has requested one.
    pub(crate) fn observer(&self) -> Option<Arc<CallObserver>> {
        CallObserver::of(self.call, self.options)
    }

    /// Reports the progress of a download, if the caller has requested it.
    pub(crate) fn download(&self, progress: DownloadProgress) {
        if self.options.progress.unwrap_or_default() {
            self.call.report_download(progress);
        }
    }

    /// Returns a listener that reports the progress of a step, if the caller has requested it.
    pub(crate) fn step_listener(&self) -> impl FnMut(StepProgress<'_>) + Send {
        let wanted = self.options.progress.unwrap_or_default();
        move |progress| {
            if wanted {
                self.call.report_step(progress);
            }
        }
    }

    /// The same for a call that waits for one step of a model.
    pub(crate) fn percentage_listener(&self, step: &'static str, model_id: &str) -> impl FnMut(u32) + Send {
        let mut report = self.step_listener();
        move |percentage| report(StepProgress::new(step, percentage, Some(model_id)))
    }

    /// Returns a listener that reports the progress of an upload, if the caller has requested it.
    pub(crate) fn upload_listener(&self) -> impl FnMut(&UploadProgress<'_>) + Send {
        let wanted = self.options.progress.unwrap_or_default();
        move |progress: &UploadProgress<'_>| {
            if wanted {
                self.call.report_upload(progress);
            }
        }
    }
}

/// The context of a wait. The settings are converted when the wait begins, so that the original ones can be dropped.
pub(crate) struct WaitContext<'a> {
    pub(crate) client: &'a Client,
    pub(crate) job_id: &'a str,
    pub(crate) call: &'a Call,
    pub(crate) options: WaitOptions,
    progress: bool,
}

impl<'a> WaitContext<'a> {
    /// Fails if a setting is refused.
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

    /// Returns a listener that reports the job of each poll, if the caller has requested it.
    pub(crate) fn job_listener(&self) -> impl FnMut(&Document) + Send {
        move |job: &Document| {
            if self.progress {
                self.call.report_job(job);
            }
        }
    }
}

/// Returns the settings of the call's requests.
fn requests(options: &BindingCallOptions, call: &Call) -> Result<RequestOptions> {
    let mut request = options.request()?.nothing_sent_after(call.abort.token().clone());
    if let Some(input_key) = &options.input_key {
        // There is none once the batch is over.
        let journal = options.journal.ok_or(Error::Aborted)?;
        let journal = call.calls.journal(journal.cast_unsigned()).ok_or_else(|| {
            let reason =
                "have the journal of a batch, and must be passed to a submit of the client that runs the batch";
            Error::Argument {
                name: "options",
                reason: reason.to_owned(),
            }
        })?;
        request = request.journal(journal.key(input_key));
    }
    if options.of_batch == Some(true) {
        request = request.not_submitted_after(call.abort.withdrawal().clone());
    }
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
    fn an_error_names_the_member_that_cannot_be_read() {
        for (argument, fault) in [
            (r#"{"modelId":"\ud83d"}"#, "its member modelId is not what is expected"),
            (
                r#"{"modelId":"m","query":"secret \udc00"}"#,
                "its member query is not what is expected",
            ),
            (r#"{"query":"q"}"#, "its member modelId is missing"),
        ] {
            assert_eq!(parse::<Given>(argument).err().unwrap(), fault, "{argument}");
        }
        assert_eq!(
            parse::<Vec<String>>(r#"["\ud83d"]"#).unwrap_err(),
            "its member [0] is not what is expected"
        );
    }
}
