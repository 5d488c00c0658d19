//! The license, alerts and metrics.

use jiff::{Timestamp, ToSpan};
use modzy_emulator::{Options, Role};
use serde_json::{Value, json};

use crate::support::{DIGEST, MODEL, Server, text_job};

async fn server() -> Server {
    Server::start(Options {
        submitted: std::time::Duration::ZERO,
        in_progress: std::time::Duration::ZERO,
        keys: vec![(Role::Developer, "dev.secret".to_owned())],
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn the_license_has_engines_as_text() {
    let license = server().await.get("/api/license").await.json();
    assert_eq!(license, json!({ "companyName": "Emulator", "processingEngines": "50" }));
}

#[tokio::test]
async fn alerts_count_open_jobs_and_expired_models() {
    let server = server().await;
    let open = server.open(DIGEST, "1.0.0").await;
    server.submit(&["x"]).await;
    let alerts = server.get("/api/notifications/alerts").await.json();
    assert_eq!(
        alerts,
        json!([{ "type": "JOB_STUCK", "count": 1 }, { "type": "MODEL_EXPIRATION", "count": 3 }])
    );
    assert_eq!(
        server.get("/api/notifications/alerts/JOB_STUCK").await.json(),
        json!([open])
    );
    let expired = server.get("/api/notifications/alerts/MODEL_EXPIRATION").await.json();
    assert_eq!(expired, json!(["r34d4b1l1t", "f1l3typ3id", "aevbu1h3yw"]));
    let unknown = server.get("/api/notifications/alerts/NOPE").await;
    assert_eq!(
        (unknown.status, unknown.message().as_str()),
        (404, "there are no alerts of the type NOPE")
    );
}

async fn report(server: &Server, path: &str) -> Value {
    let answer = server.get(&format!("/api/metrics/{path}")).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.json()
}

#[tokio::test]
async fn reports_count_what_the_jobs_processed() {
    let server = server().await;
    server.submit(&["abc", "de"]).await;
    let body = text_job(&["x"]).to_string().into();
    let post = axum::http::Method::POST;
    server
        .send_as(Some("ApiKey dev.secret"), post, "/api/jobs", body)
        .await
        .unwrap();
    let data = report(&server, "data-processed").await;
    assert_eq!(
        data["dataProcessed"],
        json!({ "recent": 6, "previous": 0, "percentage": 100.0 })
    );
    let days = data["recent"].as_array().unwrap();
    let today = Timestamp::now().strftime("%Y-%m-%d").to_string();
    assert_eq!((days.len(), &days[6]), (7, &json!({ "date": today, "value": 6 })));
    let predictions = report(&server, "predictions-made?access-key=dev").await;
    assert_eq!(predictions["predictionsMade"]["recent"], 1);
    let users = report(&server, "active-users").await;
    assert_eq!((&users[0]["ranking"], &users[0]["jobs"]), (&json!(1), &json!(1)));
    assert_eq!(users.as_array().unwrap().len(), 2);
    assert!(users[0]["userIdentifier"].is_string() && users[0]["elapsedTime"].is_u64());
    let models = report(&server, "active-models").await;
    let model = json!({ "modelIdentifier": MODEL, "name": "Sentiment Analysis", "modelVersion": "1.0.1" });
    for (member, value) in model.as_object().unwrap() {
        assert_eq!(models[0][member], *value, "{member}");
    }
    assert_eq!(models[0]["jobs"], 2);
    assert_eq!(report(&server, "active-models?model-identifier=nope").await, json!([]));
    assert_eq!(report(&server, "active-users?team-identifier=nope").await, json!([]));
    let user = users[1]["userIdentifier"].as_str().unwrap();
    assert_eq!(
        report(&server, &format!("active-users?user-identifier={user}"))
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_period_has_at_least_seven_days() {
    let server = server().await;
    let days = async |query: &str| {
        let data = report(&server, &format!("data-processed?{query}")).await;
        let days = data["recent"].as_array().unwrap();
        (
            days.len(),
            days[0]["date"].clone(),
            days.last().unwrap()["date"].clone(),
        )
    };
    assert_eq!(
        days("begin-date=2021-04-13").await,
        (7, json!("2021-04-13"), json!("2021-04-19"))
    );
    assert_eq!(
        days("end-date=2021-04-13").await,
        (7, json!("2021-04-07"), json!("2021-04-13"))
    );
    assert_eq!(days("begin-date=2021-04-01&end-date=2021-04-13").await.0, 13);
    for (query, message) in [
        (
            "begin-date=2021-04-01&end-date=2021-04-06",
            "the period from begin-date to end-date must have at least 7 days",
        ),
        (
            "begin-date=2021-04-06&end-date=2021-04-01",
            "the period from begin-date to end-date must have at least 7 days",
        ),
        ("begin-date=yesterday", "begin-date must be a date such as 2021-08-13"),
        (
            "end-date=2021-04-13T00:00:00Z",
            "end-date must be a date such as 2021-08-13",
        ),
    ] {
        for path in ["active-users", "prometheus/cpu-used"] {
            let refused = server.get(&format!("/api/metrics/{path}?{query}")).await;
            assert_eq!((refused.status, refused.message().as_str()), (400, message), "{query}");
        }
    }
}

#[tokio::test]
async fn a_metric_of_the_cluster_is_a_series_of_seconds_and_texts() {
    let server = server().await;
    let begin = (Timestamp::now() - (24 * 20).hours()).strftime("%Y-%m-%d").to_string();
    for metric in [
        "cpu-requested",
        "cpu-available",
        "cpu-used",
        "memory-requested",
        "memory-available",
        "memory-used",
        "cpu-overall-usage",
        "memory-overall-usage",
        "cpu-current-usage",
    ] {
        let series = report(&server, &format!("prometheus/{metric}?begin-date={begin}")).await;
        assert_eq!(series["data"]["resultType"], "matrix");
        let values = series["data"]["result"][0]["values"].as_array().unwrap();
        assert_eq!(values.len(), 7 * 24, "{metric}");
        assert_eq!(values[1][0].as_u64().unwrap() - values[0][0].as_u64().unwrap(), 3600);
        assert!(values[0][1].as_str().unwrap().parse::<f64>().unwrap() > 0.0, "{metric}");
    }
    assert_eq!(server.get("/api/metrics/prometheus/nope").await.status, 404);
}
