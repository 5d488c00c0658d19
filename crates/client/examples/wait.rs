//! Runs a job from beginning to end: submits texts, waits with progress and limits, and prints the result of each text.
//!
//! `MODZY_BASE_URL=… MODZY_API_KEY=… cargo run -p modzy-client --example wait -- "What a lovely day!" "I hate waiting."`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

use std::{collections::BTreeMap, env, error::Error, time::Duration};

use modzy_client::{Auth, BaseUrl, Client, RequestOptions, TextJob, WaitOptions};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| env::var(name).map_err(|error| format!("{name}: {error}"));
    let client = Client::builder(
        BaseUrl::host(&variable("MODZY_BASE_URL")?)?,
        Auth::api_key(variable("MODZY_API_KEY")?),
    )
    .proxy_from_env()?
    .build()?;

    let mut texts: Vec<_> = env::args().skip(1).collect();
    if texts.is_empty() {
        texts.push("What a lovely day!".to_owned());
    }
    let sources: BTreeMap<_, _> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| (format!("text-{index}"), BTreeMap::from([("input.txt", text)])))
        .collect();

    let job = TextJob::new("ed542963de", "1.0.1", sources);
    let receipt = client.submit_job_text(&job, &RequestOptions::default()).await?;
    let job_id = receipt
        .string_member("jobIdentifier")
        .ok_or("a receipt names its job")?;

    let options = WaitOptions::default()
        .poll_interval(Duration::from_millis(500))
        .wait_timeout(Duration::from_mins(10));
    let both = client
        .block_until_result(&job_id, &options, |job| {
            eprintln!("{}", job.string_member("status").unwrap_or_default());
        })
        .await?;
    let status = both.job.string_member("status").unwrap_or_default();
    println!("Job {job_id} {status}");
    let result: Value = both.result.parse()?;
    for (index, text) in texts.iter().enumerate() {
        let output = format!("/results/text-{index}/results.json");
        let class = result.pointer(&format!("{output}/data/result/classPredictions/0/class"));
        println!("{}: {text}", class.and_then(Value::as_str).unwrap_or("failed"));
    }
    Ok(())
}
