//! Many requests at the same time.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use modzy_emulator::{Fault, RequestState};

use crate::support::{FOREVER, Server, text_job};

#[tokio::test(flavor = "multi_thread")]
async fn of_hundreds_of_parallel_submits_and_reads_none_is_lost() {
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
async fn a_fault_hits_exactly_as_many_parallel_requests_as_it_is_good_for() {
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
