//! Pages of lists: whether another follows.

use modzy_client::{BodyFault, JobHistoryFilter, ModelFilter};

use crate::support::{
    body_fault, options,
    server::{Reply, Server, answer, ok, status},
    skipping,
};

const NEXT: &str = "link: <https://example.com/api/models?page=2>; rel=\"next\"\r\n";

async fn models_page(headers: &str, body: &str, per_page: Option<u64>) -> String {
    let server = Server::always(Reply::Keep(answer(200, headers, body))).await;
    let (client, _) = skipping(&server.api());
    let filter = ModelFilter {
        per_page,
        ..ModelFilter::default()
    };
    let page = client.get_models_page(&filter, &options()).await.unwrap();
    page.as_str().to_owned()
}

#[tokio::test]
async fn another_page_follows_a_full_one_with_a_link() {
    let full = r#"[ {"n": 1.10}, [] ]"#;
    let two = Some(2);
    let page = |next: bool| format!(r#"{{"items":{full},"next":{next}}}"#);
    assert_eq!(models_page(NEXT, full, two).await, page(true));
    assert_eq!(models_page("", full, two).await, page(false));
    assert_eq!(models_page("link: <x>; rel=\"prev\"\r\n", full, two).await, page(false));
    let second = format!("link: <x>; rel=\"prev\"\r\n{NEXT}");
    assert_eq!(models_page(&second, full, two).await, page(true));
    assert_eq!(models_page(NEXT, full, Some(3)).await, page(false));
    assert_eq!(models_page(NEXT, full, Some(1)).await, page(true));
    assert_eq!(models_page(NEXT, full, None).await, page(true));
}

#[tokio::test]
async fn nothing_follows_an_empty_page() {
    for per_page in [None, Some(0), Some(10)] {
        assert_eq!(models_page(NEXT, "[]", per_page).await, r#"{"items":[],"next":false}"#);
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
    assert_eq!(page.as_str(), r#"{"items":[{"a":1}],"next":true}"#);
    assert_eq!(server.lines(), ["GET /api/jobs/history?page=3&per-page=1"; 2]);
}

#[tokio::test]
async fn a_page_that_is_no_array_is_an_error() {
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
