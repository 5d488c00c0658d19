//! Decodes the bodies of responses, from gzip only: in bounded memory and, if that takes long, on another thread. The
//! callers decide what a fault means.

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

use crate::{
    blocking::{self, Work},
    error::BodyFault,
};

/// How many compressed bytes of a body are decoded on the thread of the requests. A few bytes can be hundreds of
/// members, or expand a thousandfold.
const INLINE: usize = 4 * 1024;

/// How many bytes are decoded at a time, excluding the buffer of the decoder.
const STEP: usize = 64 * 1024;

/// The content coding of a body.
#[derive(Debug)]
enum Coding {
    Identity,
    Gzip(Gzip),
    Unknown,
}

impl Coding {
    fn of(headers: &HeaderMap) -> Self {
        let mut all: Vec<_> = codings(headers, &TRANSFER_ENCODING).collect();
        // The transport has undone the last coding, and no other.
        all.pop_if(|last| last == "chunked");
        all.extend(codings(headers, &CONTENT_ENCODING));
        match all.as_slice() {
            [] => Self::Identity,
            [one] if matches!(one.as_str(), "gzip" | "x-gzip") => Self::Gzip(Gzip::new()),
            _ => Self::Unknown,
        }
    }
}

/// The codings in a header, in lower case, without those that change nothing.
fn codings<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> + use<'h> {
    let values = headers.get_all(name).into_iter();
    let values = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let names = values.map(|coding| String::from_utf8_lossy(coding).trim().to_ascii_lowercase());
    names.filter(|coding| !matches!(coding.as_str(), "" | "identity"))
}

/// Why a body cannot be read further.
#[derive(Debug)]
pub(super) enum Broken {
    /// Its connection broke.
    Connection(reqwest::Error),
    /// It is not what its headers announce, or cannot be decoded.
    Content(BodyFault),
}

/// A response, with its body decoded.
#[derive(Debug)]
pub(super) struct Decoded {
    response: reqwest::Response,
    coding: Coding,
}

impl Decoded {
    pub(super) fn new(mut response: reqwest::Response) -> Self {
        let coding = Coding::of(response.headers());
        if !matches!(coding, Coding::Identity) {
            // These headers count compressed bytes.
            response.headers_mut().remove(CONTENT_LENGTH);
            response.headers_mut().remove(CONTENT_RANGE);
        }
        Self { response, coding }
    }

    pub(super) fn response(&self) -> &reqwest::Response {
        &self.response
    }

    /// The length of the decoded body, if the headers announce it.
    pub(super) fn length(&self) -> Option<u64> {
        let is_known = matches!(self.coding, Coding::Identity);
        self.response.content_length().filter(|_| is_known)
    }

    /// Returns the next chunk, which may be empty, or `None` at the end. Dropping the future loses no bytes.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        if let Coding::Gzip(gzip) = &mut self.coding
            && let Some(chunk) = gzip.next().await.map_err(Broken::Content)?
        {
            return Ok(Some(chunk));
        }
        let coded = self.response.chunk().await.map_err(Broken::Connection)?;
        match (&mut self.coding, coded) {
            (Coding::Gzip(gzip), Some(coded)) => {
                gzip.feed(coded);
                Ok(Some(Bytes::new()))
            }
            (Coding::Gzip(gzip), None) => gzip.end().map_err(Broken::Content),
            (Coding::Unknown, Some(coded)) if !coded.is_empty() => Err(Broken::Content(BodyFault::UnknownCoding)),
            (Coding::Identity | Coding::Unknown, chunk) => Ok(chunk),
        }
    }
}

/// A decoder, on this thread or on another.
#[derive(Debug)]
enum Gzip {
    Here(Box<Decoder>),
    Away(Work<(Box<Decoder>, io::Result<Bytes>)>),
    Broken,
}

impl Gzip {
    fn new() -> Self {
        Self::Here(Box::new(Decoder {
            members: MultiGzDecoder::new(Vec::new()),
            coded: Bytes::new(),
            received: 0,
            made: 0,
        }))
    }

    /// Takes compressed bytes, after all earlier ones have been decoded.
    fn feed(&mut self, coded: Bytes) {
        if let Self::Here(decoder) = self {
            decoder.received = decoder.received.saturating_add(coded.len());
            decoder.coded = coded;
        }
    }

    /// Decodes a part of the bytes received; `None` if none are left.
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
            Self::Here(mut decoder) => Self::Away(blocking::compute(move || {
                let made = decoder.step();
                (decoder, made)
            })),
            other => other,
        };
    }

    /// Returns the rest at the end of the body, which must end with a member. An empty body has no coding.
    fn end(&mut self) -> Result<Option<Bytes>, BodyFault> {
        match mem::replace(self, Self::Broken) {
            Self::Here(mut decoder) => {
                if mem::take(&mut decoder.received) > 0 {
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

/// Decodes one member after the other. Other bytes after the last one are an error, as are a wrong checksum and a wrong
/// length.
#[derive(Debug)]
struct Decoder {
    members: MultiGzDecoder<Vec<u8>>,
    /// Compressed bytes that have not been decoded.
    coded: Bytes,
    /// How many compressed bytes have been received.
    received: usize,
    /// How many bytes have been decoded.
    made: usize,
}

impl Decoder {
    fn is_quick(&self) -> bool {
        self.received <= INLINE && self.made < STEP
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
mod tests;
