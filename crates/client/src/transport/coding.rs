//! The bodies of answers without their coding, of which only gzip is decoded: in bounded memory and, where that takes long, on
//! another thread. What a fault means for the request is left to others.

use std::{
    io::{self, Write},
    mem,
};

use bytes::{Buf, Bytes};
use flate2::write::MultiGzDecoder;
use http::{
    HeaderMap, HeaderName,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, TRANSFER_ENCODING},
};
use tokio::task::JoinHandle;

use crate::error::BodyFault;

/// How many coded bytes of a body are decoded on the thread of all requests: a few can be hundreds of members, or a thousand
/// times as many bytes.
const IN_PASSING: usize = 4 * 1024;

/// How many bytes are decoded at a time, give or take the decoder's own buffer.
const STEP: usize = 64 * 1024;

/// How the bytes of a body stand for its content.
#[derive(Debug)]
enum Coding {
    Identity,
    Gzip(Gzip),
    Unknown,
}

impl Coding {
    fn of(headers: &HeaderMap) -> Self {
        let of_message = codings(headers, &TRANSFER_ENCODING).filter(|coding| coding != "chunked");
        let all: Vec<_> = of_message.chain(codings(headers, &CONTENT_ENCODING)).collect();
        match all.as_slice() {
            [] => Self::Identity,
            [one] if matches!(one.as_str(), "gzip" | "x-gzip") => Self::Gzip(Gzip::new()),
            _ => Self::Unknown,
        }
    }
}

/// The codings that a header names, in lower case, without those that change nothing.
fn codings<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> + use<'h> {
    let values = headers.get_all(name).into_iter();
    let values = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let names = values.map(|coding| String::from_utf8_lossy(coding).trim().to_ascii_lowercase());
    names.filter(|coding| !matches!(coding.as_str(), "" | "identity"))
}

/// Why a body does not go on.
#[derive(Debug)]
pub(super) enum Broken {
    /// Its connection broke.
    Connection(reqwest::Error),
    /// It is not what its headers say, or cannot be decoded.
    Content(BodyFault),
}

/// An answer, and its body without the coding.
#[derive(Debug)]
pub(super) struct Decoded {
    response: reqwest::Response,
    coding: Coding,
}

impl Decoded {
    pub(super) fn new(mut response: reqwest::Response) -> Self {
        let coding = Coding::of(response.headers());
        if !matches!(coding, Coding::Identity) {
            // They count coded bytes.
            response.headers_mut().remove(CONTENT_LENGTH);
            response.headers_mut().remove(CONTENT_RANGE);
        }
        Self { response, coding }
    }

    pub(super) fn response(&self) -> &reqwest::Response {
        &self.response
    }

    /// The length of the content, where the head tells it.
    pub(super) fn length(&self) -> Option<u64> {
        let is_known = matches!(self.coding, Coding::Identity);
        self.response.content_length().filter(|_| is_known)
    }

    /// The next piece, which may be empty; `None` at the end. A future of this that is dropped takes nothing along.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        if let Coding::Gzip(gzip) = &mut self.coding
            && let Some(piece) = gzip.next().await.map_err(Broken::Content)?
        {
            return Ok(Some(piece));
        }
        let coded = self.response.chunk().await.map_err(Broken::Connection)?;
        match (&mut self.coding, coded) {
            (Coding::Gzip(gzip), Some(coded)) => {
                gzip.feed(coded);
                Ok(Some(Bytes::new()))
            }
            (Coding::Gzip(gzip), None) => gzip.end().map_err(Broken::Content),
            (Coding::Unknown, Some(coded)) if !coded.is_empty() => Err(Broken::Content(BodyFault::UnknownCoding)),
            (Coding::Identity | Coding::Unknown, piece) => Ok(piece),
        }
    }
}

/// A decoder, wherever it works.
#[derive(Debug)]
enum Gzip {
    Here(Box<Decoder>),
    Away(JoinHandle<(Box<Decoder>, io::Result<Bytes>)>),
    Broken,
}

impl Gzip {
    fn new() -> Self {
        Self::Here(Box::new(Decoder {
            members: MultiGzDecoder::new(Vec::new()),
            coded: Bytes::new(),
            came: 0,
            made: 0,
        }))
    }

    /// Takes coded bytes, once all before them are decoded.
    fn feed(&mut self, coded: Bytes) {
        if let Self::Here(decoder) = self {
            decoder.came = decoder.came.saturating_add(coded.len());
            decoder.coded = coded;
        }
    }

    /// Decodes a part of what has come; `None` where nothing is left of it.
    async fn next(&mut self) -> Result<Option<Bytes>, BodyFault> {
        loop {
            let made = match self {
                Self::Here(decoder) if decoder.coded.is_empty() => return Ok(None),
                Self::Here(decoder) if decoder.is_quick() => decoder.step(),
                Self::Here(_) => {
                    self.send_away();
                    continue;
                }
                Self::Away(work) => {
                    let done = work.await;
                    *self = Self::Broken;
                    let (decoder, made) = done.map_err(|_| BodyFault::NotUnpacked)?;
                    *self = Self::Here(decoder);
                    made
                }
                Self::Broken => return Err(BodyFault::NotUnpacked),
            };
            return made.map(Some).map_err(|_| {
                *self = Self::Broken;
                BodyFault::NotUnpacked
            });
        }
    }

    fn send_away(&mut self) {
        *self = match mem::replace(self, Self::Broken) {
            Self::Here(mut decoder) => Self::Away(tokio::task::spawn_blocking(move || {
                let made = decoder.step();
                (decoder, made)
            })),
            other => other,
        };
    }

    /// What is left once all has come, which has to end with a member. Nothing at all is a body without a coding.
    fn end(&mut self) -> Result<Option<Bytes>, BodyFault> {
        match mem::replace(self, Self::Broken) {
            Self::Here(mut decoder) => {
                if mem::take(&mut decoder.came) > 0 {
                    decoder.members.try_finish().map_err(|_| BodyFault::NotUnpacked)?;
                }
                let rest = decoder.take();
                *self = Self::Here(decoder);
                Ok((!rest.is_empty()).then_some(rest))
            }
            Self::Away(_) | Self::Broken => Err(BodyFault::NotUnpacked),
        }
    }
}

/// Decodes one member after the other. What follows the last one and is none is an error, as is a wrong checksum or length.
#[derive(Debug)]
struct Decoder {
    members: MultiGzDecoder<Vec<u8>>,
    /// What has not been decoded yet.
    coded: Bytes,
    /// How many coded bytes have come in all.
    came: usize,
    /// How many bytes were made of them.
    made: usize,
}

impl Decoder {
    fn is_quick(&self) -> bool {
        self.came <= IN_PASSING && self.made < STEP
    }

    fn step(&mut self) -> io::Result<Bytes> {
        while !self.coded.is_empty() && self.members.get_ref().len() < STEP {
            let taken = self.members.write(&self.coded)?;
            self.coded.advance(taken);
        }
        if self.coded.is_empty() {
            self.members.flush()?;
        }
        Ok(self.take())
    }

    fn take(&mut self) -> Bytes {
        let made = mem::take(self.members.get_mut());
        self.made = self.made.saturating_add(made.len());
        made.into()
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use flate2::{Compression, write::GzEncoder};
    use http::HeaderValue;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// A text in members, which together are too long to be decoded in passing.
    fn members_of(text: &[u8]) -> Bytes {
        text.chunks(1000).flat_map(gzip).collect()
    }

    /// What comes of a body that arrives in pieces of this length.
    async fn decoded(body: &[u8], length: usize) -> Result<Vec<u8>, BodyFault> {
        let mut gzip = Gzip::new();
        let mut whole = Vec::new();
        for piece in body.chunks(length) {
            gzip.feed(Bytes::copy_from_slice(piece));
            while let Some(made) = gzip.next().await? {
                assert!(made.len() <= STEP + 64 * 1024, "{}", made.len());
                whole.extend_from_slice(&made);
            }
        }
        whole.extend(gzip.end()?.unwrap_or_default());
        Ok(whole)
    }

    #[tokio::test]
    async fn all_members_are_read_however_they_arrive() {
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
    async fn what_is_no_member_at_any_place_and_any_missing_byte_is_an_error() {
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
    async fn what_is_little_is_decoded_in_passing_and_what_is_much_on_another_thread() {
        let is_away = |coded: Vec<u8>| {
            let mut gzip = Gzip::new();
            gzip.feed(coded.into());
            let mut next = Box::pin(async move {
                let _ = gzip.next().await;
            });
            next.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
        };
        assert!(!is_away(gzip(b"{}")));
        assert!(is_away(gzip(b"").repeat(IN_PASSING / 20 + 1)));
    }

    #[tokio::test]
    async fn a_step_that_nobody_waits_for_is_not_lost() {
        let long = b"The same over and over. ".repeat(40_000);
        let mut gzip = Gzip::new();
        gzip.feed(members_of(&long));
        let mut whole = Vec::new();
        while !matches!(&gzip, Gzip::Here(decoder) if decoder.coded.is_empty()) {
            // Polled once, and dropped where it is under way.
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
    fn the_codings_of_every_spelling_are_known() {
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
        assert_eq!(
            of(&[(TRANSFER_ENCODING, "gzip, chunked"), (CONTENT_ENCODING, "gzip")]),
            "unknown"
        );
    }
}
