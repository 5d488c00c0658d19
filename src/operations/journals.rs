//! Journals of batches: they are opened, and say what to do about each key. Submits and waits name them in their settings.

use modzy_client::{Document, Error, JournalTurn, Result};
use serde::Deserialize;
use serde_json::json;

use crate::calls::{Context, Opened, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyArgument {
    /// The call that opened the journal.
    journal: u64,
    input_key: String,
    /// Whether to find out what became of the last step of the key, if that is unknown.
    #[serde(default)]
    settle: bool,
    /// Whether the key has been taken and its submit has returned.
    #[serde(default)]
    is_submitted: bool,
}

/// Opens a journal, and keeps it under the number of this call.
pub(super) async fn open(context: &Context<'_>) -> Result<Value> {
    let call = context.call;
    let journal = context.client.open_journal(context.identifier()).await?;
    call.keep(call.id, Opened::Journal(Box::new(journal)));
    Ok(Value::Opened {
        content_type: None,
        content_length: None,
    })
}

/// Returns `submit`, `wait` with the job's identifier, `ended` with the job, or `settle`, if that is to be done first. After the
/// submit, returns `wait` with the identifier, if the journal knows the job.
pub(super) async fn take(context: &Context<'_>) -> Result<Value> {
    let KeyArgument {
        journal,
        input_key,
        settle,
        is_submitted,
    } = context.argument.parse()?;
    let calls = &context.call.calls;
    let journal = calls
        .journal(journal)
        .ok_or_else(|| Error::Internal("the journal is not open".to_owned()))?;
    let options = context.reports.options.wait(&context.request)?;
    let text = |turn: serde_json::Value, job: Option<Document>| {
        let turn = turn.to_string();
        Value::Results(match job {
            // JSON does not contain this character.
            Some(job) => format!("{turn}\u{1e}{}", job.as_str()),
            None => turn,
        })
    };
    if is_submitted {
        let job_id = journal.job_of(&input_key);
        return Ok(text(json!({ "turn": "wait", "jobIdentifier": job_id }), None));
    }
    if !settle && journal.is_unsettled(&input_key) {
        return Ok(text(json!({ "turn": "settle" }), None));
    }
    Ok(match journal.take(&input_key, &options).await? {
        JournalTurn::Submit(_) => text(json!({ "turn": "submit" }), None),
        JournalTurn::Wait(_, job_id) => text(json!({ "turn": "wait", "jobIdentifier": job_id }), None),
        JournalTurn::Ended(job) => text(json!({ "turn": "ended" }), Some(job)),
    })
}
