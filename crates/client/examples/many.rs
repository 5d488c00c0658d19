//! Runs many jobs with limited concurrency, and reports the outcome of each.
//!
//! `MODZY_BASE_URL=… MODZY_API_KEY=… cargo run -p modzy-client --example many -- 200`        (200 jobs)
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

use std::{collections::BTreeMap, env, error::Error, sync::Arc};

use modzy_client::{Auth, BaseUrl, Client, RequestOptions, TextJob, WaitOptions};
use tokio::{sync::Semaphore, task::JoinSet};

const AT_A_TIME: usize = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = env::args().nth(1).map_or(Ok(100), |count| count.parse())?;
    let variable = |name| env::var(name).map_err(|error| format!("{name}: {error}"));
    let client = Client::builder(
        BaseUrl::host(&variable("MODZY_BASE_URL")?)?,
        Auth::api_key(variable("MODZY_API_KEY")?),
    )
    .proxy_from_env()?
    .build()?;

    let permits = Arc::new(Semaphore::new(AT_A_TIME));
    let mut jobs = JoinSet::new();
    for number in 0..count {
        let permit = Arc::clone(&permits).acquire_owned().await?;
        // Clones share connections and limits.
        let client = client.clone();
        jobs.spawn(async move {
            let outcome = run_job(&client, &format!("Text {number} was lovely.")).await;
            drop(permit);
            outcome.map_err(|error| format!("job {number}: {error}"))
        });
    }

    let mut completed = 0;
    while let Some(outcome) = jobs.join_next().await {
        match outcome? {
            Ok(status) if status == "COMPLETED" => completed += 1,
            Ok(status) => eprintln!("a job has ended as {status}"),
            Err(message) => eprintln!("{message}"),
        }
    }
    println!("{completed} of {count} completed");
    Ok(())
}

/// Submits one text, and returns the job's final status.
async fn run_job(client: &Client, text: &str) -> Result<String, modzy_client::Error> {
    let texts = BTreeMap::from([("text", BTreeMap::from([("input.txt", text)]))]);
    let job = TextJob::new("ed542963de", "1.0.1", texts);
    let receipt = client.submit_job_text(&job, &RequestOptions::default()).await?;
    let job_id = receipt.string_member("jobIdentifier").unwrap_or_default();
    let job = client
        .block_until_complete(&job_id, &WaitOptions::default(), |_| {})
        .await?;
    Ok(job.string_member("status").unwrap_or_default())
}
