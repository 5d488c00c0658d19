//! Concurrent requests.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use modzy_emulator::{Fault, RequestState};

use crate::support::{DIGEST, FOREVER, Server, text_job};

#[tokio::test(flavor = "multi_thread")]
async fn none_of_hundreds_of_parallel_submits_and_reads_is_lost() {
    let server = Server::instant().await;
    let texts: Vec<_> = (0..300).map(|number| format!("text {number} is good")).collect();
    let runs = texts.iter().map(|text| async {
        let id = server.submit(&[text, text]).await;
        let details = server.get(&format!("/api/jobs/{id}")).await.json();
        let results = server.get(&format!("/api/results/{id}")).await.json();
        assert_eq!(
            (&details["status"], &details["completed"]),
            (&"COMPLETED".into(), &2.into())
        );
        assert_eq!(results["jobIdentifier"], id.as_str());
        assert_eq!(results["inputSize"], text.len() * 2);
        assert_eq!(results["results"].as_object().unwrap().len(), 2);
        id
    });
    let ids: HashSet<_> = join_all(runs).await.into_iter().collect();
    assert_eq!(ids.len(), 300);
    let requests = server.emulator.requests();
    assert_eq!(requests.len(), 900);
    assert!(requests.iter().all(|request| request.state == RequestState::Answered));
    assert!(requests.is_sorted_by_key(|request| request.received_at_ms));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_hits_exactly_as_many_parallel_requests_as_its_times() {
    let server = Server::instant().await;
    let fault = Fault {
        times: Some(50),
        skip: 25,
        status: Some(503),
        ..Fault::default()
    };
    server.emulator.fault(fault).unwrap();
    let reads = (0..200).map(|_| async { server.get("/api/models").await.status });
    let statuses = join_all(reads).await;
    assert_eq!(statuses.iter().filter(|status| **status == 503).count(), 50);
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_waiting_jobs_are_cheap() {
    let server = Server::timed(FOREVER, FOREVER).await;
    let body = text_job(&["good"]).to_string();
    for _ in 0..10 {
        let submits = (0..200).map(|_| async { server.post("/api/jobs", &body).await.status });
        assert!(join_all(submits).await.iter().all(|status| *status == 202));
    }
    let started = std::time::Instant::now();
    let id = server.submit(&["good"]).await;
    assert_eq!(server.status(&id).await, "SUBMITTED");
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(server.emulator.requests().len(), 2002);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_parallel_chunk_is_lost_or_torn() {
    let server = Server::instant().await;
    let id = server.open(DIGEST, "1.0.0").await;
    let (id, server) = (&id, &server);
    let chunks = (0..200_usize).map(|number| async move {
        let path = format!("{id}/{}/input", number % 10);
        assert_eq!(server.chunk(&path, &[b'x'; 1000]).await.status, 202);
    });
    join_all(chunks).await;
    let receipt = server.close(id).await.json();
    assert_eq!(
        (&receipt["totalInputs"], &receipt["inputByteAmount"]),
        (&10.into(), &200_000.into())
    );
    let results = server.get(&format!("/api/results/{id}")).await.json();
    for key in 0..10 {
        let digest = &results["results"][key.to_string()]["results.json"]["input"];
        assert_eq!(digest["bytes"], 20_000);
        assert_eq!(
            digest["sha256"],
            results["results"]["0"]["results.json"]["input"]["sha256"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_of_parallel_closes_and_cancels_succeeds() {
    let server = Server::timed(FOREVER, FOREVER).await;
    for _ in 0..20 {
        let id = server.open(DIGEST, "1.0.0").await;
        server.chunk(&format!("{id}/a/input"), b"x").await;
        let closes = join_all((0..5).map(|_| server.close(&id)));
        let path = format!("/api/jobs/{id}");
        let (closes, cancel) = tokio::join!(closes, server.delete(&path));
        let succeeded = closes.iter().filter(|answer| answer.status == 202).count();
        assert!(succeeded <= 1, "{succeeded}");
        assert_eq!(cancel.status, 202);
        assert_eq!(server.status(&id).await, "CANCELED");
    }
}
