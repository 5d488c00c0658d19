//! Servers that refuse a TLS handshake, and whether the client tries again. `__test__/certificate-algorithms.test.js` has
//! real servers of openssl.

use std::sync::Arc;

use modzy_client::{ConnectionFault, Error, Phase, Sent, WaitOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{attempts, builder, clock::SkippingClock, connection_fault, millis, options, server::Server};

/// Starts a server that answers each handshake with these bytes, and closes the connection.
async fn answering(bytes: Vec<u8>) -> Server {
    Server::raw(move |mut socket, _, _| {
        let bytes = bytes.clone();
        async move {
            let mut hello = [0; 4096];
            let _ = socket.read(&mut hello).await;
            let _ = socket.write_all(&bytes).await;
            let _ = socket.shutdown().await;
            // Until the client closes its side, so that it is not reset before it has read.
            let _ = socket.read(&mut hello).await;
        }
    })
    .await
}

/// A fatal alert.
fn alert(description: u8) -> Vec<u8> {
    vec![0x15, 3, 3, 0, 2, 2, description]
}

/// A `ServerHello` of a TLS version with a cipher suite.
fn hello(version: [u8; 2], suite: [u8; 2]) -> Vec<u8> {
    let body = [&version[..], &[7; 32], &[0], &suite, &[0]].concat();
    let length = u8::try_from(body.len()).unwrap();
    [&[0x16, 3, 3, 0, length + 4, 2, 0, 0, length][..], &body].concat()
}

/// Returns the error of a submit, after asserting that a submit, a read and a wait fail alike: after one attempt if the
/// fault lasts, and else after the retries.
async fn fails(bytes: Vec<u8>, fault: ConnectionFault, is_lasting: bool) -> Error {
    let server = answering(bytes).await;
    let clock = Arc::new(SkippingClock::default());
    let client = builder(&server.https("127.0.0.1"))
        .clock(clock.clone())
        .build()
        .unwrap();
    let wait = WaitOptions::default().max_outage(millis(3000));
    let waited = client.block_until_complete("j", &wait, |_| {}).await.unwrap_err();
    assert_eq!(clock.pauses().is_empty(), is_lasting, "{waited:?}");
    let read = client.get_job("j", &options()).await.unwrap_err();
    let submitted = client.submit_job("{}", &options()).await.unwrap_err();
    for error in [&waited, &read, &submitted] {
        assert_eq!(connection_fault(error), Some(fault), "{error:?}");
        assert_eq!((error.phase(), error.sent()), (Some(Phase::Tls), Some(Sent::No)));
        assert_eq!(error.is_retryable(), !is_lasting, "{error:?}");
    }
    let expected = if is_lasting { 1 } else { 3 };
    assert_eq!((attempts(&read), attempts(&submitted)), (expected, expected));
    submitted
}

#[tokio::test]
async fn a_server_without_common_settings_is_asked_once() {
    const VERSION: &str = "the server supports neither TLS 1.2 nor TLS 1.3";
    for (bytes, reason) in [
        (
            alert(40),
            "the server may require a client certificate, or a TLS version, a cipher or a kind of certificate that is not supported, \
             such as a P-521 key",
        ),
        (alert(70), VERSION),
        (
            alert(71),
            "the server requires a cipher or a curve that is not supported",
        ),
        (
            alert(109),
            "the server requires other TLS extensions than the client has",
        ),
        (
            alert(110),
            "the server requires other TLS extensions than the client has",
        ),
        (alert(112), "the server has no certificate for this host name"),
        (alert(120), "the server does not offer HTTP/1.1"),
        (hello([3, 1], [0, 0x2f]), VERSION),
        (hello([3, 2], [0, 0x2f]), VERSION),
        // TLS_RSA_WITH_AES_128_CBC_SHA.
        (
            hello([3, 3], [0, 0x2f]),
            "the server uses an algorithm that is not supported",
        ),
    ] {
        let error = fails(bytes, ConnectionFault::Incompatible, true).await;
        assert!(error.to_string().ends_with(&format!("; {reason}")), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_refuses_the_client_certificate_is_asked_once() {
    // Among others: access_denied, unknown_ca, certificate_required.
    for description in [42, 43, 44, 45, 46, 48, 49, 116] {
        fails(alert(description), ConnectionFault::ClientCertificate, true).await;
    }
}

#[tokio::test]
async fn a_server_whose_handshake_may_succeed_later_is_asked_again() {
    // Unexpected message, bad record, illegal parameter, decode error, decrypt error, internal error, canceled.
    for description in [10, 20, 47, 50, 51, 80, 90] {
        fails(alert(description), ConnectionFault::Handshake, false).await;
    }
    let error = fails(
        b"HTTP/1.1 503 Later\r\n\r\n".to_vec(),
        ConnectionFault::Handshake,
        false,
    )
    .await;
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
    fails(Vec::new(), ConnectionFault::Handshake, false).await;
}
