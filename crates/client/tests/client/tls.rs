//! Certificates: which servers the client trusts.

use modzy_client::{Client, ConnectionFault, Error, Phase, Sent, WaitOptions};
use rustls::ServerConfig;

use crate::support::{
    attempts, builder,
    certificates::{Authority, self_signed},
    clock::SkippingClock,
    connection_fault, options,
    server::Server,
};

async fn client(config: ServerConfig, authority: &Authority) -> (Server, Client, std::sync::Arc<SkippingClock>) {
    let server = Server::tls(config).await;
    let clock = std::sync::Arc::new(SkippingClock::default());
    let client = builder(&server.https("localhost"))
        .extra_ca_file(authority.file())
        .clock(clock.clone())
        .build()
        .unwrap();
    (server, client, clock)
}

/// Returns the error of a call whose certificate does not verify, and asserts that the call made no other attempt.
async fn refused(config: ServerConfig, authority: &Authority) -> String {
    let (server, client, clock) = client(config, authority).await;
    let submitted = client.submit_job("{}", &options()).await;
    let waited = client.block_until_complete("j", &WaitOptions::default(), |_| {}).await;
    let read = client.get_job("j", &options()).await;
    let mut messages = Vec::new();
    for error in [submitted, waited, read].map(Result::unwrap_err) {
        assert_eq!(
            connection_fault(&error),
            Some(ConnectionFault::Certificate),
            "{error:?}"
        );
        assert_eq!((error.phase(), error.sent()), (Some(Phase::Tls), Some(Sent::No)));
        assert_eq!(attempts(&error), 1);
        assert!(!error.is_retryable());
        messages.push(error.to_string());
    }
    assert_eq!((server.connections(), server.count()), (3, 0));
    assert!(clock.pauses().is_empty());
    messages.dedup();
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

#[tokio::test]
async fn an_authority_of_the_caller_is_trusted_beside_the_others() {
    let authority = Authority::new();
    let (server, client, _) = client(authority.server("localhost"), &authority).await;
    for _ in 0..3 {
        client.get_job("j", &options()).await.unwrap();
    }
    client.submit_job("{}", &options()).await.unwrap();
    assert_eq!((server.connections(), server.count()), (1, 4));
}

#[tokio::test]
async fn a_certificate_for_an_address_is_accepted_for_the_address() {
    let authority = Authority::new();
    let server = Server::tls(authority.server("127.0.0.1")).await;
    let client = builder(&server.https("127.0.0.1"))
        .extra_ca_file(authority.file())
        .build()
        .unwrap();
    client.get_job("j", &options()).await.unwrap();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_issuer_is_refused_for_good() {
    let message = refused(Authority::new().server("localhost"), &Authority::new()).await;
    assert!(message.contains("localhost"), "{message}");
    assert!(
        message.ends_with("is not accepted: its issuer is not trusted"),
        "{message}"
    );
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused_for_good() {
    let message = refused(self_signed("localhost"), &Authority::new()).await;
    assert!(
        message.ends_with("is not accepted: it is self-signed and is not itself trusted"),
        "{message}"
    );
}

#[tokio::test]
async fn an_expired_certificate_is_refused_for_good() {
    let authority = Authority::new();
    let message = refused(authority.expired("localhost"), &authority).await;
    assert!(message.ends_with("is not accepted: it has expired"), "{message}");
}

#[tokio::test]
async fn a_certificate_from_the_future_is_refused_for_good() {
    let authority = Authority::new();
    let message = refused(authority.premature("localhost"), &authority).await;
    assert!(message.ends_with("is not accepted: it is not valid yet"), "{message}");
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_for_good() {
    let authority = Authority::new();
    let message = refused(authority.server("other.example"), &authority).await;
    assert!(
        message.ends_with("is not accepted: it was issued for another host name"),
        "{message}"
    );
}

#[tokio::test]
async fn a_certificate_that_goes_bad_ends_a_wait_at_once() {
    use crate::support::server::{Reply, answer, converse};
    let authority = Authority::new();
    let good = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(authority.server("localhost")));
    let bad = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(authority.server("other.example")));
    let server = Server::raw(move |socket, number, seen| {
        let acceptor = if number == 0 { good.clone() } else { bad.clone() };
        async move {
            if let Ok(mut socket) = acceptor.accept(socket).await {
                let running = Reply::Close(answer(
                    200,
                    "connection: close\r\n",
                    r#"{"jobIdentifier":"j","status":"IN_PROGRESS"}"#,
                ));
                converse(&mut socket, number, &seen, &move |_, _| running.clone()).await;
            }
        }
    })
    .await;
    let clock = std::sync::Arc::new(SkippingClock::default());
    let client = builder(&server.https("localhost"))
        .extra_ca_file(authority.file())
        .clock(clock.clone())
        .build()
        .unwrap();
    let error = client
        .block_until_complete("j", &WaitOptions::default(), |_| {})
        .await
        .unwrap_err();
    assert_eq!(
        connection_fault(&error),
        Some(ConnectionFault::Certificate),
        "{error:?}"
    );
    assert_eq!(
        (server.connections(), server.count(), clock.pauses()),
        (2, 1, vec![2000])
    );
}

#[tokio::test]
async fn a_file_of_certificates_that_cannot_be_read_adds_nothing() {
    let server = Server::tls(self_signed("localhost")).await;
    let client = builder(&server.https("localhost"))
        .extra_ca_file("/does/not/exist.pem")
        .build()
        .unwrap();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Connection {
                fault: ConnectionFault::Certificate,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_handshake_that_resumes_a_session_can_stall_like_any_other() {
    use crate::support::server::{Reply, answer, converse, gone};
    let authority = Authority::new();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(authority.server("localhost")));
    let server = Server::raw(move |mut socket, number, seen| {
        let acceptor = acceptor.clone();
        async move {
            if number == 2 {
                return gone(&mut socket).await;
            }
            let mut socket = acceptor.accept(socket).await.unwrap();
            let last = Reply::Close(answer(200, "connection: close\r\n", r#"{"jobIdentifier":"j"}"#));
            converse(&mut socket, number, &seen, &move |_, _| last.clone()).await;
        }
    })
    .await;
    let client = builder(&server.https("localhost"))
        .extra_ca_file(authority.file())
        .connect_timeout(std::time::Duration::from_millis(300))
        .retries(0)
        .build()
        .unwrap();
    client.get_job("j", &options()).await.unwrap();
    client.get_job("j", &options()).await.unwrap();
    let error = client.submit_job("{}", &options()).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert_eq!((error.phase(), error.sent()), (Some(Phase::Tls), Some(Sent::No)));
}

#[tokio::test]
async fn the_given_authorities_replace_all_others() {
    let (given, extra) = (Authority::new(), Authority::new());
    let second = Authority::new();
    let pem = format!("some text\n{}\nand more\n{}", given.pem(), second.pem());
    for (authority, trusted) in [(&given, true), (&second, true), (&extra, false)] {
        let server = Server::tls(authority.server("localhost")).await;
        let client = builder(&server.https("localhost"))
            .ca([&pem])
            .unwrap()
            .extra_ca_file(extra.file())
            .build()
            .unwrap();
        let answered = client.get_job("j", &options()).await;
        assert_eq!(answered.is_ok(), trusted, "{answered:?}");
    }
    // The same certificates as separate texts.
    let server = Server::tls(second.server("localhost")).await;
    let client = builder(&server.https("localhost"))
        .ca([given.pem(), second.pem()])
        .unwrap()
        .build()
        .unwrap();
    client.get_job("j", &options()).await.unwrap();
}

#[tokio::test]
async fn a_client_certificate_satisfies_servers_that_require_one() {
    let authority = Authority::new();
    let server = Server::tls(authority.server_for_clients("localhost")).await;
    let (certificate, key) = authority.client();
    let client = builder(&server.https("localhost"))
        .ca([authority.pem()])
        .unwrap()
        .client_certificate(certificate, key)
        .unwrap()
        .build()
        .unwrap();
    client.get_job("j", &options()).await.unwrap();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_missing_client_certificate_fails_the_call_at_once() {
    let authority = Authority::new();
    let (certificate, key) = Authority::new().client();
    for identity in [None, Some((certificate, key))] {
        let server = Server::tls(authority.server_for_clients("localhost")).await;
        let mut builder = builder(&server.https("localhost")).ca([authority.pem()]).unwrap();
        if let Some((certificate, key)) = identity {
            builder = builder.client_certificate(certificate, key).unwrap();
        }
        let clock = std::sync::Arc::new(SkippingClock::default());
        let client = builder.clock(clock.clone()).build().unwrap();
        let read = client.get_job("j", &options()).await;
        let waited = client.block_until_complete("j", &WaitOptions::default(), |_| {}).await;
        for error in [read, waited].map(Result::unwrap_err) {
            assert_eq!(
                connection_fault(&error),
                Some(ConnectionFault::ClientCertificate),
                "{error:?}"
            );
            assert_eq!(attempts(&error), 1);
            assert!(error.to_string().contains("requires a client certificate"), "{error}");
        }
        assert_eq!(server.connections(), 2);
        assert!(clock.pauses().is_empty());
    }
}

#[test]
fn invalid_pem_is_refused_by_name_and_no_part_of_a_key_is_shown() {
    let authority = Authority::new();
    let (certificate, key) = authority.client();
    let (_, other_key) = authority.client();
    let secret = key.lines().nth(1).unwrap().to_owned();
    let builder = || builder("https://localhost/api");
    let begin = "-----BEGIN CERTIFICATE-----\n";
    let end = "-----END CERTIFICATE-----\n";
    for pem in [
        "",
        "no certificate",
        key.as_str(),
        &format!("{begin}!!!!\n{end}"),
        &format!("{begin}aGVsbG8=\n{end}"),
        &format!("{}{begin}aGVsbG8=\n{end}", authority.pem()),
    ] {
        let message = builder().ca([pem]).unwrap_err().to_string();
        assert!(message.starts_with("ca "), "{message}");
        assert!(!message.contains(&secret), "{message}");
        let message = builder().client_certificate(pem, &key).unwrap_err().to_string();
        assert!(message.starts_with("certificate "), "{message}");
        assert!(!message.contains(&secret), "{message}");
    }
    assert!(builder().ca([""; 0]).unwrap_err().to_string().starts_with("ca "));
    let mangled = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let broken = key.replace(&secret, &secret.to_ascii_lowercase());
    for (key, reason) in [
        ("", "holds no private key"),
        (certificate.as_str(), "holds no private key"),
        (mangled.as_str(), "is encrypted"),
        (broken.as_str(), "holds a private key that cannot be used"),
        (other_key.as_str(), "is not the key of the certificate"),
    ] {
        let message = builder().client_certificate(&certificate, key).unwrap_err().to_string();
        assert!(message.starts_with(&format!("key {reason}")), "{message}");
        assert!(!message.contains(&secret), "{message}");
    }
    let shown = format!("{:?}", builder().client_certificate(&certificate, &key).unwrap());
    assert!(!shown.contains(&secret), "{shown}");
}
