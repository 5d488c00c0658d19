//! Outputs by their URLs: which URLs are allowed, where redirects lead, and which servers get the key.

use modzy_client::{Error, OutputRef};

use crate::support::{
    builder,
    certificates::Authority,
    everything, options,
    output::{named, whole},
    server::{Reply, Server, answer, job, status},
    skipping,
};

fn at(url: impl Into<String>) -> OutputRef {
    OutputRef::Url(url.into())
}

#[tokio::test]
async fn a_url_of_the_clients_origin_is_trimmed_and_requested_with_the_key() {
    let server = Server::always(Reply::Keep(whole("", "x"))).await;
    let (client, _) = skipping(&server.api());
    let options = options().header("x-mine", "1").unwrap();
    let url = format!("  {}/results/j/k/o?x=1\n", server.api());
    let read = client.get_output_contents(&at(url), &options).await.unwrap();
    assert_eq!(
        (read.bytes, read.content_type.as_deref()),
        ("x".into(), Some("audio/wav"))
    );
    let requests = server.requests();
    assert_eq!(requests[0].line(), "GET /api/results/j/k/o?x=1");
    assert_eq!(requests[0].header("authorization").len(), 1);
    assert_eq!(requests[0].header("x-mine"), ["1"]);
}

#[tokio::test]
async fn a_url_that_is_not_allowed_is_refused() {
    let server = Server::always(status(200)).await;
    let (client, _) = skipping(&server.api());
    for url in [
        "",
        "/results/j",
        "http://127.0.0.1:1/elsewhere",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "https://user:hunter2@example.com/x",
    ] {
        let error = client.open_output(&at(url), &options()).await.unwrap_err();
        assert!(
            matches!(&error, Error::Argument { name: "url", .. }),
            "{url}: {error:?}"
        );
        assert!(!error.to_string().contains("hunter2"));
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn five_redirects_within_the_origin_are_followed_and_no_more() {
    for (redirects, reached) in [(5, true), (6, false)] {
        let server = Server::start(move |_, nth| {
            if nth < redirects {
                Reply::Keep(answer(307, &format!("location: /api/hop{nth}\r\n"), ""))
            } else {
                Reply::Keep(whole("", "there"))
            }
        })
        .await;
        let (client, _) = skipping(&server.api());
        let read = client.get_output_contents(&at(server.api()), &options()).await;
        if reached {
            assert_eq!(read.unwrap().bytes, "there");
            assert_eq!(server.lines()[5], "GET /api/hop4");
            assert!(
                server
                    .requests()
                    .iter()
                    .all(|request| request.header("authorization").len() == 1)
            );
        } else {
            let error = read.unwrap_err();
            assert_eq!(error.status(), Some(307));
            assert_eq!(server.count(), 6);
        }
    }
}

#[tokio::test]
async fn a_stale_socket_costs_nothing_at_each_redirect_of_an_output() {
    let moved = Reply::Keep(answer(302, "location: /api/elsewhere\r\n", ""));
    let there = Reply::Keep(whole("", "there"));
    let server = Server::scripted(vec![job("OPEN"), Reply::Reset, moved, Reply::Reset, there]).await;
    let (client, clock) = skipping(&server.api());
    client.get_job("j", &options()).await.unwrap();
    let read = client.get_output_contents(&at(server.api()), &options()).await.unwrap();
    assert_eq!(read.bytes, "there");
    assert_eq!((server.count(), clock.pauses().len()), (5, 0));
}

#[tokio::test]
async fn a_redirect_to_another_origin_without_tls_or_with_a_user_is_not_followed() {
    let other = Server::always(Reply::Keep(whole("", "x"))).await;
    let user = "https://user:hunter2@example.com/".to_owned();
    for location in [other.api(), user, "http://[".to_owned()] {
        let headers = format!("location: {location}\r\n");
        let server = Server::always(Reply::Keep(answer(302, &headers, ""))).await;
        let (client, _) = skipping(&server.api());
        let error = client.open_output(&named(), &options()).await.unwrap_err();
        assert_eq!(error.status(), Some(302));
        assert!(
            error.to_string().starts_with("the redirect is not followed: "),
            "{error}"
        );
        assert!(!error.to_string().contains("hunter2"));
        assert_eq!(server.count(), 1);
    }
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn another_origin_gets_neither_the_key_nor_the_headers_of_the_caller() {
    let authority = Authority::new();
    let other = Server::tls_always(authority.server("localhost"), Reply::Keep(whole("", "x"))).await;
    let signed = other.https("localhost") + "/file?signature=secret";
    let location = format!("location: {signed}\r\n");
    let server = Server::always(Reply::Keep(answer(302, &location, ""))).await;
    let client = builder(&server.api()).extra_ca_file(authority.file()).build().unwrap();
    let options = options().header("x-mine", "1").unwrap();
    for output in [named(), at(signed)] {
        let read = async {
            let mut output = client.open_output(&output, &options).await?;
            output.next().await
        };
        assert_eq!(read.await.unwrap().unwrap(), "x");
    }
    assert_eq!((server.count(), other.count()), (1, 2));
    for request in other.requests() {
        assert_eq!(request.line(), "GET /api/file?signature=secret");
        assert!(request.header("authorization").is_empty());
        assert!(request.header("x-mine").is_empty());
        assert_eq!(request.header("accept-encoding"), ["identity"]);
    }
}

#[tokio::test]
async fn no_redirect_leads_from_https_to_http_and_a_signature_is_not_shown() {
    let authority = Authority::new();
    let server = Server::always(status(200)).await;
    let back = format!("location: {}/x\r\n", server.api());
    let other = Server::tls_always(authority.server("localhost"), Reply::Keep(answer(302, &back, ""))).await;
    let client = builder(&server.api()).extra_ca_file(authority.file()).build().unwrap();
    let signed = other.https("localhost") + "/file?signature=secret";
    let error = client.open_output(&at(signed), &options()).await.unwrap_err();
    assert_eq!(error.status(), Some(302));
    assert_eq!((server.count(), other.count()), (0, 1));
    assert!(!everything(&error).contains("signature"), "{error:?}");
}

#[tokio::test]
async fn the_longest_url_is_sent_and_longer_ones_are_refused() {
    let long = |server: &Server, length: usize| {
        let root = format!("{}/", server.api());
        format!("{root}{}", "x".repeat(length - root.len()))
    };
    let server = Server::always(Reply::Keep(whole("", "x"))).await;
    let (client, _) = skipping(&server.api());
    client
        .get_output_contents(&at(long(&server, 65_534)), &options())
        .await
        .unwrap();
    let error = client.get_output_contents(&at(long(&server, 65_535)), &options()).await;
    let refused = "the URL is too long: 65535 bytes, where a URL has at most 65534";
    assert_eq!(error.unwrap_err().to_string(), refused);
    assert_eq!(server.count(), 1);

    let location = format!("location: /{}\r\n", "x".repeat(65_534));
    let server = Server::always(Reply::Keep(answer(302, &location, ""))).await;
    let (client, _) = skipping(&server.api());
    let url = format!("{}/output", server.api());
    let error = client.get_output_contents(&at(url), &options()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the redirect is not followed: it leads to a URL that is too long"
    );
    assert_eq!(server.count(), 1);
}
