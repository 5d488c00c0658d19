//! Lookups of host names: how many, and how long.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use modzy_client::{Lookup, Phase, Resolver};
use tokio::task::JoinSet;

use crate::support::{millis, options, plain, server::Server, until};

/// A resolver whose lookups never end. Counts all lookups, and those in progress.
#[derive(Debug, Default)]
struct Silent {
    lookups: AtomicUsize,
    in_progress: Arc<AtomicUsize>,
}

struct InProgress(Arc<AtomicUsize>);

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Silent {
    fn counts(&self) -> (usize, usize) {
        (
            self.lookups.load(Ordering::SeqCst),
            self.in_progress.load(Ordering::SeqCst),
        )
    }
}

impl Resolver for Silent {
    fn resolve(&self, _: &str) -> Lookup {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        self.in_progress.fetch_add(1, Ordering::SeqCst);
        let in_progress = InProgress(Arc::clone(&self.in_progress));
        Box::pin(async move {
            pending::<()>().await;
            drop(in_progress);
            Ok(Vec::new())
        })
    }
}

#[tokio::test]
async fn all_callers_share_one_lookup_which_is_dropped_with_the_last_of_them() {
    let names = Arc::new(Silent::default());
    let client = plain("http://modzy.example/api")
        .max_sockets(1000)
        .resolver(names.clone());
    let client = client.build().unwrap();
    // It starts first, so that it has joined once all the others can have.
    let last = {
        let client = client.clone();
        tokio::spawn(async move { client.get_job("j", &options()).await })
    };
    let mut calls = JoinSet::new();
    for _ in 0..1000 {
        let client = client.clone();
        calls.spawn(async move { client.get_job("j", &options()).await });
    }
    until(|| names.counts().0 > 0).await;
    tokio::time::sleep(millis(50)).await;
    assert_eq!(names.counts(), (1, 1));
    calls.shutdown().await;
    assert_eq!(names.counts(), (1, 1), "one caller still waits");
    last.abort();
    until(|| names.counts() == (1, 0)).await;
}

#[tokio::test]
async fn a_silent_lookup_ends_by_the_connect_timeout_and_is_dropped() {
    let names = Arc::new(Silent::default());
    let client = plain("http://modzy.example/api").resolver(names.clone()).retries(0);
    let client = client.connect_timeout(millis(100)).build().unwrap();
    let error = client.submit_job("{}", &options()).await.unwrap_err();
    assert_eq!(error.phase(), Some(Phase::Dns), "{error:?}");
    assert_eq!(names.counts(), (1, 0));
}

#[tokio::test]
async fn addresses_are_not_kept_for_later_connections() {
    use crate::support::{
        names::Listed,
        server::{Reply, answer},
    };
    let server = Server::always(Reply::Close(answer(200, "connection: close\r\n", "{}"))).await;
    let names = Listed::new(&["127.0.0.1"]);
    let root = format!("http://modzy.example:{}/api", server.address().port());
    let client = plain(&root).resolver(names.clone()).build().unwrap();
    for asked in 1..=3 {
        client.get_account("a", &options()).await.unwrap();
        assert_eq!(names.asked(), asked);
    }
}

#[tokio::test]
async fn the_system_resolver_finds_known_names_and_no_others() {
    use modzy_client::SystemResolver;
    let found = SystemResolver.resolve("localhost").await.unwrap();
    assert!(
        found.iter().all(|address| address.ip().is_loopback()) && !found.is_empty(),
        "{found:?}"
    );
    let mut look_ups = JoinSet::new();
    for _ in 0..100 {
        look_ups.spawn(SystemResolver.resolve("does-not-exist.invalid"));
    }
    while let Some(found) = look_ups.join_next().await {
        let error = found.unwrap().unwrap_err();
        assert!(!error.to_string().is_empty());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_system_resolver_keeps_the_scope_of_a_link_local_address() {
    use std::net::SocketAddr;

    use modzy_client::SystemResolver;
    let index = std::fs::read_to_string("/sys/class/net/lo/ifindex").unwrap();
    let found = SystemResolver.resolve("fe80::1%lo").await.unwrap();
    let scopes = found.iter().map(|address| match address {
        SocketAddr::V6(address) => address.scope_id().to_string(),
        SocketAddr::V4(_) => String::new(),
    });
    assert_eq!(scopes.collect::<Vec<_>>(), [index.trim()]);
}
