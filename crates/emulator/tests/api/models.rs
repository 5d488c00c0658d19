//! The routes of models.

use serde_json::{Value, json};

use crate::support::{MODEL, Server};

async fn get(path: &str) -> Value {
    let server = Server::instant().await;
    let answer = server.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.json()
}

#[tokio::test]
async fn the_list_has_identifiers_and_versions() {
    let item =
        json!({ "modelId": MODEL, "latestVersion": "1.0.27", "versions": ["0.0.28", "1.0.1", "1.0.27", "0.0.27"] });
    assert_eq!(get("/api/models").await[0], item);
}

#[tokio::test]
async fn a_model_has_its_details() {
    let model = get(&format!("/api/models/{MODEL}")).await;
    assert_eq!(model["modelId"], MODEL);
    assert_eq!(model["name"], "Sentiment Analysis");
    assert_eq!(model["latestVersion"], "1.0.27");
    assert_eq!(model["latestActiveVersion"], "1.0.1");
    assert_eq!(model["visibility"], json!({ "scope": "ALL" }));
    assert_eq!(model["tags"][0]["identifier"], "language_and_text");
    for member in ["author", "description", "permalink"] {
        assert!(model[member].is_string(), "{member}");
    }
}

#[tokio::test]
async fn a_model_without_an_active_version_is_inactive() {
    let model = get("/api/models/t3xtl3ngth").await;
    assert_eq!(
        (&model["isActive"], &model["latestActiveVersion"]),
        (&json!(false), &json!(""))
    );
    assert_eq!(model["versions"], json!(["1.0.0", "1.1.0"]));
    assert_eq!(model["latestVersion"], "1.1.0");
    let version = get("/api/models/t3xtl3ngth/versions/1.1.0").await;
    assert_eq!(
        (&version["isActive"], &version["status"]),
        (&json!(false), &json!("inactive"))
    );
}

#[tokio::test]
async fn not_every_model_has_dates_and_features() {
    let model = get("/api/models/l4ngu4g3gs").await;
    assert_eq!(model["lastActiveDateTime"], "2022-03-01T00:00:00.000+0000");
    assert_eq!(model["expirationDate"], "2099-01-01T00:00:00.000+0000");
    assert_eq!(model["features"][0]["identifier"], "retrainable");
    assert_eq!(model["createdByEmail"], "labs@emulator.local");
    let model = get("/api/models/upp3rc4s3x").await;
    assert!(model.get("lastActiveDateTime").is_none() && model.get("expirationDate").is_none());
    assert_eq!(model["features"], json!([]));
}

#[tokio::test]
async fn every_model_runs_on_its_own_sample() {
    let server = Server::instant().await;
    let models = server.get("/api/models?per-page=1000").await.json();
    assert_eq!(models.as_array().unwrap().len(), 29);
    for model in models.as_array().unwrap() {
        for version in model["versions"].as_array().unwrap() {
            let identifier = model["modelId"].as_str().unwrap();
            let path = format!("/api/models/{identifier}/versions/{}", version.as_str().unwrap());
            let outputs = server.get(&path).await.json()["outputs"].clone();
            let sample = server.get(&format!("{path}/sample-input")).await.json();
            let receipt = server.post("/api/jobs", sample).await.json();
            let results = format!("/api/results/{}", receipt["jobIdentifier"].as_str().unwrap());
            let results = server.get(&results).await.json();
            for output in outputs.as_array().unwrap() {
                let name = output["name"].as_str().unwrap();
                assert!(!results["results"]["sample"][name].is_null(), "{identifier} {name}");
            }
        }
    }
}

#[tokio::test]
async fn a_model_lists_its_versions() {
    let versions = get(&format!("/api/models/{MODEL}/versions")).await;
    let numbers = ["0.0.28", "1.0.1", "1.0.27", "0.0.27"].map(|number| json!({ "version": number }));
    assert_eq!(versions, json!(numbers));
}

#[tokio::test]
async fn the_versions_of_a_model_are_filtered_and_sorted() {
    let server = Server::instant().await;
    for (query, expected) in [
        ("sort-by=version", &["0.0.27", "0.0.28", "1.0.1", "1.0.27"][..]),
        (
            "isAvailable=true&isActive=true&sort-by=version&direction=DESC",
            &["1.0.1", "0.0.27"],
        ),
        ("status=inactive&sort-by=version", &["0.0.28", "1.0.27"]),
        ("version=1.0.1", &["1.0.1"]),
        ("createdAt=2020-02-01", &["0.0.28"]),
        (
            "createdBy=models@emulator.local&per-page=1&sort-by=createdAt",
            &["0.0.27"],
        ),
        ("createdBy=nobody", &[]),
        ("isExperimental=true", &[]),
    ] {
        let versions = server
            .get(&format!("/api/models/{MODEL}/versions?{query}"))
            .await
            .json();
        let numbers: Vec<_> = versions
            .as_array()
            .unwrap()
            .iter()
            .map(|item| &item["version"])
            .collect();
        assert_eq!(numbers, expected, "{query}");
    }
}

#[tokio::test]
async fn all_versions_of_all_models_have_their_details() {
    let server = Server::instant().await;
    let all = server.get("/api/models/all/versions/all?per-page=1000").await.json();
    assert_eq!(all.as_array().unwrap().len(), 41);
    let path = format!("/api/models/all/versions/all?model.modelId={MODEL}&isActive=true&sort-by=version");
    let own = server.get(&path).await.json();
    assert_eq!(own.as_array().unwrap().len(), 2);
    assert_eq!(
        own[1],
        server.get(&format!("/api/models/{MODEL}/versions/1.0.1")).await.json()
    );
    let first = server.get("/api/models/all/versions/all").await;
    assert_eq!(first.json().as_array().unwrap().len(), 10);
    assert!(first.headers.contains_key("link"));
}

#[tokio::test]
async fn the_models_of_the_real_catalog_have_its_identifiers_names_and_versions() {
    let server = Server::instant().await;
    for (identifier, name, version, inputs) in [
        ("aevbu1h3yw", "Image-Based Geolocation", "1.0.1", &["image"][..]),
        ("132fq7a6a9", "Automobile Classification", "1.0.2", &["image"]),
        ("c60c8dbd79", "Multi-Language OCR", "0.0.2", &["input", "config.json"]),
        ("c60c8dbd79", "Multi-Language OCR", "0.0.1", &["input", "config.json"]),
        ("f7e252e26a", "Facial Embedding", "0.0.1", &["image"]),
        ("uvdncymn6q", "Text to speech", "0.0.3", &["input.txt"]),
        ("a92fc413b5", "Named Entity Recognition", "0.0.12", &["input.txt"]),
        ("rs2qqwbjwb", "Text Summarization", "0.0.2", &["input.txt"]),
        ("m8z2mwe3pt", "Text Topic Modeling", "0.0.1", &["input.txt"]),
        ("cyoxn54q5g", "Video Captioning", "0.0.2", &["input"]),
        ("s25ge4ufw4", "Another Text Model", "0.0.1", &["input.txt"]),
    ] {
        let details = server
            .get(&format!("/api/models/{identifier}/versions/{version}"))
            .await
            .json();
        assert_eq!(details["model"]["name"], name);
        let names: Vec<_> = details["inputs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|input| &input["name"])
            .collect();
        assert_eq!(names, inputs, "{identifier}");
    }
    for name in ["Military%20Equipment%20Classification", "Dataset%20Joining"] {
        let found = server.get(&format!("/api/models?name={name}")).await.json();
        assert_eq!(found.as_array().unwrap().len(), 1, "{name}");
    }
    let sentiment = server.get(&format!("/api/models/{MODEL}")).await.json();
    assert_eq!(
        (
            sentiment["tags"].as_array().unwrap().len(),
            sentiment["images"].as_array().unwrap().len()
        ),
        (5, 4)
    );
    assert_eq!(
        sentiment["images"][0]["url"],
        "/modzy-images/ed542963de/image_background.png"
    );
    let geolocation = server.get("/api/models/aevbu1h3yw").await.json();
    assert_eq!(geolocation["expirationDate"], "2021-10-20T00:00:00.000+0000");
    assert!(geolocation.get("lastActiveDateTime").is_none());
}

#[tokio::test]
async fn topics_and_entities_are_arrays() {
    let server = Server::instant().await;
    let output = async |model: &str, version: &str| {
        let body = json!({
            "model": { "identifier": model, "version": version },
            "input": { "type": "text", "sources": { "a": { "input.txt": "Ada likes graphs" } } },
        });
        let receipt = server.post("/api/jobs", body).await.json();
        let path = format!("/api/results/{}", receipt["jobIdentifier"].as_str().unwrap());
        server.get(&path).await.json()["results"]["a"]["results.json"].clone()
    };
    assert_eq!(output("m8z2mwe3pt", "0.0.1").await, json!(["graphs", "likes"]));
    assert_eq!(
        output("a92fc413b5", "0.0.12").await,
        json!([["Ada", "B-MISC"], ["likes", "O"], ["graphs", "O"]])
    );
}

#[tokio::test]
async fn a_version_names_its_inputs_and_outputs() {
    let version = get(&format!("/api/models/{MODEL}/versions/1.0.1")).await;
    assert_eq!(version["version"], "1.0.1");
    assert_eq!(version["inputs"][0]["name"], "input.txt");
    assert_eq!(version["inputs"][0]["acceptedMediaTypes"], "text/plain");
    assert_eq!(version["outputs"][0]["name"], "results.json");
    assert_eq!(version["outputs"][0]["mediaType"], "application/json");
    assert_eq!(version["timeout"], json!({ "status": 60_000, "run": 60_000 }));
    assert_eq!(version["status"], "active");
    assert_eq!(version["model"]["modelId"], MODEL);
    assert!(version["createdAt"].as_str().unwrap().ends_with("+0000"));
    assert!(version["updatedAt"].as_str().unwrap().ends_with("+00:00"));
}

#[tokio::test]
async fn the_sample_input_can_be_submitted_and_gives_the_sample_output() {
    let server = Server::instant().await;
    for version in ["0.0.27", "1.0.1"] {
        let path = format!("/api/models/{MODEL}/versions/{version}");
        let input = server.get(&format!("{path}/sample-input")).await.json();
        let output = server.get(&format!("{path}/sample-output")).await.json();
        let receipt = server.post("/api/jobs", input).await;
        assert_eq!(receipt.status, 202);
        let id = receipt.json()["jobIdentifier"].clone();
        let results = server
            .get(&format!("/api/results/{}", id.as_str().unwrap()))
            .await
            .json();
        assert_eq!(output["finished"], true);
        assert_eq!(
            output["results"]["sample"]["results.json"],
            results["results"]["sample"]["results.json"]
        );
        assert!(output["results"]["sample"]["results.json"].is_object());
        assert_eq!(output, server.get(&format!("{path}/sample-output")).await.json());
    }
}

#[tokio::test]
async fn segments_are_percent_decoded() {
    let model = get("/api/models/%65d542963de/versions/1%2E0.1").await;
    assert_eq!(model["version"], "1.0.1");
}

#[tokio::test]
async fn unknown_models_and_versions_are_404() {
    let server = Server::instant().await;
    for (path, message) in [
        ("nope", "the model nope does not exist"),
        ("a%2Fb%20c", "the model a/b c does not exist"),
        ("nope/versions", "the model nope does not exist"),
        ("nope/versions/1.0.1", "the model nope does not exist"),
        ("ed542963de/versions/9", "the model ed542963de has no version 9"),
        (
            "ed542963de/versions/9/sample-input",
            "the model ed542963de has no version 9",
        ),
        (
            "ed542963de/versions/9/sample-output",
            "the model ed542963de has no version 9",
        ),
    ] {
        let answer = server.get(&format!("/api/models/{path}")).await;
        assert_eq!((answer.status, answer.message().as_str()), (404, message), "{path}");
    }
}
