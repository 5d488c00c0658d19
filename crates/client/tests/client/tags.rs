//! Tags: their routes.

use modzy_client::Error;

use crate::support::{
    options,
    server::{Server, ok},
    skipping,
};

#[tokio::test]
async fn tags_are_joined_by_commas_that_are_not_encoded() {
    let answer = r#"{ "tags": [], "models": [] }"#;
    let server = Server::start(move |request, _| {
        ok(if request.line().ends_with("/tags") {
            "[ ]"
        } else {
            answer
        })
    })
    .await;
    let (client, _) = skipping(&server.api());
    assert_eq!(client.get_all_tags(&options()).await.unwrap().as_str(), "[ ]");
    for document in [
        client.get_tags_and_models(&["vision"], &options()).await,
        client
            .get_tags_and_models(&["a", "b,c", "d e/f"].map(str::to_owned), &options())
            .await,
    ] {
        assert_eq!(document.unwrap().as_str(), answer);
    }
    assert_eq!(
        server.lines(),
        [
            "GET /api/models/tags",
            "GET /api/models/tags/vision",
            "GET /api/models/tags/a,b%2Cc,d%20e%2Ff",
        ]
    );
}

#[tokio::test]
async fn invalid_tags_are_refused_by_the_name_of_the_parameter() {
    let server = Server::always(ok("{}")).await;
    let (client, _) = skipping(&server.api());
    for ids in [&[][..], &["a", ""], &[".."]] {
        let error = client.get_tags_and_models(ids, &options()).await.unwrap_err();
        assert!(matches!(error, Error::Argument { name: "tag_ids", .. }), "{error:?}");
    }
    assert_eq!(server.count(), 0);
}
