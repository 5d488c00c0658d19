//! Pages of lists: whether another page follows.

use modzy_client::{BodyFault, JobHistoryFilter, ModelFilter, Page};

use crate::support::{
    body_fault, options,
    server::{Reply, Server, answer, ok, status},
    skipping,
};

const NEXT: &str = "link: <https://example.com/api/models?page=2>; rel=\"next\"\r\n";

async fn models_page(headers: &str, body: &str, per_page: Option<u64>) -> Page {
    let server = Server::always(Reply::Keep(answer(200, headers, body))).await;
    let (client, _) = skipping(&server.api());
    let filter = ModelFilter {
        per_page,
        ..ModelFilter::default()
    };
    client.get_models_page(&filter, &options()).await.unwrap()
}

#[tokio::test]
async fn another_page_follows_a_full_one_with_a_link() {
    let full = r#"[ {"n": 1.10}, [] ]"#;
    let two = Some(2);
    let second = format!("link: <x>; rel=\"prev\"\r\n{NEXT}");
    for (headers, per_page, has_next) in [
        (NEXT, two, true),
        ("", two, false),
        ("link: <x>; rel=\"prev\"\r\n", two, false),
        (&second, two, true),
        (NEXT, Some(3), false),
        (NEXT, Some(1), true),
        (NEXT, None, true),
    ] {
        let page = models_page(headers, full, per_page).await;
        assert_eq!((page.items.as_str(), page.has_next), (full, has_next), "{headers}");
    }
}

#[tokio::test]
async fn the_items_of_a_page_are_parsed_into_a_type_of_the_caller() {
    let page = models_page(NEXT, r#"["a","b"]"#, Some(2)).await;
    let read: Page<Vec<String>> = page.parse().unwrap();
    assert_eq!(
        (read.items, read.has_next),
        (vec!["a".to_owned(), "b".to_owned()], true)
    );
    assert!(page.parse::<Vec<u64>>().is_err());
}

#[tokio::test]
async fn no_page_follows_an_empty_one() {
    for per_page in [None, Some(0), Some(10)] {
        let page = models_page(NEXT, "[]", per_page).await;
        assert_eq!((page.items.as_str(), page.has_next), ("[]", false));
    }
}

#[tokio::test]
async fn a_page_of_the_history_is_one_request() {
    let server = Server::scripted(vec![status(503), Reply::Keep(answer(200, NEXT, r#"[{"a":1}]"#))]).await;
    let (client, _) = skipping(&server.api());
    let filter = JobHistoryFilter {
        page: Some(3),
        per_page: Some(1),
        ..JobHistoryFilter::default()
    };
    let page = client.get_job_history_page(&filter, &options()).await.unwrap();
    assert_eq!((page.items.as_str(), page.has_next), (r#"[{"a":1}]"#, true));
    assert_eq!(server.lines(), ["GET /api/jobs/history?page=3&per-page=1"; 2]);
}

#[tokio::test]
async fn a_page_that_is_not_an_array_is_an_error() {
    for (body, fault) in [
        ("{}", BodyFault::NotArray),
        ("null", BodyFault::NotArray),
        ("", BodyFault::Missing),
        ("<html>", BodyFault::NotJson),
    ] {
        let server = Server::always(ok(body)).await;
        let (client, _) = skipping(&server.api());
        let options = options().retries(0);
        let error = client
            .get_models_page(&ModelFilter::default(), &options)
            .await
            .unwrap_err();
        assert_eq!(body_fault(&error), Some(fault), "{body}");
    }
}
