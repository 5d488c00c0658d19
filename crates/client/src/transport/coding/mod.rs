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

use crate::{
    blocking::{self, Work},
    error::BodyFault,
};

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
    Away(Work<(Box<Decoder>, io::Result<Bytes>)>),
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
            Self::Here(mut decoder) => Self::Away(blocking::compute(move || {
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
mod tests;
