//! The history and the list of jobs.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::{DIGEST, FOREVER, MODEL, Server, job, text_job};

fn identifiers(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|item| item["jobIdentifier"].as_str().unwrap().to_owned())
        .collect()
}

async fn search(server: &Server, query: &str) -> Vec<String> {
    let answer = server.get(&format!("/api/jobs/history?{query}")).await;
    assert_eq!(answer.status, 200, "{query}");
    let history = identifiers(&answer.json());
    let list = server.get(&format!("/api/jobs?{query}")).await;
    assert_eq!(identifiers(&list.json()), history, "{query}");
    history
}

/// Creates jobs that are submitted, timed out, canceled and open.
async fn unfinished() -> (Server, [String; 4]) {
    let server = Server::timed(FOREVER, FOREVER).await;
    let submitted = server.submit(&["a"]).await;
    let mut body = text_job(&["a", "b"]);
    body["timeout"] = json!(1);
    let timed_out = server.post("/api/jobs", body).await.json()["jobIdentifier"]
        .as_str()
        .unwrap()
        .to_owned();
    let canceled = server.submit(&["a", "b", "c"]).await;
    server.delete(&format!("/api/jobs/{canceled}")).await;
    let open = server.open(DIGEST, "1.0.0").await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    (server, [submitted, timed_out, canceled, open])
}

/// Creates completed jobs with no, one and two failed inputs. The first job has two inputs.
async fn finished() -> (Server, [String; 3]) {
    let server = Server::instant().await;
    let good = server.submit(&["a", "b"]).await;
    let mut ids = vec![good];
    for sources in [
        json!({ "a": {}, "b": { "input.txt": "x" }, "c": { "input.txt": "x" } }),
        json!({ "a": {}, "b": {} }),
    ] {
        tokio::time::sleep(Duration::from_millis(2)).await;
        let receipt = server
            .post("/api/jobs", job(&json!({ "type": "text", "sources": sources })))
            .await
            .json();
        ids.push(receipt["jobIdentifier"].as_str().unwrap().to_owned());
    }
    (server, ids.try_into().unwrap())
}

#[tokio::test]
async fn an_item_of_the_history_has_the_details_of_the_job() {
    let (server, ids) = unfinished().await;
    let history = server.get("/api/jobs/history").await.json();
    assert_eq!(identifiers(&history), ids);
    for (item, id) in history.as_array().unwrap().iter().zip(&ids).skip(1).take(2) {
        assert_eq!(*item, server.get(&format!("/api/jobs/{id}")).await.json());
    }
    assert!(history[0]["jobInputs"].is_array());
}

#[tokio::test]
async fn the_list_has_summaries() {
    let (server, ids) = unfinished().await;
    let list = server.get("/api/jobs").await.json();
    assert_eq!(identifiers(&list), ids);
    let item = list[0].as_object().unwrap();
    assert_eq!(
        item.keys().collect::<Vec<_>>(),
        ["jobIdentifier", "model", "status", "submittedAt"]
    );
    assert_eq!(item["status"], "SUBMITTED");
    assert_eq!(
        item["model"],
        json!({ "identifier": MODEL, "version": "1.0.1", "name": "Sentiment Analysis" })
    );
}

#[tokio::test]
async fn jobs_are_found_by_their_status_or_its_category() {
    let (server, [submitted, timed_out, canceled, open]) = unfinished().await;
    for (status, expected) in [
        ("ALL", vec![&submitted, &timed_out, &canceled, &open]),
        ("all", vec![&submitted, &timed_out, &canceled, &open]),
        ("PENDING", vec![&submitted, &open]),
        ("terminated", vec![&timed_out, &canceled]),
        ("TERMINATED_WITH_ERROR", vec![&timed_out]),
        ("SUBMITTED", vec![&submitted]),
        ("OPEN", vec![&open]),
        ("canceled", vec![&canceled]),
        ("TIMEDOUT", vec![&timed_out]),
        ("OPEN,CANCELED", vec![&canceled, &open]),
        ("PENDING;OPEN", vec![&open]),
        ("COMPLETED", vec![]),
        ("IN_PROGRESS", vec![]),
        ("ERROR", vec![]),
    ] {
        let found = search(&server, &format!("status={status}")).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{status}");
    }
    let (server, [good, one_failed, all_failed]) = finished().await;
    assert_eq!(
        search(&server, "status=COMPLETED").await,
        [good, one_failed.clone(), all_failed.clone()]
    );
    assert_eq!(
        search(&server, "status=TERMINATED_WITH_ERROR").await,
        [one_failed, all_failed]
    );
}

#[tokio::test]
async fn jobs_are_found_by_model_key_and_user() {
    let (server, ids) = unfinished().await;
    let prefix = server.emulator.api_key().split_once('.').unwrap().0;
    let id = &ids[2];
    for (query, expected) in [
        ("model=sentiment".to_owned(), &ids[..3]),
        ("model=DIGEST".to_owned(), &ids[3..]),
        ("model=nothing".to_owned(), &[]),
        ("modelIdentifier=d1g35t0256".to_owned(), &ids[3..]),
        ("modelVersion=1.0.1".to_owned(), &ids[..3]),
        ("modelVersion=1.0".to_owned(), &[]),
        (format!("accessKey={prefix}"), &ids[..]),
        (format!("accessKey={}", &prefix[..5]), &ids[..]),
        ("accessKey=nope-nope".to_owned(), &[]),
        ("user=emulator".to_owned(), &ids[..]),
        ("user=user%40emulator.local".to_owned(), &ids[..]),
        ("user=nobody".to_owned(), &[]),
        (format!("search={id}"), &ids[2..3]),
        ("search=digest".to_owned(), &ids[3..]),
        (format!("jobIdentifiers={id}"), &ids[..]),
    ] {
        assert_eq!(search(&server, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn jobs_are_found_by_the_dates_of_their_creation() {
    let (server, ids) = finished().await;
    let second = server.get(&format!("/api/jobs/{}", ids[1])).await.json();
    let created = second["createdAt"].as_str().unwrap().replace('+', "%2B");
    let plain = created.strip_suffix("%2B0000").unwrap();
    for (query, expected) in [
        (format!("startDate={created}"), &ids[1..]),
        (format!("startDate={plain}"), &ids[1..]),
        (format!("startDate={plain}Z"), &ids[1..]),
        (format!("startDate=2020-01-01&endDate={plain}Z"), &ids[..2]),
        (format!("startDate={plain}Z&endDate={plain}Z"), &ids[1..2]),
        ("startDate=2020-01-01&endDate=2020-01-02".to_owned(), &[]),
        ("startDate=2020-01-01&endDate=2999-01-01".to_owned(), &ids[..]),
    ] {
        assert_eq!(search(&server, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn jobs_are_sorted_by_any_field_in_either_direction() {
    let (server, [first, second, third]) = finished().await;
    for (query, expected) in [
        ("", [&first, &second, &third]),
        ("direction=DESC", [&third, &second, &first]),
        ("sort-by=createdAt&direction=desc", [&third, &second, &first]),
        ("sort-by=submittedAt", [&first, &second, &third]),
        ("sort-by=updatedAt&direction=DESC", [&third, &second, &first]),
        ("sort-by=total", [&first, &third, &second]),
        ("sort-by=completed", [&third, &first, &second]),
        ("sort-by=fail&direction=DESC", [&third, &second, &first]),
        ("sort-by=total,fail&direction=DESC", [&second, &third, &first]),
        ("sort-by=status", [&first, &second, &third]),
        ("sort-by=submittedBy", [&first, &second, &third]),
        ("sort-by=submittedJobs&direction=DESC", [&first, &second, &third]),
    ] {
        let found = search(&server, query).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    assert!(search(&server, "sort-by=identifier").await.is_sorted());
    let (server, [submitted, timed_out, canceled, open]) = unfinished().await;
    assert_eq!(
        search(&server, "sort-by=model").await,
        [&open, &submitted, &timed_out, &canceled].map(Clone::clone)
    );
    assert_eq!(
        search(&server, "sort-by=status").await,
        [canceled, open, submitted, timed_out]
    );
}

#[tokio::test]
async fn the_history_is_paged_and_a_full_page_links_to_the_next() {
    let server = Server::instant().await;
    let mut ids = Vec::new();
    for _ in 0..12 {
        ids.push(server.submit(&["x"]).await);
    }
    assert_eq!(search(&server, "").await, ids[..10]);
    assert_eq!(search(&server, "page=2").await, ids[10..]);
    assert_eq!(search(&server, "per-page=5&page=2").await, ids[5..10]);
    assert_eq!(search(&server, "per-page=1000").await, ids);
    let base = server.emulator.base_url();
    for route in ["jobs", "jobs/history"] {
        let answer = server.get(&format!("/api/{route}?page=1&per-page=6&status=all")).await;
        let link = format!("<{base}/{route}?per-page=6&status=all&page=2>; rel=\"next\"");
        assert_eq!(answer.headers["link"], link);
        let last = server.get(&format!("/api/{route}?page=2")).await;
        assert!(last.headers.get("link").is_none());
    }
}

#[tokio::test]
async fn an_invalid_parameter_is_refused_by_its_name() {
    let server = Server::instant().await;
    let tomorrow = Timestamp::now() + SignedDuration::from_hours(24);
    let future = format!("startDate={tomorrow}");
    for (query, message) in [
        ("endDate=2021-01-01", "endDate needs a startDate"),
        (&future, "startDate is in the future"),
        ("startDate=yesterday", "startDate must be an ISO 8601 date"),
        ("startDate=2021-01-01&endDate=x", "endDate must be an ISO 8601 date"),
        // An unencoded plus sign means a space.
        (
            "startDate=2021-08-13T07:28:03.831+0000",
            "startDate must be an ISO 8601 date",
        ),
        (
            "status=failed",
            "status must be one of ALL, PENDING, TERMINATED, TERMINATED_WITH_ERROR, OPEN, SUBMITTED, IN_PROGRESS, \
             COMPLETED, CANCELED, TIMEDOUT, ERROR",
        ),
        (
            "sort-by=failed",
            "sort-by must be one of identifier, submittedBy, submittedJobs, status, createdAt, updatedAt, \
             submittedAt, total, completed, fail, model",
        ),
        ("direction=down", "direction must be ASC or DESC"),
        ("per-page=0", "per-page must be at least 1"),
        ("per-page=many", "per-page must be a whole number"),
        ("page=1.5", "page must be a whole number"),
    ] {
        for route in ["jobs", "jobs/history"] {
            let answer = server.get(&format!("/api/{route}?{query}")).await;
            assert_eq!((answer.status, answer.message().as_str()), (400, message), "{query}");
        }
    }
    assert_eq!(server.get("/api/jobs/history?sort-by=CreatedAt").await.status, 400);
}
