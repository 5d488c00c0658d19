//! Every method of the client follows the rules of its class. Only reads repeat a 500. Writes, too, repeat a 503 with
//! `Retry-After`.

mod arguments;
mod reads;
mod waits;
mod writes;

use std::{collections::BTreeSet, fs, path::Path, pin::Pin, sync::Arc};

use modzy_client::Client;

use self::{
    reads::{other_reads, reads_of_jobs, reads_of_models},
    waits::waits,
    writes::{deployments, steps, writes},
};
use crate::support::{
    clock::SkippingClock,
    plain,
    server::{Reply, Server, answer, ok},
};

/// How often a request is made under the two faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Three times under both.
    Read,
    /// Once under the 500, and three times under the 503.
    Write,
    /// Three times under the 500, and for five seconds under the 503.
    Cancellation,
    /// Until `maxOutage` is over.
    Poll,
}

struct Method {
    name: &'static str,
    rule: Rule,
    /// The beginning of the request that meets the fault.
    line: &'static str,
    call: fn(Client) -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

macro_rules! method {
    ($rule:ident, $line:literal, $method:ident($($argument:expr),* $(,)?)) => {
        Method {
            name: stringify!($method),
            rule: Rule::$rule,
            line: $line,
            call: |client| {
                Box::pin(async move {
                    // Other tests assert the result.
                    let _ = client.$method($($argument),*).await;
                })
            },
        }
    };
}

use method;

fn all() -> Vec<Method> {
    [
        reads_of_jobs(),
        reads_of_models(),
        other_reads(),
        writes(),
        steps(),
        deployments(),
        waits(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns how often the request is made if every one gets this reply.
async fn requests(method: &Method, fault: Reply) -> usize {
    let begins = method.line;
    let is_met = move |line: &str| {
        let rest = line.strip_prefix(begins);
        // The path must match to its end, unless the beginning ends in `/` or `?`.
        rest.is_some_and(|rest| rest.is_empty() || begins.ends_with(['/', '?']))
    };
    let server = Server::start(move |request, _| {
        if is_met(request.line()) {
            fault.clone()
        } else {
            ok(r#"{"jobIdentifier":"j","status":"COMPLETED","identifier":"m","version":"v","percentage":100,"result":{}}"#)
        }
    })
    .await;
    let clock = Arc::new(SkippingClock::default());
    let client = plain(&server.api()).clock(clock).build().unwrap();
    (method.call)(client).await;
    server.lines().iter().filter(|line| is_met(line)).count()
}

#[tokio::test]
async fn every_method_follows_the_rules_of_its_class() {
    for method in &all() {
        let of_500 = requests(method, Reply::Keep(answer(500, "", ""))).await;
        let of_503 = requests(method, Reply::Keep(answer(503, "retry-after: 0\r\n", ""))).await;
        let seen = match (of_500, of_503) {
            (3, 3) => Some(Rule::Read),
            (1, 3) => Some(Rule::Write),
            (3, 8) => Some(Rule::Cancellation),
            (20.., 20..) => Some(Rule::Poll),
            _ => None,
        };
        assert_eq!(
            seen,
            Some(method.rule),
            "{}: {of_500} and {of_503} requests",
            method.name
        );
    }
}

#[test]
fn every_public_method_is_tested() {
    let mut entries = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut public = BTreeSet::new();
    while let Some(entry) = entries.pop() {
        if entry.is_dir() {
            entries.extend(fs::read_dir(entry).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(entry).unwrap();
        let asynchronous = text.split("pub async fn ").skip(1);
        // Methods that do work before they are polled.
        let futures = text.split("pub fn ").skip(1).filter(|rest| {
            let signature = rest.split('{').next().unwrap();
            signature.contains("-> impl Future")
        });
        for rest in asynchronous.chain(futures) {
            let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            public.insert(name.to_owned());
        }
    }
    // Reads from what `open_output` or `stream_results` opened.
    public.remove("next");
    // These two send nothing.
    public.remove("path_to_data_uri");
    public.remove("cancel_grace");
    public.remove("source_idle");
    public.remove("from_file");
    // They work on a file. The searches for lost jobs are in `journal`.
    public.remove("open_journal");
    public.remove("take");
    let tested: BTreeSet<_> = all().iter().map(|method| method.name.to_owned()).collect();
    assert!(tested.len() > 30);
    assert_eq!(tested, public);
}
