//! Models: their routes, and how a model is found by its name.

use modzy_client::{BodyFault, Document, Error, ModelFilter};

use crate::support::{
    attempts, body_fault, options,
    server::{Received, Reply, Server, ok, status},
    skipping,
};

/// Starts a server that lists these models in this order, and has their details.
async fn server_of(models: &'static [(&'static str, &'static str)]) -> Server {
    Server::start(move |request, _| list_or_details(request, models)).await
}

fn list_or_details(request: &Received, models: &[(&str, &str)]) -> Reply {
    let path = request.line().strip_prefix("GET /api/models").unwrap();
    if path.starts_with('?') {
        let hits: Vec<_> = models
            .iter()
            .map(|(id, _)| format!(r#"{{"modelId":"{id}","latestVersion":"1.0.0","versions":["1.0.0"]}}"#))
            .collect();
        return ok(format!("[{}]", hits.join(",")));
    }
    match models.iter().find(|(id, _)| path.strip_prefix('/') == Some(id)) {
        Some((id, name)) => ok(details(id, name)),
        None => status(404),
    }
}

fn details(id: &str, name: &str) -> String {
    format!(r#"{{ "modelId":"{id}", "name":"{name}", "order": 1.10 }}"#)
}

/// Returns the identifier of the model that is found by a name.
async fn found(models: &'static [(&'static str, &'static str)], name: &str) -> String {
    let server = server_of(models).await;
    let (client, _) = skipping(&server.api());
    let model = client.get_model_by_name(name, false, &options()).await.unwrap();
    model.string_member("modelId").unwrap()
}

#[tokio::test]
async fn each_read_has_its_route_and_returns_the_body_unchanged() {
    let (object, list) = (r#"{ "n": 1.10 }"#, "[ 1.10 ]");
    let (first, second) = (
        r#"{ "modelId":"ed542963de", "n": 1.10 }"#,
        r#"{ "identifier":"a/b c" }"#,
    );
    let version = r#"{ "version":"1.0.1", "n": 1.10 }"#;
    let server = Server::start(move |request, _| {
        let path = request.line();
        let object = match path.rsplit('/').next() {
            Some("ed542963de") => first,
            Some("a%2Fb%20c") => second,
            Some("1.0.1") => version,
            _ => object,
        };
        let is_list = ["/models", "latest", "related-models", "versions", "engines"]
            .iter()
            .any(|end| path.ends_with(end));
        ok(if is_list { list } else { object })
    })
    .await;
    let (client, _) = skipping(&server.api());
    let options = options();
    let none = ModelFilter::default();
    let answers = [
        client.get_models(&none, &options).await,
        client.get_active_models(&options).await,
        client.get_model("ed542963de", &options).await,
        client.get_model("a/b c", &options).await,
        client.get_related_models("m", &options).await,
        client.get_model_versions("m", &options).await,
        client.get_model_version("m", "1.0.1", &options).await,
        client.get_model_version_input_sample("m", "1.0.1", &options).await,
        client.get_model_version_output_sample("m", "1/0", &options).await,
        client.get_processing_engine_status(&options).await,
    ];
    let texts: Vec<String> = answers.into_iter().map(|document| document.unwrap().into()).collect();
    assert_eq!(
        texts,
        [list, list, first, second, list, list, version, object, object, list]
    );
    assert_eq!(
        server.lines(),
        [
            "GET /api/models",
            "GET /api/models/latest",
            "GET /api/models/ed542963de",
            "GET /api/models/a%2Fb%20c",
            "GET /api/models/m/related-models",
            "GET /api/models/m/versions",
            "GET /api/models/m/versions/1.0.1",
            "GET /api/models/m/versions/1.0.1/sample-input",
            "GET /api/models/m/versions/1%2F0/sample-output",
            "GET /api/resources/processing/engines",
        ]
    );
}

#[tokio::test]
async fn a_whole_filter_goes_out_in_order_and_encoded() {
    let server = Server::always(ok("[]")).await;
    let (client, _) = skipping(&server.api());
    let text = |text: &str| Some(text.to_owned());
    let filter = ModelFilter {
        sort_by: text("name,author"),
        per_page: Some(500),
        page: Some(2),
        direction: text("DESC"),
        model_id: text("m"),
        author: text("A & B"),
        created_by_email: text("a+b@example.com"),
        name: text("two words"),
        description: text("50%"),
        is_active: Some(true),
        is_expired: Some(false),
        is_recommended: Some(false),
        last_active_date_time: text("2024-01-01T00:00:00Z"),
        expiration_date_time: None,
    };
    client.get_models(&filter, &options()).await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "GET /api/models?modelId=m&author=A%20%26%20B&createdByEmail=a%2Bb%40example.com&name=two%20words\
             &description=50%25&isActive=true&isExpired=false&isRecommended=false\
             &lastActiveDateTime=2024-01-01T00%3A00%3A00Z&sort-by=name%2Cauthor&direction=DESC&page=2&per-page=500"
        ]
    );
}

#[tokio::test]
async fn a_name_requests_twenty_hits_and_the_details_of_each() {
    let server = server_of(&[("a", "Sentiment"), ("b", "Sentiment Analysis"), ("c", "Analysis")]).await;
    let (client, _) = skipping(&server.api());
    let model = client
        .get_model_by_name("Sentiment Analysis", true, &options())
        .await
        .unwrap();
    assert_eq!(model.as_str(), details("b", "Sentiment Analysis"));
    let mut lines = server.lines();
    assert_eq!(
        lines[0],
        "GET /api/models?name=Sentiment%20Analysis&isActive=true&sort-by=name&per-page=20"
    );
    lines[1..].sort();
    assert_eq!(
        lines[1..],
        ["GET /api/models/a", "GET /api/models/b", "GET /api/models/c"]
    );
    client.get_model_by_name("Sentiment", false, &options()).await.unwrap();
    assert_eq!(
        server.lines()[4],
        "GET /api/models?name=Sentiment&sort-by=name&per-page=20"
    );
}

#[tokio::test]
async fn the_most_similar_name_wins_and_the_first_among_equals() {
    assert_eq!(found(&[("a", "sentiment"), ("b", "Sentiment")], "Sentiment").await, "b");
    assert_eq!(found(&[("a", "Blur x"), ("b", "Blur y")], "Blur").await, "a");
    assert_eq!(found(&[("a", "Blur and more"), ("b", "Blur y")], "Blur").await, "b");
    assert_eq!(found(&[("a", "SENTIMENT")], "sentiment").await, "a");
    assert_eq!(found(&[("a", "Translation"), ("b", "Speech")], "s").await, "a");
    assert_eq!(found(&[("a", "Translation"), ("b", "BLUR")], "blur").await, "b");
}

#[tokio::test]
async fn missing_and_unreadable_hits_are_left_out() {
    let server = Server::start(|request, _| match request.line() {
        "GET /api/models/a" => status(404),
        "GET /api/models/b" => ok(details("b", "Blur 2")),
        _ => ok(r#"[{"modelId":"a"},{"modelId":".."},{"name":"Blur"},null,7,{"modelId":"b"}]"#),
    })
    .await;
    let (client, _) = skipping(&server.api());
    let model = client.get_model_by_name("Blur", true, &options()).await.unwrap();
    assert_eq!(model.string_member("modelId").as_deref(), Some("b"));
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_name_without_a_match_is_an_error_400_of_the_client() {
    for (models, requests) in [
        (&[][..], 1),
        (&[("a", "Translation")][..], 2),
        (&[("a", "Translation"), ("b", "T")][..], 3),
    ] {
        let server = server_of(models).await;
        let (client, _) = skipping(&server.api());
        let error = client.get_model_by_name("Blur", true, &options()).await.unwrap_err();
        assert_eq!(error.to_string(), "Model Blur not found");
        assert_eq!((error.status(), error.is_retryable()), (Some(400), false));
        let call = error.call().unwrap();
        assert_eq!(
            (call.method.as_str(), &call.url),
            ("GET", &format!("{}/models", server.api()))
        );
        assert_eq!(server.count(), requests);
    }
}

#[tokio::test]
async fn a_failure_among_the_details_fails_the_call() {
    let server = Server::start(|request, _| match request.line() {
        "GET /api/models/a" => status(403),
        line if line.contains('?') => ok(r#"[{"modelId":"a"},{"modelId":"b"}]"#),
        _ => ok(details("b", "Blur")),
    })
    .await;
    let (client, _) = skipping(&server.api());
    let error = client.get_model_by_name("Blur", true, &options()).await.unwrap_err();
    assert_eq!(
        (error.status(), error.to_string().as_str()),
        (Some(403), "server says 403")
    );
}

#[tokio::test]
async fn a_server_that_sends_more_hits_than_requested_is_not_flooded() {
    let server = Server::start(|request, _| {
        if request.line().contains('?') {
            let hits: Vec<_> = (0..1000).map(|n| format!(r#"{{"modelId":"m{n}"}}"#)).collect();
            return ok(format!("[{}]", hits.join(",")));
        }
        Reply::Late(
            std::time::Duration::from_millis(20),
            crate::support::server::answer(200, "", details(request.line().rsplit('/').next().unwrap(), "Blur")),
        )
    })
    .await;
    let (client, _) = skipping(&server.api());
    client.get_model_by_name("Blur", true, &options()).await.unwrap();
    assert_eq!((server.count(), server.busiest()), (21, 8));
}

#[tokio::test]
async fn a_search_response_that_is_not_an_array_is_requested_again_and_then_fails() {
    let server = Server::always(ok("{}")).await;
    let (client, _) = skipping(&server.api());
    let error = client.get_model_by_name("Blur", true, &options()).await.unwrap_err();
    assert_eq!((body_fault(&error), attempts(&error)), (Some(BodyFault::NotArray), 3));
    assert_eq!(error.to_string(), "the answer is not a JSON array (status 200)");
}

#[tokio::test]
async fn an_invalid_identifier_is_refused_before_anything_is_sent() {
    let server = Server::always(ok("[]")).await;
    let (client, _) = skipping(&server.api());
    let refused = |answer: modzy_client::Result<Document>| match answer.unwrap_err() {
        Error::Argument { name, .. } => name,
        error => panic!("{error:?}"),
    };
    assert_eq!(refused(client.get_model_by_name("", true, &options()).await), "name");
    assert_eq!(refused(client.get_model("..", &options()).await), "model_id");
    assert_eq!(refused(client.get_model_version("m", "", &options()).await), "version");
    assert_eq!(server.count(), 0);
}
