//! Results of jobs, complete and partial.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{FOREVER, MODEL, Server, job, text_job};

async fn results(server: &Server, id: &str) -> Value {
    let answer = server.get(&format!("/api/results/{id}")).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

fn predictions(output: &Value) -> Vec<(String, f64)> {
    let classes = output["classPredictions"].as_array().unwrap();
    classes
        .iter()
        .map(|class| {
            let name = class["class"].as_str().unwrap().to_owned();
            (name, class["score"].as_f64().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn results_are_the_outputs_of_the_model() {
    let server = Server::instant().await;
    let id = server.submit(&["I love it, great!", "I hate it, terrible!", ""]).await;
    let results = results(&server, &id).await;
    for (member, value) in [
        ("jobIdentifier", json!(id)),
        ("total", json!(3)),
        ("completed", json!(3)),
        ("failed", json!(0)),
        ("finished", json!(true)),
        ("explained", json!(false)),
        ("inputSize", json!(37)),
    ] {
        assert_eq!(results[member], value, "{member}");
    }
    assert!(results.get("failures").is_none());
    for (key, best) in [("0", "positive"), ("1", "negative"), ("2", "neutral")] {
        let input = &results["results"][key];
        assert_eq!(input["status"], "SUCCESSFUL");
        assert_eq!(input["voting"], json!({ "up": 0, "down": 0 }));
        assert!(input["engine"].is_string() && input["startTime"].is_string());
        let data = &input["results.json"]["data"];
        assert_eq!((&data["explanation"], &data["drift"]), (&Value::Null, &Value::Null));
        let predictions = predictions(&data["result"]);
        assert_eq!(predictions.len(), 3);
        assert_eq!(predictions[0].0, best);
        assert!(predictions.is_sorted_by(|first, second| first.1 >= second.1));
        let total: f64 = predictions.iter().map(|(_, score)| score).sum();
        assert!((total - 1.0).abs() < 0.001, "{total}");
    }
}

#[tokio::test]
async fn the_older_version_has_flat_results() {
    let server = Server::instant().await;
    let mut body = text_job(&["I love it, great!"]);
    body["model"]["version"] = json!("0.0.27");
    let receipt = server.post("/api/jobs", body).await.json();
    let results = results(&server, receipt["jobIdentifier"].as_str().unwrap()).await;
    let output = &results["results"]["0"]["results.json"];
    assert_eq!(output["modelType"], "textClassification");
    assert_eq!(output["explanation"], Value::Null);
    assert_eq!(predictions(&output["result"])[0].0, "positive");
    assert!(output.get("data").is_none());
}

#[tokio::test]
async fn results_are_partial_while_the_job_runs() {
    let server = Server::timed(Duration::from_millis(150), Duration::from_millis(400)).await;
    let id = server.submit(&["good"; 4]).await;
    let early = results(&server, &id).await;
    assert_eq!((&early["finished"], &early["completed"]), (&json!(false), &json!(0)));
    assert!(early.get("results").is_none() && early.get("failures").is_none());
    let mut partial = false;
    loop {
        let results = results(&server, &id).await;
        let completed = results["completed"].as_u64().unwrap();
        let shown = results["results"].as_object().map_or(0, serde_json::Map::len);
        assert_eq!(completed, shown as u64);
        if results["finished"] == true {
            assert_eq!((completed, &results["elapsedTime"]), (4, &json!(550)));
            assert_eq!(results["totalModelLatency"], 400.0);
            assert_eq!(results["averageModelLatency"], 100.0);
            break;
        }
        partial |= completed > 0;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(partial);
}

#[tokio::test]
async fn an_input_without_the_models_input_fails_alone() {
    let server = Server::instant().await;
    let sources = json!({ "good": { "input.txt": "x" }, "bad": { "text": "x" }, "empty": {} });
    let body = job(&json!({ "type": "text", "sources": sources }));
    let receipt = server.post("/api/jobs", body).await.json();
    let id = receipt["jobIdentifier"].as_str().unwrap();
    let results = results(&server, id).await;
    assert_eq!((&results["completed"], &results["failed"]), (&json!(1), &json!(2)));
    assert_eq!(
        results["results"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["good"]
    );
    for key in ["bad", "empty"] {
        let failure = &results["failures"][key];
        assert_eq!(failure["status"], "FAILED");
        assert_eq!(failure["error"], "the model input input.txt is missing");
        assert!(failure.get("results.json").is_none());
    }
    let details = server.get(&format!("/api/jobs/{id}")).await.json();
    assert_eq!(details["status"], "COMPLETED");
    assert_eq!((&details["completed"], &details["failed"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn results_are_absent_when_every_input_failed() {
    let server = Server::instant().await;
    let body = job(&json!({ "type": "text", "sources": { "a": {} } }));
    let receipt = server.post("/api/jobs", body).await.json();
    let results = results(&server, receipt["jobIdentifier"].as_str().unwrap()).await;
    assert!(results.get("results").is_none());
    assert_eq!(results["failures"].as_object().unwrap().len(), 1);
    assert_eq!((&results["completed"], &results["finished"]), (&json!(0), &json!(true)));
}

#[tokio::test]
async fn a_canceled_job_is_finished_and_keeps_the_results_so_far() {
    let server = Server::timed(Duration::ZERO, FOREVER).await;
    let id = server.submit(&["good"; 2]).await;
    server.delete(&format!("/api/jobs/{id}")).await;
    let results = results(&server, &id).await;
    assert_eq!((&results["finished"], &results["completed"]), (&json!(true), &json!(0)));
}

#[tokio::test]
async fn results_keep_the_keys_and_the_order_of_the_inputs() {
    let server = Server::instant().await;
    let body = format!(
        r#"{{"model":{{"identifier":"{MODEL}","version":"1.0.1"}},"input":{{"type":"text","sources":
        {{"z/?#% ü":{{"input.txt":"1"}},"a":{{"input.txt":"2"}},"":{{"input.txt":"3"}}}}}}}}"#
    );
    let receipt = server.post("/api/jobs", body).await.json();
    let keys = json!(["z/?#% ü", "a", ""]);
    assert_eq!(receipt["jobInputs"]["identifier"], keys);
    let path = format!("/api/results/{}", receipt["jobIdentifier"].as_str().unwrap());
    let text = String::from_utf8(server.get(&path).await.body.to_vec()).unwrap();
    let places = ["\"z/?#% ü\":{", "\"a\":{", "\"\":{"].map(|key| text.find(key).unwrap());
    assert!(places.is_sorted(), "{places:?}");
}

#[tokio::test]
async fn a_long_text_does_not_block_other_requests() {
    let server = Server::instant().await;
    let text = "what a good and happy day but not without trouble ".repeat(10_000);
    let id = server.submit(&[&text]).await;
    let path = format!("/api/results/{id}");
    let long = async {
        let answer = server.get(&path).await;
        (answer.json()["completed"].clone(), Instant::now())
    };
    let short = async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(server.get("/api/models").await.status, 200);
        Instant::now()
    };
    let ((completed, long_ended), short_ended) = tokio::join!(long, short);
    assert_eq!(completed, 1);
    assert!(short_ended < long_ended);
}

#[tokio::test]
async fn a_job_with_explain_is_explained_if_its_model_can() {
    let server = Server::instant().await;
    for (model, version, explain, explained) in [
        (MODEL, "1.0.1", true, true),
        (MODEL, "1.0.1", false, false),
        ("upp3rc4s3x", "0.1.0", true, false),
    ] {
        let body = json!({
            "model": { "identifier": model, "version": version },
            "explain": explain,
            "input": { "type": "text", "sources": { "one": { "input.txt": "What a horrible day" } } },
        });
        let receipt = server.post("/api/jobs", body).await.json();
        let results = format!("/api/results/{}", receipt["jobIdentifier"].as_str().unwrap());
        let results = server.get(&results).await.json();
        assert_eq!(results["explained"], explained, "{model} {explain}");
        let words = &results["results"]["one"]["results.json"]["data"]["explanation"]["wordImportances"];
        assert_eq!(words.is_array(), explained, "{model} {explain}");
        if explained {
            assert_eq!(words[0]["word"], "horrible");
            assert!(words[0]["score"].as_f64().unwrap() < 0.0);
        }
    }
}
