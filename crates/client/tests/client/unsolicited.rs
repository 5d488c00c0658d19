//! Responses that lie in a socket before the request is written. They belong to no request. The client runs in the
//! thread of the test, and the server in others.

use std::{io, sync::Arc};

use http::Method;
use modzy_client::{Client, RawRequest};

use crate::support::{
    builder,
    certificates::Authority,
    clock::SkippingClock,
    millis, options, plain,
    server::{Stream, Then, Threaded, answer},
};

/// A job that nobody has asked for.
fn stray() -> Vec<u8> {
    answer(200, "", r#"{"jobIdentifier":"stray","status":"COMPLETED"}"#)
}

/// The job in the path of a request.
fn job_of(line: &str) -> Vec<u8> {
    let id = line.rsplit('/').next().unwrap();
    answer(200, "", format!(r#"{{"jobIdentifier":"{id}","status":"OPEN"}}"#))
}

fn right(line: &str, socket: &mut dyn Stream) -> io::Result<Then> {
    socket.write_all(&job_of(line))?;
    Ok(Then::Keep)
}

/// Reads a job without a check of its identifier, which would refuse another one.
async fn read(client: &Client, id: &str) -> String {
    let request = RawRequest::new(Method::GET, format!("/jobs/{id}"));
    let read = client.raw_request(&request, &options()).await.unwrap();
    String::from_utf8(read.body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_read_never_gets_a_response_that_lay_in_its_socket() {
    for closes in [false, true] {
        let server = Threaded::start(0, right);
        let client = plain(&server.api()).retries(0).build().unwrap();
        for nth in 1..=100 {
            let id = format!("job-{nth}");
            assert!(read(&client, &id).await.contains(&id));
            if closes {
                server.close(&stray());
            } else {
                server.send(&stray());
            }
        }
        assert_eq!((server.count(), server.connections()), (100, 100));
    }
}

#[tokio::test]
async fn a_second_response_to_one_read_is_no_response_to_the_next() {
    let twice = |line: &str, socket: &mut dyn Stream| {
        socket.write_all(&[job_of(line), stray()].concat())?;
        Ok(Then::Keep)
    };
    let authority = Authority::new();
    for tls in [None, Some(authority.server("127.0.0.1"))] {
        let is_secure = tls.is_some();
        let server = Threaded::limited(tls, usize::MAX, twice);
        let client = if is_secure {
            builder(&server.https()).ca([authority.pem()]).unwrap()
        } else {
            plain(&server.api())
        };
        let client = client.retries(0).build().unwrap();
        for nth in 0..20 {
            let id = format!("job-{nth}");
            assert!(read(&client, &id).await.contains(&id));
        }
        assert_eq!((server.count(), server.connections()), (20, 20));
    }
}

/// Reads, and blocks the thread after this many turns of other tasks. Meanwhile the server sends a stray response on
/// each socket without a request.
#[cfg(unix)]
async fn blocks_after(turns: usize) {
    let server = Threaded::start(0, right);
    let clock = Arc::new(SkippingClock::default());
    let client = plain(&server.api()).clock(clock).build().unwrap();
    read(&client, "first").await;
    let reading = tokio::spawn(async move { read(&client, "second").await });
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
    server.send_idle(&stray());
    std::thread::sleep(millis(400));
    let second = reading.await.unwrap();
    assert!(second.contains("second"), "after {turns} turns: {second}");
}

#[cfg(unix)]
#[test]
fn a_process_may_be_suspended_anywhere_between_a_read_and_its_send() {
    std::thread::scope(|scope| {
        for turns in 0..20 {
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(blocks_after(turns));
            });
        }
    });
}
