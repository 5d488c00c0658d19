//! A process that is stopped repeatedly (`SIGSTOP`) while a server closes its idle sockets. Only a stop in the
//! microseconds between the check of a socket and the write may lose a submit.
#![cfg(unix)]

use std::{
    env, io,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::support::{
    builder,
    certificates::Authority,
    millis, options,
    server::{Stream, Then, Threaded, answer},
};

const TEST: &str = "slow::stops::stops_at_any_moment_lose_no_more_than_one_submit_in_twenty";

/// The root of the API, and the trusted certificate.
const ROOT: &str = "MODZY_CLIENT_TEST_ROOT";
const TRUSTED: &str = "MODZY_CLIENT_TEST_TRUSTED";

/// For longer runs: how many times the process is stopped, and for how many milliseconds at most.
const STOPS: &str = "MODZY_CLIENT_TEST_STOPS";
const LONGEST: &str = "MODZY_CLIENT_TEST_LONGEST_STOP";

fn number(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |value| value.parse().unwrap())
}

#[tokio::test]
async fn stops_at_any_moment_lose_no_more_than_one_submit_in_twenty() {
    if let Ok(root) = env::var(ROOT) {
        return submits(&root, &env::var(TRUSTED).unwrap()).await;
    }
    let authority = Authority::new();
    for tls in [None, Some(authority.server("127.0.0.1"))] {
        let is_tls = tls.is_some();
        let server = Threaded::limited(tls, usize::MAX, |_, socket: &mut dyn Stream| {
            socket.write_all(&answer(200, "", r#"{"jobIdentifier":"j"}"#))?;
            Ok(Then::Keep)
        });
        let root = if is_tls { server.https() } else { server.api() };
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", TEST, "--nocapture"])
            .env(ROOT, root)
            .env(TRUSTED, authority.pem())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while server.count() == 0 {
            thread::sleep(millis(5));
        }
        let stops = number(STOPS, 60);
        for _ in 0..stops {
            thread::sleep(Duration::from_micros(fastrand::u64(500..10_000)));
            signal("STOP", &child);
            let stopped = millis(fastrand::u64(20..=number(LONGEST, 60) as u64));
            // Meanwhile the server responds to requests in progress.
            thread::sleep(stopped.min(millis(15)));
            server.close_idle();
            thread::sleep(stopped.saturating_sub(millis(15)));
            signal("CONT", &child);
        }
        // The child ends when its input ends.
        let said = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout) + String::from_utf8_lossy(&said.stderr);
        let figures = said.lines().find_map(|line| line.strip_prefix("made and lost: "));
        let figures: Vec<usize> = figures
            .unwrap()
            .split(' ')
            .map(|figure| figure.parse().unwrap())
            .collect();
        let (made, lost, count) = (figures[0], figures[1], server.count());
        println!(
            "{made} submits by {} connections, {stops} stops, {lost} lost",
            server.connections()
        );
        assert!(
            (made - lost..=made).contains(&count),
            "{count} of {made} arrived, {lost} lost"
        );
        assert!(server.connections() > stops / 2, "{} connections", server.connections());
        // Before the check, 2 of 60 stops lost a submit, and 7 of 60 over TLS.
        assert!(lost <= stops / 20, "{lost} of {stops}: {said}");
    }
}

fn signal(name: &str, child: &Child) {
    let sent = Command::new("kill")
        .args([format!("-{name}"), child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Submits until the input ends.
async fn submits(root: &str, trusted: &str) {
    let has_ended = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&has_ended);
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        ended.store(true, Ordering::SeqCst);
    });
    let client = builder(root).ca([trusted]).unwrap().retries(0).build().unwrap();
    let (mut made, mut lost) = (0, 0);
    while !has_ended.load(Ordering::SeqCst) {
        let submitted = tokio::spawn({
            let client = client.clone();
            async move { client.submit_job("{}", &options()).await }
        });
        made += 1;
        if let Err(error) = submitted.await.unwrap() {
            lost += 1;
            println!("{error:?}");
        }
    }
    println!("made and lost: {made} {lost}");
}
