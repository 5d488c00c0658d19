//! Unexpected 2xx responses to the routes of models: messages, other models, and none.

use modzy_client::{BodyFault, Sent};

use crate::{
    something_else::{MESSAGE, created},
    support::{
        attempts, body_fault, options,
        server::{Server, ok},
        skipping,
    },
};

#[tokio::test]
async fn a_model_that_was_not_created_may_have_been_created() {
    for body in [
        "{}",
        r#"{"login":true,"url":"https://sso.example"}"#,
        r#"{"identifier":5}"#,
    ] {
        let server = Server::always(created(body)).await;
        let (client, _) = skipping(&server.api());
        let error = client.create_model("n", "1", &options()).await.unwrap_err();
        assert_eq!(
            (error.status(), body_fault(&error), error.sent(), error.is_retryable()),
            (Some(201), Some(BodyFault::NoModel), Some(Sent::Maybe), false),
            "{body}"
        );
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_response_about_another_model_or_version_changes_and_submits_nothing() {
    let changes = serde_json::json!({ "timeout": { "run": 5 } });
    for (body, of_model, of_version) in [
        (
            r#"{"modelId":"other","version":"9","latestActiveVersion":"9","timeout":{"status":1,"run":2}}"#,
            BodyFault::AnotherModel,
            BodyFault::AnotherModel,
        ),
        ("{}", BodyFault::NoModel, BodyFault::NoModel),
        (MESSAGE, BodyFault::Message, BodyFault::Message),
    ] {
        let server = Server::always(ok(body)).await;
        let (client, _) = skipping(&server.api());
        let options = &options().retries(1);
        let submit = r#"{"model":{"identifier":"m","version":"latest"}}"#;
        for (error, fault) in [
            (client.get_model("m", options).await.unwrap_err(), of_model),
            (client.latest_version("m", options).await.unwrap_err(), of_model),
            (client.submit_job(submit, options).await.unwrap_err(), of_model),
            (
                client.get_model_version("m", "1", options).await.unwrap_err(),
                of_version,
            ),
            (
                client
                    .get_model_version_input_sample("m", "latest", options)
                    .await
                    .unwrap_err(),
                of_model,
            ),
            (
                client
                    .edit_model_version("m", "1", &changes, options)
                    .await
                    .unwrap_err(),
                of_version,
            ),
        ] {
            assert_eq!((body_fault(&error), attempts(&error)), (Some(fault), 2), "{error:?}");
        }
        assert!(server.lines().iter().all(|line| line.starts_with("GET ")), "{body}");
    }
    // A version that is not there is not merged with.
    let server = Server::always(ok("")).await;
    let (client, _) = skipping(&server.api());
    let edited = client
        .edit_model_version("m", "1", &changes, &options().retries(0))
        .await;
    assert_eq!(body_fault(&edited.unwrap_err()), Some(BodyFault::Missing));
    assert_eq!(server.count(), 1);
}
