//! Measures the Rust client without Node.js, which is the upper limit of the package. Does one kind of work, and prints its figures
//! as one line of JSON.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use modzy_client::{Abort, Auth, BaseUrl, Client, FileJob, FileSource, OutputRef, RequestOptions};
use serde_json::json;

#[derive(Parser)]
struct Arguments {
    /// The API's own root
    base_url: String,
    #[command(subcommand)]
    work: Work,
}

#[derive(Subcommand)]
enum Work {
    /// Reads a job repeatedly, with this many reads at a time, for this duration.
    Calls { in_flight: usize, milliseconds: u64 },
    /// Reads a result this many times.
    Result { id: String, times: u32 },
    /// Uploads a file.
    Upload { file: PathBuf },
    /// Downloads this many bytes to a file.
    Download { bytes: u64, file: PathBuf },
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { base_url, work } = Arguments::parse();
    let client = Client::new(BaseUrl::api(&base_url)?, Auth::api_key("bench.secret"))?;
    let options = RequestOptions::default();
    client.get_job("warm-up", &options).await?;
    let started = Instant::now();
    let count = match work {
        Work::Calls {
            in_flight,
            milliseconds,
        } => calls(&client, in_flight, started + Duration::from_millis(milliseconds)).await?,
        Work::Result { id, times } => {
            for _ in 0..times {
                client.get_result(&id, &options).await?;
            }
            u64::from(times)
        }
        Work::Upload { file } => {
            upload(&client, file).await?;
            1
        }
        Work::Download { bytes, file } => {
            let output = OutputRef::Named {
                job_id: "job".to_owned(),
                input_key: "input".to_owned(),
                output_name: bytes.to_string(),
            };
            client.download_output(&output, &file, &options, |_| {}).await?;
            1
        }
    };
    let line = json!({ "seconds": started.elapsed().as_secs_f64(), "count": count });
    writeln!(io::stdout(), "{line}")?;
    Ok(())
}

async fn calls(client: &Client, in_flight: usize, end: Instant) -> Result<u64, Box<dyn std::error::Error>> {
    let callers: Vec<_> = (0..in_flight)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let options = RequestOptions::default();
                let mut count = 0;
                while Instant::now() < end {
                    client.get_job("job", &options).await?;
                    count += 1;
                }
                Ok::<u64, modzy_client::Error>(count)
            })
        })
        .collect();
    let mut sum = 0;
    for caller in callers {
        sum += caller.await??;
    }
    Ok(sum)
}

async fn upload(client: &Client, file: PathBuf) -> modzy_client::Result<()> {
    let source = [("input".to_owned(), FileSource::Path(file))].into();
    let job = FileJob::new("d1g35t0256", "1.0.0", [("file".to_owned(), source)].into());
    let abort = Abort::default();
    client
        .submit_job_files(job, &RequestOptions::default(), &abort, |_| {})
        .await
        .result?;
    Ok(())
}
