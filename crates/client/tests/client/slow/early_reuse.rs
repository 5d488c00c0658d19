//! Connections after a response that the server may have sent before it had the whole request.

use bytes::Bytes;
use http::Method;
use modzy_client::{Error, RawRequest};

use super::early_answers::ALONE;
use crate::support::{
    builder, millis, options,
    server::{Then, Threaded, answer},
};

const MIB: usize = 1024 * 1024;

/// More than the buffers of two sockets hold.
const LARGE: usize = 30 * MIB;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_connection_is_not_used_again_after_a_response_that_may_have_been_early() {
    let _alone = ALONE.lock().await;
    for (length, status) in [
        (1025, 413),
        (60_000, 413),
        (MIB, 413),
        (MIB, 503),
        (LARGE, 413),
        (LARGE, 202),
    ] {
        let body = Bytes::from(vec![b'x'; length]);
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            // The server closes the socket later, without an announcement.
            let server = Threaded::start(0, move |_, socket| {
                socket.write_all(&answer(status, "", "{}"))?;
                Ok(Then::Close(millis(50)))
            });
            let client = builder(&server.api()).retries(0).build().unwrap();
            for nth in 1..=3 {
                let mut request = RawRequest::new(method.clone(), "/elsewhere");
                request.body = Some(body.clone());
                request.takes_bytes = true;
                let client = client.clone();
                let sent = tokio::spawn(async move { client.raw_request(&request, &options()).await });
                let sent = sent.await.unwrap();
                let answered = sent
                    .as_ref()
                    .map_or_else(Error::status, |response| Some(response.status));
                let case = format!("{method} of {length} bytes, {nth}: {sent:?}");
                assert_eq!(answered, Some(status), "{case}");
                assert_eq!((server.count(), server.connections()), (nth, nth), "{case}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_connection_is_used_again_after_a_response_to_a_whole_request() {
    let _alone = ALONE.lock().await;
    // A short request is written at once. A success answers all of a request that has been sent.
    for (length, status) in [(2, 413), (1024, 400), (1025, 202), (MIB, 202)] {
        let body = Bytes::from(vec![b'x'; length]);
        let server = Threaded::start(usize::MAX, move |_, socket| {
            socket.write_all(&answer(status, "", "{}"))?;
            Ok(Then::Keep)
        });
        let client = builder(&server.api()).retries(0).build().unwrap();
        for _ in 0..3 {
            let mut request = RawRequest::new(Method::PUT, "/elsewhere");
            request.body = Some(body.clone());
            let client = client.clone();
            // The result does not matter here.
            let _ = tokio::spawn(async move { client.raw_request(&request, &options()).await }).await;
        }
        assert_eq!((server.count(), server.connections()), (3, 1), "{length} bytes");
    }
}
