//! The results of one input, and the bytes of one output.

use axum::http::Method;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::support::{Answer, FOREVER, Server, text_job};

const TONES: &str = "t3xtt0t0n3";

/// Runs a job that turns texts into tones, by input key.
async fn tones(server: &Server, texts: &Value) -> String {
    let sources = texts.as_object().unwrap().iter();
    let sources: Value = sources
        .map(|(key, text)| (key.clone(), json!({ "input.txt": text })))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let body = json!({
        "model": { "identifier": TONES, "version": "1.1.0" },
        "input": { "type": "text", "sources": sources },
    });
    server.post("/api/jobs", body).await.json()["jobIdentifier"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    let key = format!("ApiKey {}", server.emulator.api_key());
    let mut all = vec![("authorization", key.as_str())];
    all.extend(headers);
    server.send_with(&all, Method::GET, path, Bytes::new()).await.unwrap()
}

#[tokio::test]
async fn a_binary_output_is_referenced_by_its_url() {
    let server = Server::instant().await;
    let id = tones(
        &server,
        &json!({ "a/b?#% ü": "do re", "datasource": "do", "bad": "x".repeat(20_001) }),
    )
    .await;
    let results = server.get(&format!("/api/results/{id}")).await.json();
    assert_eq!(
        results["failures"]["bad"]["error"],
        "the text has 20001 characters, and at most 20000 are played"
    );
    let url = results["results"]["a/b?#% ü"]["results.wav"].as_str().unwrap();
    let base = server.emulator.base_url();
    assert_eq!(
        url,
        format!("{base}/results/{id}/a%2Fb%3F%23%25%20%C3%BC/results.wav\n")
    );
    for (key, tones) in [("a/b?#% ü", 5), ("datasource", 2)] {
        let result = &results["results"][key];
        assert_eq!(
            result["results.json"],
            json!({ "tones": tones, "milliseconds": tones * 50 })
        );
        let url = result["results.wav"].as_str().unwrap();
        let path = url.trim_end().strip_prefix(server.emulator.url()).unwrap();
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["content-type"], "audio/wav");
        assert_eq!(answer.headers["accept-ranges"], "bytes");
        assert_eq!(answer.body.len(), 44 + tones * 800);
        assert!(answer.body.starts_with(b"RIFF"));
    }
}

#[tokio::test]
async fn both_forms_of_the_route_give_the_same_bytes_of_any_output() {
    let server = Server::instant().await;
    let id = tones(&server, &json!({ "a b": "do" })).await;
    for (output, media_type) in [("results.wav", "audio/wav"), ("results.json", "application/json")] {
        let short = server.get(&format!("/api/results/{id}/a%20b/{output}")).await;
        let long = server
            .get(&format!("/api/results/{id}/datasource/a%20b/output/{output}"))
            .await;
        assert_eq!((short.status, long.status), (200, 200));
        assert_eq!(short.body, long.body);
        assert_eq!(short.headers["etag"], long.headers["etag"]);
        assert_eq!(short.headers["content-type"], media_type);
    }
    let json = server
        .get(&format!("/api/results/{id}/a%20b/results.json"))
        .await
        .json();
    assert_eq!(json, json!({ "tones": 2, "milliseconds": 100 }));
}

#[tokio::test]
async fn unknown_inputs_and_outputs_are_404() {
    let server = Server::instant().await;
    let id = tones(&server, &json!({ "a": "do", "bad": "x".repeat(20_001) })).await;
    for (path, message) in [
        (
            format!("{id}/nope/results.wav"),
            format!("the job {id} has no result for the input nope"),
        ),
        (
            format!("{id}/datasource/nope"),
            format!("the job {id} has no result for the input nope"),
        ),
        (
            format!("{id}/a/nope"),
            format!("the input a of the job {id} has no output nope"),
        ),
        (
            format!("{id}/bad/results.wav"),
            format!("the input bad of the job {id} has no output results.wav"),
        ),
        (
            "nope/a/results.wav".to_owned(),
            "the job nope does not exist".to_owned(),
        ),
        ("nope/datasource/a".to_owned(), "the job nope does not exist".to_owned()),
        (format!("{id}/a"), "no such route".to_owned()),
    ] {
        let answer = server.get(&format!("/api/results/{path}")).await;
        assert_eq!((answer.status, answer.message()), (404, message), "{path}");
    }
    let server = Server::timed(FOREVER, FOREVER).await;
    let id = server.post("/api/jobs", text_job(&["x"])).await.json()["jobIdentifier"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = server.get(&format!("/api/results/{id}/0/results.json")).await;
    assert_eq!(
        (answer.status, answer.message()),
        (404, format!("the job {id} has no result for the input 0"))
    );
}

#[tokio::test]
async fn a_range_gives_a_part_of_the_output() {
    let server = Server::instant().await;
    let id = tones(&server, &json!({ "a": "do" })).await;
    let path = format!("/api/results/{id}/a/results.wav");
    let whole = server.get(&path).await.body;
    assert_eq!(whole.len(), 1644);
    for (range, part) in [
        ("bytes=0-99", 0..100),
        ("bytes=1600-", 1600..1644),
        ("bytes=-4", 1640..1644),
        ("bytes=1600-9999", 1600..1644),
    ] {
        let answer = get(&server, &path, &[("range", range)]).await;
        assert_eq!(
            (answer.status, &answer.body[..]),
            (206, &whole[part.clone()]),
            "{range}"
        );
        let content_range = format!("bytes {}-{}/1644", part.start, part.end - 1);
        assert_eq!(answer.headers["content-range"], content_range);
        assert_eq!(answer.headers["content-type"], "audio/wav");
    }
    let outside = get(&server, &path, &[("range", "bytes=1644-")]).await;
    assert_eq!(
        (outside.status, outside.message().as_str()),
        (416, "the range is outside of the output")
    );
    assert_eq!(outside.headers["content-range"], "bytes */1644");
    for range in ["bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "nonsense"] {
        let answer = get(&server, &path, &[("range", range)]).await;
        assert_eq!((answer.status, answer.body.len()), (200, 1644), "{range}");
    }
}

#[tokio::test]
async fn an_output_is_not_sent_again_to_a_client_with_its_etag() {
    let server = Server::instant().await;
    let id = tones(&server, &json!({ "a": "do", "b": "re" })).await;
    let path = format!("/api/results/{id}/a/results.wav");
    let etag = server.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
    let other = server.get(&format!("/api/results/{id}/b/results.wav")).await;
    assert_ne!(other.headers["etag"], etag.as_str());
    for known in [etag.clone(), format!("\"x\", {etag}"), "*".to_owned()] {
        let answer = get(&server, &path, &[("if-none-match", &known)]).await;
        assert_eq!((answer.status, answer.body.len()), (304, 0));
        assert_eq!(answer.headers["etag"], etag.as_str());
    }
    assert_eq!(get(&server, &path, &[("if-none-match", "\"x\"")]).await.status, 200);
    for (validator, status) in [(etag.as_str(), 206), ("\"x\"", 200)] {
        let answer = get(&server, &path, &[("if-range", validator), ("range", "bytes=0-3")]).await;
        assert_eq!(answer.status, status);
    }
}

/// Runs a job of the Generator with these texts.
async fn generated(server: &Server, inputs: &[&str]) -> String {
    let sources = inputs.iter().enumerate();
    let sources: serde_json::Map<_, _> = sources
        .map(|(key, sizes)| (key.to_string(), json!({ "input.txt": sizes })))
        .collect();
    let body = json!({
        "model": { "identifier": "g3n3r4t0r1", "version": "1.0.0" },
        "input": { "type": "text", "sources": sources },
    });
    let receipt = server.post("/api/jobs", body).await.json();
    receipt["jobIdentifier"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn results_have_the_requested_sizes() {
    let server = Server::instant().await;
    let id = generated(&server, &[r#"{"json": 300000}"#, r#"{"json": 56}"#, r#"{"json": 1}"#]).await;
    let answer = server.get(&format!("/api/results/{id}")).await;
    assert_eq!(answer.headers.get("content-length"), None);
    assert_eq!(answer.headers["content-type"], "application/json");
    let results = answer.json();
    for (key, size) in [("0", 300_000), ("1", 56)] {
        assert_eq!(results["results"][key]["results.json"].to_string().len(), size);
    }
    assert_eq!(results["failures"]["2"]["status"], "FAILED");
    let result = server.get(&format!("/api/results/{id}/datasource/0")).await;
    assert_eq!(
        result.json()["result"]["results.json"],
        results["results"]["0"]["results.json"]
    );
    let output = server.get(&format!("/api/results/{id}/0/results.json")).await;
    assert_eq!(output.body.len(), 300_000);
    let small = generated(&server, &[r#"{"json": 56}"#]).await;
    let answer = server.get(&format!("/api/results/{small}")).await;
    assert!(answer.headers.contains_key("content-length"));
}

#[tokio::test]
async fn generated_bytes_are_the_same_in_every_range() {
    let server = Server::instant().await;
    let id = generated(&server, &[r#"{"binary": 200000}"#]).await;
    let results = server.get(&format!("/api/results/{id}")).await.json();
    assert!(
        results["results"]["0"]["results.bin"]
            .as_str()
            .unwrap()
            .ends_with("/0/results.bin\n")
    );
    let path = format!("/api/results/{id}/0/results.bin");
    let whole = server.get(&path).await;
    assert_eq!((whole.status, whole.body.len()), (200, 200_000));
    assert_eq!(whole.headers["content-length"], "200000");
    assert_ne!(whole.body[..65_536], whole.body[65_536..131_072]);
    let part = get(&server, &path, &[("range", "bytes=65000-131999")]).await;
    assert_eq!((part.status, part.body), (206, whole.body.slice(65_000..132_000)));
}
