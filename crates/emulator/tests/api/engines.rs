//! Engines: their numbers, their changes, and the hardware.

use std::time::Duration;

use modzy_emulator::Options;
use serde_json::{Value, json};

use crate::support::{FOREVER, MODEL, Server};

async fn server(engine_start: Duration) -> Server {
    Server::start(Options {
        submitted: FOREVER,
        engine_start,
        ..Options::default()
    })
    .await
}

async fn engine(server: &Server, route: &str) -> Value {
    let engines = server.get(&format!("/api/resources/processing/{route}")).await.json();
    let mut engines = engines.as_array().unwrap().iter();
    let engine = engines.find(|engine| engine["identifier"] == MODEL && engine["version"] == "1.0.1");
    engine.unwrap().clone()
}

fn processing(minimum: u32, maximum: u32) -> Value {
    json!({ "minimumParallelCapacity": minimum, "maximumParallelCapacity": maximum })
}

#[tokio::test]
async fn engines_start_and_stop_with_a_delay() {
    let server = server(Duration::from_millis(200)).await;
    let version = format!("/api/models/{MODEL}/versions/1.0.1");
    let patched = server
        .patch(&version, json!({ "processing": processing(3, 5) }))
        .await
        .json();
    assert_eq!(patched["processing"], processing(3, 5));
    let starting = engine(&server, "engines").await;
    assert_eq!((&starting["ready"], &starting["spinningUp"]), (&json!(1), &json!(2)));
    let details = engine(&server, "models").await;
    let ready: Vec<_> = details["engines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|engine| &engine["ready"])
        .collect();
    assert_eq!(ready, [true, false, false]);
    assert_eq!(
        server.get("/api/models/processing-engines").await.json(),
        json!({ "minimumProcessingEnginesSum": 29 })
    );
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(engine(&server, "engines").await["ready"], 3);
    let scaled = server
        .patch(&format!("{version}/processing"), processing(0, 1))
        .await
        .json();
    assert_eq!(scaled["processing"], processing(0, 1));
    let stopping = engine(&server, "engines").await;
    assert_eq!((&stopping["ready"], &stopping["spinningDown"]), (&json!(0), &json!(3)));
}

#[tokio::test]
async fn a_minimum_above_the_maximum_is_refused() {
    let server = server(Duration::ZERO).await;
    let version = format!("/api/models/{MODEL}/versions/1.0.1");
    for answer in [
        server.patch(&version, json!({ "processing": processing(2, 1) })).await,
        server
            .patch(
                &format!("{version}/processing"),
                json!({ "minimumParallelCapacity": 2 }),
            )
            .await,
    ] {
        let message = "minimumParallelCapacity must be at most maximumParallelCapacity";
        assert_eq!((answer.status, answer.message().as_str()), (400, message));
    }
}

#[tokio::test]
async fn the_details_of_engines_count_what_waits() {
    let server = server(Duration::ZERO).await;
    server.submit(&["a", "b"]).await;
    server.submit(&["c"]).await;
    let details = engine(&server, "models").await;
    assert_eq!(
        (&details["jobs"], &details["inputs"]),
        (&json!({ "queued": 2 }), &json!({ "queued": 3 }))
    );
    assert_eq!(
        details["modelDeploymentState"],
        json!({ "hasError": false, "ready": true, "beingMonitored": true })
    );
    assert_eq!(
        details["engines"][0]["conditions"][1],
        json!({ "type": "Ready", "status": "True" })
    );
    assert!(
        details["engines"][0]["name"]
            .as_str()
            .unwrap()
            .starts_with("model-batch-ed542963de-1-0-1-")
    );
}

#[tokio::test]
async fn the_hardware_has_amounts_with_units() {
    let server = server(Duration::ZERO).await;
    let hardware = server.get("/api/models/requirements/account").await.json();
    let ids: Vec<_> = hardware
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["requirementId"])
        .collect();
    assert_eq!(ids, [1, 2, 3, 4, -6, -99]);
    for item in hardware.as_array().unwrap() {
        assert!(item["cpuAmount"].as_str().unwrap().ends_with('m'), "{item}");
        let is_usable = item["memoryAmount"].as_str().unwrap().ends_with('G');
        assert_eq!(is_usable, item["status"] == "ACTIVE", "{item}");
    }
}
