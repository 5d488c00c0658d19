//! The emulator as a program: starts it, prints where it listens, and serves until a signal or the end of standard input.

#![expect(
    clippy::disallowed_methods,
    reason = "a separate program, which may panic if the system refuses a thread"
)]

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use modzy_emulator::{Emulator, HistoryOptions, Options, Role, table_of_models};
use serde::Serialize;
use tokio::sync::oneshot;

/// A local Modzy: serves the API on 127.0.0.1, and prints one line of JSON with its URL and keys.
#[derive(Parser)]
// The usage of an error would name the arguments that were given, also those that the npm package adds.
#[command(version, override_usage = "modzy-emulator [OPTIONS]")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
struct Arguments {
    /// Port to listen on; 0 selects a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Key with all rights, as prefix.body [default: a random one]
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Key without rights, which gets a 403 [default: none]
    #[arg(long, value_name = "KEY")]
    restricted_key: Option<String>,
    /// Further key, with its role, such as DEVELOPER=prefix.body; may be repeated [default: none]
    #[arg(long = "key", value_name = "ROLE=KEY", value_parser = role_and_key)]
    keys: Vec<(Role, String)>,
    /// How long a job stays SUBMITTED, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 500)]
    submitted_ms: u64,
    /// How long a job is in progress after that, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1500)]
    in_progress_ms: u64,
    /// How long a job and its results get a 404 after the receipt, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    store_delay_ms: u64,
    /// Refuse the history with a 403
    #[arg(long)]
    history_refused: bool,
    /// Most records of a page of the history [default: no limit]
    #[arg(long, value_name = "COUNT")]
    history_max_per_page: Option<usize>,
    /// How far the lists of jobs lag behind, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    history_lag_ms: u64,
    /// Count the pages of the history from 0
    #[arg(long)]
    history_first_page_is_0: bool,
    /// Ignore the order that is asked of the history
    #[arg(long)]
    history_ignores_sort: bool,
    /// Leave updatedAt out of the history
    #[arg(long)]
    history_hides_updated_at: bool,
    /// Leave jobs that timed out out of the status TERMINATED
    #[arg(long)]
    history_timedout_is_not_terminated: bool,
    /// How long each step of a deployment takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    deployment_step_ms: u64,
    /// How long a load gets a 400 after the image is reported to be pulled, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 700)]
    image_settle_ms: u64,
    /// How long engines take to start or to stop, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    engine_start_ms: u64,
    /// Largest chunk of an upload, as a size of the API such as 1Mi
    #[arg(long, value_name = "SIZE", default_value = "1Mi")]
    chunk_size: String,
    /// Most chunks of one input
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    max_chunks: usize,
    /// Most inputs of one job
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    max_inputs: usize,
    /// Most finished jobs to keep; the oldest are dropped for new ones
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    max_finished_jobs: usize,
    /// Most bytes of all jobs, with inputs and outputs; the oldest finished jobs are dropped for new ones
    #[arg(long, value_name = "BYTES", default_value_t = 2 << 30)]
    max_job_bytes: usize,
    /// Most bytes of the models that are created, and of what is set for models; beyond that, changes get a 507
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    max_model_bytes: usize,
    /// Serve the routes under /control, which need no key
    #[arg(long)]
    control: bool,
    /// Serve a page that shows jobs with their inputs, requests, faults and models, at the root of the server
    #[arg(long)]
    page: bool,
    /// Report each request on standard error, with its method, path, status and duration
    #[arg(long)]
    verbose: bool,
    /// List the models and exit, whatever the other options are
    #[arg(long)]
    models: bool,
    /// End when standard input is closed
    #[arg(long)]
    exit_with_stdin: bool,
}

/// The line that the program prints when it listens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready<'a> {
    url: &'a str,
    #[serde(rename = "baseURL")]
    base_url: &'a str,
    api_key: &'a str,
    restricted_key: Option<&'a str>,
    #[serde(rename = "pageURL", skip_serializing_if = "Option::is_none")]
    page_url: Option<&'a str>,
}

fn role_and_key(text: &str) -> Result<(Role, String), String> {
    let (role, key) = text.split_once('=').ok_or("the role and the key are joined by =")?;
    Ok((role.parse()?, key.to_owned()))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.models {
        return match io::stdout().write_all(table_of_models().as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failure(&error, 1),
        };
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failure(&error, 1),
    };
    let code = match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => failure(&error, 2),
        Err(error) => failure(&error, 1),
    };
    // Does not wait for a model that is still processing a long text.
    runtime.shutdown_background();
    code
}

async fn run(arguments: Arguments) -> io::Result<()> {
    // Before the line is printed, so that no signal sent in response is missed.
    let mut signals = Signals::new()?;
    let port = arguments.port;
    let exit_with_stdin = arguments.exit_with_stdin;
    let emulator = Emulator::start(arguments.into())
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => error,
            kind => io::Error::new(kind, format!("cannot listen on 127.0.0.1:{port}: {error}")),
        })?;
    if let Some(url) = emulator.page_url() {
        report(&format_args!("the page is {url}"));
    }
    print_ready(&emulator)?;
    let report_first_dropped = async {
        report(&emulator.first_dropped().await);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = signals.received() => {}
        () = stdin_closed(), if exit_with_stdin => {}
        () = report_first_dropped => {}
    }
    emulator.close().await;
    Ok(())
}

impl From<Arguments> for Options {
    fn from(arguments: Arguments) -> Self {
        Self {
            port: arguments.port,
            api_key: arguments.api_key,
            restricted_key: arguments.restricted_key,
            keys: arguments.keys,
            submitted: Duration::from_millis(arguments.submitted_ms),
            in_progress: Duration::from_millis(arguments.in_progress_ms),
            store_delay: Duration::from_millis(arguments.store_delay_ms),
            history: HistoryOptions {
                refused: arguments.history_refused,
                max_per_page: arguments.history_max_per_page,
                lag: Duration::from_millis(arguments.history_lag_ms),
                first_page_is_0: arguments.history_first_page_is_0,
                ignores_sort: arguments.history_ignores_sort,
                hides_updated_at: arguments.history_hides_updated_at,
                timedout_is_not_terminated: arguments.history_timedout_is_not_terminated,
            },
            deployment_step: Duration::from_millis(arguments.deployment_step_ms),
            image_settle: Duration::from_millis(arguments.image_settle_ms),
            engine_start: Duration::from_millis(arguments.engine_start_ms),
            chunk_size: arguments.chunk_size,
            max_chunks: arguments.max_chunks,
            max_inputs: arguments.max_inputs,
            max_finished_jobs: arguments.max_finished_jobs,
            max_job_bytes: arguments.max_job_bytes,
            max_model_bytes: arguments.max_model_bytes,
            control: arguments.control,
            page: arguments.page,
            verbose: arguments.verbose,
        }
    }
}

fn print_ready(emulator: &Emulator) -> io::Result<()> {
    let mut line = serde_json::to_vec(&Ready {
        url: emulator.url(),
        base_url: emulator.base_url(),
        api_key: emulator.api_key(),
        restricted_key: emulator.restricted_key(),
        page_url: emulator.page_url(),
    })?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush()
}

fn failure(error: &io::Error, code: u8) -> ExitCode {
    report(error);
    ExitCode::from(code)
}

fn report(message: &dyn fmt::Display) {
    // If standard error is closed, the message is lost.
    let _ = writeln!(io::stderr(), "modzy-emulator: {message}");
}

/// Resolves when standard input ends. A separate thread reads it, since the runtime cannot cancel such a read.
async fn stdin_closed() {
    let (closed, wait) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        drop(closed);
    });
    let _ = wait.await;
}

/// The signals that end the program.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signal that ends the program.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn received(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
