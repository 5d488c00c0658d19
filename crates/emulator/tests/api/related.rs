//! Models by tags, related models, active models, and engines.

use serde_json::{Value, json};

use crate::support::{DIGEST, FOREVER, MODEL, Server};

fn identifiers(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|item| item["identifier"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_tags_are_listed_once_each() {
    let server = Server::instant().await;
    let tags = server.get("/api/models/tags").await.json();
    assert_eq!(
        identifiers(&tags),
        [
            "language_and_text",
            "text_classification",
            "machine_learning",
            "language",
            "opinions",
            "files",
            "file_analysis",
            "text_statistics",
            "audio",
            "computer_vision",
            "image_classification",
            "video",
            "enhance_or_preprocess"
        ]
    );
    assert_eq!(
        tags[0],
        json!({
            "identifier": "language_and_text",
            "name": "Language and Text",
            "dataType": "Input Type",
            "isCategorical": true,
        })
    );
}

#[tokio::test]
async fn tags_come_with_their_models() {
    let server = Server::instant().await;
    for (path, tags, models) in [
        ("audio", &["audio"][..], &["t3xtt0t0n3", "uvdncymn6q"][..]),
        (
            "audio,files",
            &["files", "audio"],
            &[DIGEST, "f1l3typ3id", "t3xtt0t0n3", "br1ghtn355", "uvdncymn6q"],
        ),
        ("nope%2Cfiles", &["files"], &[DIGEST, "f1l3typ3id", "br1ghtn355"]),
        ("nope", &[], &[]),
        ("Audio", &[], &[]),
    ] {
        let answer = server.get(&format!("/api/models/tags/{path}")).await;
        assert_eq!(answer.status, 200);
        let found = answer.json();
        assert_eq!(identifiers(&found["tags"]), tags, "{path}");
        assert_eq!(identifiers(&found["models"]), models, "{path}");
        assert_eq!(found.as_object().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn related_models_share_a_tag() {
    let server = Server::instant().await;
    let related = server.get(&format!("/api/models/{DIGEST}/related-models")).await.json();
    assert_eq!(identifiers(&related), ["f1l3typ3id", "3ntr0pybyt", "br1ghtn355"]);
    assert_eq!(related[0]["name"], "File Type");
    assert!(related[0].get("modelId").is_none());
    let answer = server.get("/api/models/nope/related-models").await;
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (404, "the model nope does not exist")
    );
}

#[tokio::test]
async fn the_latest_models_are_the_active_ones_unpaged() {
    let server = Server::instant().await;
    let latest = server.get("/api/models/latest?per-page=1").await.json();
    let all = identifiers(&latest);
    assert_eq!((all.len(), all[0]), (27, MODEL));
    assert!(!all.contains(&"t3xtl3ngth") && !all.contains(&"3ntr0pybyt"));
    let words = &latest[2];
    assert_eq!(words["name"], "Word Count");
    assert_eq!(
        (&words["latestVersion"], &words["activeVersions"]),
        (&json!("1.10.0"), &json!(["1.0.0", "1.10.0"]))
    );
    assert!(words.get("modelId").is_none());
    for member in [
        "author",
        "description",
        "longDescription",
        "permalink",
        "features",
        "images",
        "tags",
        "isActive",
        "isAvailable",
        "isCommercial",
        "isExperimental",
        "isRecommended",
        "sourceType",
        "creationDateTime",
        "updateDateTime",
    ] {
        assert!(!words[member].is_null(), "{member}");
    }
}

#[tokio::test]
async fn the_newest_active_version_of_each_model_has_an_engine() {
    let server = Server::timed(FOREVER, FOREVER).await;
    let sum = server.get("/api/models/processing-engines").await.json();
    assert_eq!(sum, json!({ "minimumProcessingEnginesSum": 27 }));
    server.submit(&["x"]).await;
    server.submit(&["y"]).await;
    server.open(MODEL, "1.0.1").await;
    let engines = server.get("/api/resources/processing/engines").await.json();
    let find = |version: &str| {
        let mut engines = engines.as_array().unwrap().iter();
        engines
            .find(|engine| engine["identifier"] == MODEL && engine["version"] == version)
            .unwrap()
    };
    let engine = json!({
        "identifier": MODEL, "version": "1.0.1", "failed": 0, "queued": 2, "spinningUp": 0, "spinningDown": 0,
        "running": 1, "ready": 1,
    });
    assert_eq!(*find("1.0.1"), engine);
    assert_eq!(
        (&find("0.0.27")["running"], &find("0.0.27")["queued"]),
        (&json!(0), &json!(0))
    );
    let running = engines
        .as_array()
        .unwrap()
        .iter()
        .filter(|engine| engine["running"] == 1);
    assert_eq!(running.count(), 27);
}
