//! Submits whose jobs have a key in a journal: each step is on the disk before the next, and a submit whose answer is lost is looked
//! for in the history.

use std::{borrow::Cow, time::Duration};

use bytes::Bytes;
use indexmap::IndexSet;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    JournalKey,
    begin::{Began, SKEW},
    record::{Intent, Record, checksum_of},
    settle::{HELD, is_refusal},
};
use crate::{
    client::{Client, RequestOptions},
    document::{self, Document, Members},
    error::{Error, Result},
    jobs::WaitOptions,
    timestamp,
};

/// How often a job is submitted, or opened for an upload, if no answer comes: what keeps the answers away may be the job itself. Each
/// opening may leave an open job behind, which does not run.
const SUBMITS: u32 = 3;

impl JournalKey {
    /// Submits a job. If its answer is lost, finds the job, or submits it again once it was certainly not accepted.
    pub(crate) async fn submit(&self, client: &Client, body: Bytes, options: &RequestOptions) -> Result<Document> {
        let parts = Parts::read(&body)?;
        self.check(client, parts.inputs.iter().map(String::as_str))?;
        let journal = &self.0.journal;
        let mut submits = 0;
        loop {
            submits += 1;
            let began = journal.began(options).await?;
            let now = client.transport().clock().now();
            let intent = Intent {
                model: parts.model.clone(),
                version: parts.version.clone(),
                inputs: parts.inputs.len(),
                keys: checksum_of(parts.inputs.iter().map(String::as_str)),
                is_upload: false,
                since: began.map(|began| began.since(now)),
                until: Some(until(client, began.as_ref(), options)),
                read_since: began.and_then(|began| began.read_since(now)),
                runs: began.map_or(0, |began| began.runs),
            };
            self.intend(&intent).await?;
            let mut error = match self.send(client, client.post_job_once(body.clone(), options)).await {
                Ok((receipt, job_id)) => {
                    self.submitted(&job_id).await?;
                    return Ok(receipt);
                }
                Err(error) if is_refusal(&error) => {
                    self.refused().await?;
                    return Err(error);
                }
                Err(error) => error,
            };
            // The request had been sent by now.
            let sent = client.transport().clock().now();
            let waiting = waiting(options);
            // This run waits for it itself, whatever the clocks say.
            let intent = Intent { until: None, ..intent };
            let settled = tokio::select! {
                biased;
                settled = journal.settle(self.input_key(), &intent, sent, &waiting) => settled,
                // The next run looks for it. Until the search has ended, that could not open the journal.
                () = options.withdrawn() => return Err(error),
            };
            match settled {
                Ok(Some(job)) => {
                    self.submitted(&job.id).await?;
                    return Ok(job.document);
                }
                Ok(None) if submits < SUBMITS => {}
                Ok(None) => {
                    self.refused().await?;
                    error.note_not_sent();
                    return Err(error);
                }
                Err(Error::Aborted) => return Err(error),
                Err(other) => return Err(other),
            }
        }
    }

    /// Opens the job of an upload with inputs of these keys.
    pub(crate) async fn open<'k>(
        &self,
        client: &Client,
        body: Bytes,
        keys: impl Iterator<Item = &'k str>,
        options: &RequestOptions,
    ) -> Result<Document> {
        let keys: Vec<_> = keys.collect();
        let (model, version) = model_of(&body)?;
        self.check(client, keys.iter().copied())?;
        let intent = Intent {
            model,
            version,
            inputs: keys.len(),
            keys: checksum_of(keys.iter().copied()),
            is_upload: true,
            since: None,
            until: None,
            read_since: None,
            runs: 0,
        };
        let mut openings = 0;
        loop {
            openings += 1;
            self.intend(&intent).await?;
            match self.send(client, client.post_job(body.clone(), options)).await {
                Ok((receipt, job_identifier)) => {
                    let input_key = self.0.input_key.clone();
                    let record = Record::Opened {
                        input_key,
                        job_identifier,
                    };
                    self.0.journal.append(record).await?;
                    return Ok(receipt);
                }
                Err(error) if is_refusal(&error) || openings == SUBMITS => {
                    self.refused().await?;
                    return Err(error);
                }
                // No one closes the job that may have been opened.
                Err(_) => {}
            }
        }
    }

    /// Notes that the job was accepted, or closed after an upload.
    pub(crate) async fn submitted(&self, job_id: &str) -> Result<()> {
        self.0.journal.submitted(self.input_key(), job_id).await
    }

    /// Checks that the client is that of the journal, that the job has the key, and that it is the only one of the key.
    fn check<'k>(&self, client: &Client, mut keys: impl Iterator<Item = &'k str>) -> Result<()> {
        let input_key = self.input_key();
        if client.created() != self.0.journal.inner.client.created() {
            let reason = "have the key of a journal, which is for another server or API key than this client's";
            return Err(Error::argument("options", reason));
        }
        if !keys.any(|key| key == input_key) {
            let reason = format!("must have the key {input_key:?}, which the journal knows the job by");
            return Err(Error::argument("sources", reason));
        }
        if !self.0.journal.keys().claim(input_key) {
            let reason = format!("of the key {input_key:?} belong to one submit, which was made already");
            return Err(Error::argument("options", reason));
        }
        Ok(())
    }

    async fn intend(&self, intent: &Intent) -> Result<()> {
        let record = Record::Submitting {
            input_key: self.0.input_key.clone(),
            intent: intent.clone(),
        };
        self.0.journal.append(record).await
    }

    async fn refused(&self) -> Result<()> {
        let record = Record::Refused {
            input_key: self.0.input_key.clone(),
        };
        self.0.journal.append(record).await
    }

    /// Sends a submit. Returns the receipt, and the identifier of the job, which then belongs to the key.
    async fn send(
        &self,
        client: &Client,
        submit: impl Future<Output = Result<Document>>,
    ) -> Result<(Document, String)> {
        let began = client.transport().clock().now();
        let receipt = submit.await?;
        let job_id = receipt
            .string_member("jobIdentifier")
            .ok_or_else(|| Error::Internal("the receipt names no job".to_owned()))?;
        self.0.journal.keys().own(&job_id, began);
        Ok((receipt, job_id))
    }
}

/// Returns when a job is certainly created, if it is about to be sent now: in ms since 1970, by any of the clocks.
fn until(client: &Client, began: Option<&Began>, options: &RequestOptions) -> i64 {
    let clock = client.transport().clock();
    // The server's clock shows if that of this machine is late.
    let now = began
        .map_or(0, |began| began.server_time(clock.now()))
        .max(timestamp::now());
    let longest = waiting(options)
        .longest_outage()
        .saturating_add(client.settings(options).request_timeout)
        .saturating_add(HELD);
    let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    now.saturating_add(millis(longest)).saturating_add(SKEW)
}

/// Returns the options of the search for a job whose answer was lost.
fn waiting(options: &RequestOptions) -> WaitOptions {
    let waiting = WaitOptions::default().request(options.clone());
    match options.own_patience() {
        Some(patience) => waiting.max_outage(patience),
        None => waiting,
    }
}

/// What a journal needs of the body of a submit.
struct Parts {
    model: String,
    version: String,
    inputs: IndexSet<String>,
}

impl Parts {
    fn read(body: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow)]
            input: Option<&'a RawValue>,
        }
        let (model, version) = model_of(body)?;
        let sources = serde_json::from_slice(body).ok().and_then(|Body { input }| {
            let input = Members::read(input?.get())?;
            let sources = input
                .iter()
                .rfind(|(key, _)| document::name(key).as_deref() == Some("sources"));
            Members::read(sources?.1.get())
        });
        if serde_json::from_slice(body).is_ok_and(|Body { input }| input.is_some_and(is_folder)) {
            let reason = "must keep the keys of its inputs for a journal: the server replaces those of folders in S3";
            return Err(Error::argument("job", reason));
        }
        let Some(sources) = sources else {
            let reason = "must have keys of inputs for a journal: an input without sources has none";
            return Err(Error::argument("job", reason));
        };
        let names = sources.iter().filter_map(|(key, _)| document::name(key));
        Ok(Self {
            model,
            version,
            inputs: names.map(Cow::into_owned).collect(),
        })
    }
}

/// Whether the server makes inputs with other keys of an input.
fn is_folder(input: &RawValue) -> bool {
    document::string_member(input.get(), "type").is_some_and(|kind| kind.eq_ignore_ascii_case("aws-s3-folder"))
}

fn model_of(body: &[u8]) -> Result<(String, String)> {
    #[derive(Deserialize)]
    struct Body {
        model: Model,
    }
    #[derive(Deserialize)]
    struct Model {
        identifier: String,
        version: String,
    }
    let Body { model } = serde_json::from_slice(body)
        .map_err(|_| Error::argument("job", "must name a model and its version for a journal"))?;
    Ok((model.identifier, model.version))
}
