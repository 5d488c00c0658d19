//! Helpers of the tests: clients with test clocks and random generators, and servers.

pub(crate) mod certificates;
pub(crate) mod clock;
#[cfg(target_os = "linux")]
pub(crate) mod disk;
pub(crate) mod folder;
pub(crate) mod gzip;
pub(crate) mod names;
#[cfg(target_os = "linux")]
pub(crate) mod namespace;
pub(crate) mod output;
pub(crate) mod proxy;
pub(crate) mod server;
pub(crate) mod upload;

use std::{
    collections::BTreeMap,
    error::Error as StdError,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use modzy_client::{
    Auth, BaseUrl, BodyFault, Client, ClientBuilder, ConnectionFault, Error, InputFault, RequestOptions, TextJob,
};
use modzy_emulator::{Emulator, Options};

use self::{
    certificates::Authority,
    clock::{Fixed, SkippingClock},
};

pub(crate) const KEY: &str = "publicPrefix.secretBodyOfTheKey";

/// How late a limit may be on a machine that runs other tests at the same time.
pub(crate) const TOLERANCE: Duration = Duration::from_secs(1);

pub(crate) type Texts = BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>;

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Returns the builder of a client of the API at this root, with real time and without randomness.
pub(crate) fn builder(api: &str) -> ClientBuilder {
    Client::builder(BaseUrl::api(api).unwrap(), Auth::api_key(KEY)).random(Arc::new(Fixed(0.5)))
}

/// Returns the builder of a client without TLS. It does not read the system's certificates, which is slow.
pub(crate) fn plain(api: &str) -> ClientBuilder {
    static PEM: LazyLock<String> = LazyLock::new(|| Authority::new().pem());
    builder(api).ca([PEM.as_str()]).unwrap()
}

/// Builds a client that records its pauses and skips them.
pub(crate) fn skipping(api: &str) -> (Client, Arc<SkippingClock>) {
    let clock = Arc::new(SkippingClock::default());
    let client = builder(api).clock(clock.clone()).build().unwrap();
    (client, clock)
}

pub(crate) fn options() -> RequestOptions {
    RequestOptions::default()
}

/// Starts an emulator whose jobs stay in each stage for this many milliseconds, and returns it with the builder of a
/// client.
pub(crate) async fn emulator(submitted: u64, in_progress: u64) -> (Emulator, ClientBuilder) {
    emulator_with(Options {
        submitted: millis(submitted),
        in_progress: millis(in_progress),
        ..Options::default()
    })
    .await
}

pub(crate) async fn emulator_with(options: Options) -> (Emulator, ClientBuilder) {
    let options = Options {
        api_key: Some(KEY.to_owned()),
        ..options
    };
    let emulator = Emulator::start(options).await.unwrap();
    let builder = builder(emulator.base_url());
    (emulator, builder)
}

pub(crate) fn text_job() -> TextJob<Texts> {
    let sources = [("my-input", [("input.txt", "What a lovely day!")].into())].into();
    TextJob::new("ed542963de", "1.0.1", sources)
}

/// Submits a text, and returns the identifier of the job.
pub(crate) async fn submit(client: &Client) -> String {
    let receipt = client.submit_job_text(&text_job(), &options()).await.unwrap();
    receipt.string_member("jobIdentifier").unwrap()
}

/// Waits until the condition holds, for at most a few seconds.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while !condition() {
        assert!(Instant::now() < deadline, "the condition never held");
        tokio::time::sleep(millis(2)).await;
    }
}

/// Formats an error and all its causes in every form that a log could print.
pub(crate) fn everything(error: &Error) -> String {
    let mut texts = Vec::new();
    let mut cause: Option<&dyn StdError> = Some(error);
    while let Some(error) = cause {
        texts.push(format!("{error}\n{error:?}"));
        cause = error.source();
    }
    texts.push(format!("{error:#?}"));
    texts.join("\n")
}

pub(crate) fn connection_fault(error: &Error) -> Option<ConnectionFault> {
    match error {
        Error::Connection { fault, .. } => Some(*fault),
        _ => None,
    }
}

pub(crate) fn input_fault(error: &Error) -> Option<InputFault> {
    match error {
        Error::Input { fault, .. } => Some(*fault),
        _ => None,
    }
}

pub(crate) fn body_fault(error: &Error) -> Option<BodyFault> {
    match error {
        Error::Response { fault, .. } => Some(*fault),
        _ => None,
    }
}

pub(crate) fn attempts(error: &Error) -> u32 {
    error.call().unwrap().attempts
}
