//! Uploads files of any size, each as an input of one job. Ctrl-C aborts the upload and cancels the job.
//!
//! `MODZY_BASE_URL=… MODZY_API_KEY=… cargo run -p modzy-client --example upload -- FILE …`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

use std::{env, error::Error};

use modzy_client::{Abort, Auth, BaseUrl, Client, FileJob, FileSource, RequestOptions, Sources, WaitOptions};
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

    let sources: Sources<FileSource> = env::args()
        .skip(1)
        .map(|file| {
            let source = FileSource::Path(file.clone().into());
            (file.replace('/', "_"), [("input".to_owned(), source)].into())
        })
        .collect();

    let abort = Abort::default();
    let interrupted = abort.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.end();
        }
    });

    let job = FileJob::new("d1g35t0256", "1.1.0", sources);
    let upload = client
        .submit_job_files(job, &RequestOptions::default(), &abort, |progress| {
            let total = progress
                .total_bytes
                .map_or_else(String::new, |total| format!(" of {total}"));
            eprintln!("{}: {}{total} bytes", progress.input_key, progress.loaded_bytes);
        })
        .await;
    if let Some(cancel) = upload.canceled {
        eprintln!("the job was canceled: {}", cancel.result.is_ok());
    }
    let receipt = upload.result?;
    let job_id = receipt
        .string_member("jobIdentifier")
        .ok_or("a receipt names its job")?;

    let both = client
        .block_until_result(&job_id, &WaitOptions::default(), |_| {})
        .await?;
    let result: Value = both.result.parse()?;
    let results = result
        .pointer("/results")
        .and_then(Value::as_object)
        .ok_or("every input failed")?;
    for (input, result) in results {
        let bytes = result.pointer("/results.json/input/bytes").unwrap_or(&Value::Null);
        println!("{input}: {bytes} bytes arrived");
    }
    Ok(())
}
