use std::task::{Context, Poll, Waker};

use flate2::{Compression, write::GzEncoder};
use http::HeaderValue;

use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A text in members that together are too long to be decoded inline.
fn members_of(text: &[u8]) -> Bytes {
    text.chunks(1000).flat_map(gzip).collect()
}

/// Decodes a body that arrives in chunks of this length.
async fn decoded(body: &[u8], length: usize) -> Result<Vec<u8>, BodyFault> {
    let mut gzip = Gzip::new();
    let mut whole = Vec::new();
    for chunk in body.chunks(length) {
        gzip.feed(Bytes::copy_from_slice(chunk));
        while let Some(made) = gzip.next().await? {
            assert!(made.len() <= STEP + 64 * 1024, "{}", made.len());
            whole.extend_from_slice(&made);
        }
    }
    whole.extend(gzip.end()?.unwrap_or_default());
    Ok(whole)
}

#[tokio::test]
async fn all_members_are_read_in_chunks_of_any_length() {
    let long = b"The same over and over. ".repeat(40_000);
    for members in [
        vec![b"".as_slice()],
        vec![b"A"],
        vec![b"A", b"B"],
        vec![b"", b"A", b"", b"", b"B", b""],
        vec![&long, b"and", &long],
    ] {
        let body: Vec<_> = members.iter().flat_map(|member| gzip(member)).collect();
        for length in [1, 7, 4096, body.len()] {
            assert_eq!(decoded(&body, length).await, Ok(members.concat()), "{length}");
        }
    }
    assert_eq!(decoded(b"", 1).await, Ok(Vec::new()));
}

#[tokio::test]
async fn foreign_bytes_anywhere_and_any_missing_byte_are_an_error() {
    let body = [gzip(b"first"), gzip(b"second")].concat();
    let first = gzip(b"first").len();
    for end in 1..body.len() {
        for length in [1, body.len()] {
            let expected = if end == first {
                Ok(b"first".to_vec())
            } else {
                Err(BodyFault::NotUnpacked)
            };
            assert_eq!(decoded(&body[..end], length).await, expected, "{end}");
        }
    }
    for behind in [b"\0".as_slice(), b"\0\0\0\0", b"\x1f", b"\x1f\x8b", b"more", b"\n"] {
        for length in [1, 20, body.len() + behind.len()] {
            let longer = [&body, behind].concat();
            assert_eq!(
                decoded(&longer, length).await,
                Err(BodyFault::NotUnpacked),
                "{behind:?}"
            );
        }
    }
    // The checksums and lengths of both members.
    for at in [first - 8, first - 1, body.len() - 8, body.len() - 1] {
        let mut wrong = body.clone();
        wrong[at] ^= 1;
        for length in [1, body.len()] {
            assert_eq!(decoded(&wrong, length).await, Err(BodyFault::NotUnpacked), "{at}");
        }
    }
}

#[tokio::test]
async fn short_bodies_are_decoded_inline_and_long_ones_on_another_thread() {
    let is_away = |coded: Vec<u8>| {
        let mut gzip = Gzip::new();
        gzip.feed(coded.into());
        let mut next = Box::pin(async move {
            let _ = gzip.next().await;
        });
        next.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
    };
    // The other thread may have finished at once.
    let is_ever_away = |coded: &[u8]| (0..100).any(|_| is_away(coded.to_vec()));
    assert!(!is_ever_away(&gzip(b"{}")));
    assert!(is_ever_away(&gzip(b"").repeat(INLINE / 20 + 1)));
}

#[tokio::test]
async fn a_step_whose_future_was_dropped_is_not_lost() {
    let long = b"The same over and over. ".repeat(40_000);
    let mut gzip = Gzip::new();
    gzip.feed(members_of(&long));
    let mut whole = Vec::new();
    while !matches!(&gzip, Gzip::Here(decoder) if decoder.coded.is_empty()) {
        // Polled once, and dropped while it is running.
        let polled = Box::pin(gzip.next())
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        if let Poll::Ready(made) = polled {
            whole.extend(made.unwrap().unwrap_or_default());
            continue;
        }
        whole.extend(gzip.next().await.unwrap().unwrap_or_default());
    }
    whole.extend(gzip.end().unwrap().unwrap_or_default());
    assert_eq!(whole, long);
}

#[test]
fn codings_are_known_in_every_spelling() {
    let of = |fields: &[(HeaderName, &'static str)]| {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        match Coding::of(&headers) {
            Coding::Identity => "identity",
            Coding::Gzip(_) => "gzip",
            Coding::Unknown => "unknown",
        }
    };
    for (value, coding) in [
        ("", "identity"),
        ("identity", "identity"),
        (" Identity , ", "identity"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("X-GZip", "gzip"),
        ("identity, gzip", "gzip"),
        ("gzip, gzip", "unknown"),
        ("br", "unknown"),
        ("deflate", "unknown"),
        ("zstd", "unknown"),
        ("gzip, br", "unknown"),
        ("gzip;q=1", "unknown"),
    ] {
        assert_eq!(of(&[(CONTENT_ENCODING, value)]), coding, "{value}");
    }
    assert_eq!(of(&[]), "identity");
    assert_eq!(of(&[(CONTENT_ENCODING, "gzip"), (CONTENT_ENCODING, "gzip")]), "unknown");
    assert_eq!(of(&[(TRANSFER_ENCODING, "chunked")]), "identity");
    assert_eq!(of(&[(TRANSFER_ENCODING, "gzip, chunked")]), "gzip");
    assert_eq!(of(&[(TRANSFER_ENCODING, "chunked, chunked")]), "unknown");
    assert_eq!(
        of(&[(TRANSFER_ENCODING, "chunked"), (TRANSFER_ENCODING, "chunked")]),
        "unknown"
    );
    assert_eq!(
        of(&[(TRANSFER_ENCODING, "gzip, chunked"), (CONTENT_ENCODING, "gzip")]),
        "unknown"
    );
}
