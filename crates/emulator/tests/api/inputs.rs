//! The input types other than text.

use serde_json::{Value, json};

use crate::support::{DIGEST, Server};

const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn digest_job(input: &Value) -> Value {
    json!({ "model": { "identifier": DIGEST, "version": "1.0.0" }, "input": input })
}

/// Returns a valid submit of each type that refers to external storage.
fn elsewhere() -> [Value; 5] {
    let objects =
        json!({ "a": { "input": { "bucket": "B", "key": "K" } }, "b": { "input": { "bucket": "B", "key": "L" } } });
    let blobs = json!({ "a": { "input": { "container": "C", "filePath": "F" } } });
    [
        json!({ "type": "aws-s3", "accessKeyID": "s3cret", "secretAccessKey": "s3cret", "region": "r", "sources": objects }),
        json!({ "type": "aws-s3-folder", "accessKeyID": "s3cret", "secretAccessKey": "s3cret", "region": "r", "sources": objects }),
        json!({ "type": "azureblob", "storageAccount": "s3cret", "storageAccountKey": "s3cret", "sources": blobs }),
        json!({
            "type": "storage-grid", "accessKeyID": "s3cret", "secretAccessKey": "s3cret",
            "endpoint": "https://s3cret.example", "sources": objects,
        }),
        json!({ "type": "jdbc", "url": "jdbc:s3cret", "username": "s3cret", "password": "s3cret", "driver": "d", "query": "s3cret" }),
    ]
}

async fn results(server: &Server, body: &Value) -> Value {
    let answer = server.post("/api/jobs", body).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    let id = answer.json()["jobIdentifier"].as_str().unwrap().to_owned();
    server.get(&format!("/api/results/{id}")).await.json()
}

#[tokio::test]
async fn embedded_files_are_digested() {
    let server = Server::instant().await;
    let sources = json!({
        "a": { "input": "data:text/plain;base64,aGVsbG8=" },
        "b": { "input": "data:image/jpg;charset=utf-8;base64,", "extra": "data:;base64,aGVsbG8=" },
        "c": { "extra": "data:;base64,aGVsbG8=" },
    });
    let results = results(&server, &digest_job(&json!({ "type": "embedded", "sources": sources }))).await;
    assert_eq!(results["inputSize"], 15);
    assert_eq!(
        results["results"]["a"]["results.json"],
        json!({ "input": { "bytes": 5, "sha256": HELLO } })
    );
    assert_eq!(
        results["results"]["b"]["results.json"],
        json!({ "input": { "bytes": 0, "sha256": NOTHING }, "extra": { "bytes": 5, "sha256": HELLO } })
    );
    assert_eq!(results["failures"]["c"]["error"], "the model input input is missing");
}

#[tokio::test]
async fn an_embedded_text_is_accepted_by_a_text_model() {
    let server = Server::instant().await;
    let sources = json!({ "a": { "input.txt": "data:text/plain;base64,SSBsb3ZlIGl0IQ==" } });
    let body = crate::support::job(&json!({ "type": "embedded", "sources": sources }));
    let results = results(&server, &body).await;
    let predictions = &results["results"]["a"]["results.json"]["data"]["result"]["classPredictions"];
    assert_eq!(predictions[0]["class"], "positive");
}

#[tokio::test]
async fn an_invalid_data_uri_is_refused_without_its_value() {
    let server = Server::instant().await;
    for leaf in [
        json!("s3cret"),
        json!("data:text/plain,s3cret"),
        json!("data:;base64,s3cret*"),
    ] {
        let sources = json!({ "a": { "input": leaf } });
        let answer = server
            .post(
                "/api/jobs",
                digest_job(&json!({ "type": "embedded", "sources": sources })),
            )
            .await;
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.message(),
            "input.sources.a.input must be a data URI with base64 content"
        );
    }
}

#[tokio::test]
async fn a_file_of_many_chunks_and_parts_keeps_its_digest() {
    let server = Server::instant().await;
    let id = server.open(DIGEST, "1.1.0").await;
    for _ in 0..3 {
        assert_eq!(
            server
                .chunk(&format!("{id}/a/input"), &vec![0xff; 1 << 20])
                .await
                .status,
            202
        );
    }
    for chunk in ["hel", "lo"] {
        server.chunk(&format!("{id}/a/extra"), chunk.as_bytes()).await;
    }
    server.close(&id).await;
    let results = server.get(&format!("/api/results/{id}")).await.json();
    let output = &results["results"]["a"]["results.json"];
    assert_eq!(output["extra"], json!({ "bytes": 5, "sha256": HELLO }));
    assert_eq!(output["input"]["bytes"], 3 << 20);
    assert_eq!(
        output["input"]["sha256"],
        "908b6cfc9aef496dd5ab5c5540d80c6383ed6e92f86044574c996315381bc064"
    );
}

#[tokio::test]
async fn external_inputs_run_on_fixed_substitutes() {
    let server = Server::instant().await;
    for (input, keys) in elsewhere().iter().zip([
        &["a", "b"][..],
        &["a-1", "a-2", "a-3", "b-1", "b-2", "b-3"],
        &["a"],
        &["a", "b"],
        &["row1-1", "row1-2", "row1-3"],
    ]) {
        let first = results(&server, &digest_job(input)).await;
        let digests = |results: &Value| -> Vec<(String, Value)> {
            let results = results["results"].as_object().unwrap().iter();
            results
                .map(|(key, result)| (key.clone(), result["results.json"].clone()))
                .collect()
        };
        let first = digests(&first);
        assert_eq!(first.iter().map(|(key, _)| key).collect::<Vec<_>>(), keys, "{input}");
        assert!(
            first
                .iter()
                .all(|(_, digest)| digest["input"]["bytes"].as_u64().unwrap() > 10)
        );
        assert_eq!(digests(&results(&server, &digest_job(input)).await), first);
        let mut distinct: Vec<_> = first.iter().map(|(_, digest)| digest["input"].to_string()).collect();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), keys.len(), "{input}");
    }
}

#[tokio::test]
async fn each_member_of_an_input_is_required_and_is_named_without_its_value() {
    let server = Server::instant().await;
    for input in elsewhere() {
        for name in input.as_object().unwrap().keys() {
            let what = if name == "sources" { "a JSON object" } else { "a string" };
            let mut missing = input.clone();
            missing.as_object_mut().unwrap().remove(name);
            let mut wrong = input.clone();
            wrong[name] = json!(["s3cret"]);
            for (body, message) in [
                (missing, format!("input.{name} is missing")),
                (wrong, format!("input.{name} must be {what}")),
            ] {
                let answer = server.post("/api/jobs", digest_job(&body)).await;
                assert_eq!((answer.status, answer.message()), (400, message), "{body}");
            }
        }
        let Some(sources) = input.get("sources") else {
            continue;
        };
        for name in sources["a"]["input"].as_object().unwrap().keys() {
            let mut body = input.clone();
            body["sources"]["a"]["input"][name] = json!(5);
            let answer = server.post("/api/jobs", digest_job(&body)).await;
            assert_eq!(
                (answer.status, answer.message()),
                (400, format!("input.sources.a.input.{name} must be a string"))
            );
            body["sources"]["a"]["input"].as_object_mut().unwrap().remove(name);
            let answer = server.post("/api/jobs", digest_job(&body)).await;
            assert_eq!(
                (answer.status, answer.message()),
                (400, format!("input.sources.a.input.{name} is missing"))
            );
        }
        let mut body = input.clone();
        body["sources"] = json!({});
        let answer = server.post("/api/jobs", digest_job(&body)).await;
        assert_eq!(answer.message(), "input.sources must have at least one input");
    }
}

#[tokio::test]
async fn an_endpoint_must_be_a_full_url() {
    let server = Server::instant().await;
    let [.., mut grid, _] = elsewhere();
    for endpoint in ["s3cret.example", "/s3cret", "ftp://s3cret.example", ""] {
        grid["endpoint"] = json!(endpoint);
        let answer = server.post("/api/jobs", digest_job(&grid)).await;
        assert_eq!(
            (answer.status, answer.message().as_str()),
            (400, "input.endpoint must be a full URL")
        );
    }
}

#[tokio::test]
async fn the_sample_of_a_model_that_reads_files_is_embedded() {
    let server = Server::instant().await;
    let path = format!("/api/models/{DIGEST}/versions/1.1.0");
    let sample = server.get(&format!("{path}/sample-input")).await.json();
    assert_eq!(sample["input"]["type"], "embedded");
    let output = server.get(&format!("{path}/sample-output")).await.json();
    let results = results(&server, &sample).await;
    assert_eq!(
        output["results"]["sample"]["results.json"]["input"],
        json!({ "bytes": 5, "sha256": HELLO })
    );
    assert_eq!(
        output["results"]["sample"]["results.json"],
        results["results"]["sample"]["results.json"]
    );
}
