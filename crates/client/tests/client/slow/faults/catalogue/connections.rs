//! Faults of connections: those that cannot be opened, and those that break.

use std::{sync::Arc, time::Duration};

use modzy_client::{ConnectionFault, Phase};

#[cfg(target_os = "linux")]
use super::Addresses;
use super::{Break, Cause, Fault, HOST, Handshake, Injection, RetryAfter, Then};
#[cfg(target_os = "linux")]
use crate::support::server::FullListener;
use crate::support::{
    certificates::{Authority, self_signed},
    names::Fate,
    server::{Reply, answer},
};

pub(super) async fn before_the_connection(authority: &Authority) -> Vec<Fault> {
    use ConnectionFault::{
        Certificate, Handshake as NoHandshake, Incompatible, ProxyCredentials, Refused, Tunnel, Unresolved,
    };

    #[cfg(target_os = "linux")]
    let full = Arc::new(FullListener::new().await);
    let never = |fault, phase| Cause::NeverSent(Break::Connection(fault, phase));
    let limit = |phase| Cause::NeverSent(Break::Limit(phase));
    let presents = |config| Injection::Tls(Handshake::With(Arc::new(config)));
    let untrusted = Cause::Untrusted(Certificate, Phase::Tls);
    let refusal = |status, headers: &str| {
        let headers = format!("{headers}connection: close\r\n");
        Reply::Close(answer(status, &headers, ""))
    };
    let challenge = || refusal(407, "proxy-authenticate: Basic realm=\"x\"\r\n");
    vec![
        Fault::new(
            "the host name has no address",
            never(Unresolved, Phase::Dns),
            Injection::Lookup(Fate::Unknown),
        ),
        Fault::new(
            "the lookup of the host name hangs",
            limit(Phase::Dns),
            Injection::Lookup(Fate::Hangs),
        ),
        Fault::new("connection refused", never(Refused, Phase::Connect), Injection::Refused),
        #[cfg(target_os = "linux")]
        Fault::new(
            "connection never accepted",
            limit(Phase::Connect),
            Injection::NeverAccepts(full),
        ),
        Fault::new(
            "the TLS handshake is cut",
            never(NoHandshake, Phase::Tls),
            Injection::Tls(Handshake::Cut),
        ),
        Fault::new(
            "the TLS handshake stalls",
            limit(Phase::Tls),
            Injection::Tls(Handshake::Stalls),
        ),
        Fault::new(
            "the server does not speak TLS",
            never(NoHandshake, Phase::Tls),
            Injection::Tls(Handshake::NoTls),
        ),
        Fault::new(
            "no TLS settings in common",
            Cause::Untrusted(Incompatible, Phase::Tls),
            Injection::Tls(Handshake::Refused),
        ),
        Fault::new(
            "certificate of another host",
            untrusted,
            presents(authority.server("other.test")),
        ),
        Fault::new("certificate expired", untrusted, presents(authority.expired(HOST))),
        Fault::new(
            "certificate not valid yet",
            untrusted,
            presents(authority.premature(HOST)),
        ),
        Fault::new("certificate self-signed", untrusted, presents(self_signed(HOST))),
        Fault::new(
            "certificate of an unknown issuer",
            untrusted,
            presents(Authority::new().server(HOST)),
        ),
        Fault::new(
            "407 of a proxy before its tunnel",
            Cause::Untrusted(ProxyCredentials, Phase::Connect),
            Injection::Tunnel(challenge()),
        ),
        Fault::new(
            "502 of a proxy before its tunnel",
            never(Tunnel, Phase::Connect),
            Injection::Tunnel(refusal(502, "")),
        ),
        Fault::new(
            "407 of a proxy in front of plain HTTP",
            Cause::Status(407, RetryAfter::Ignored),
            Injection::Proxy(challenge()),
        ),
    ]
}

#[cfg(target_os = "linux")]
pub(super) fn of_addresses() -> Vec<Fault> {
    let other = |name, addresses| Fault::new(name, Cause::OtherAddress, Injection::Addresses(addresses));
    vec![
        other("the first of two addresses drops packets", Addresses::Silent),
        other("the first of two addresses is silent in TLS", Addresses::SilentInTls),
        other("the first of two addresses refuses", Addresses::Refusing),
        Fault::new(
            "both addresses drop packets",
            Cause::NeverSent(Break::Limit(Phase::Connect)),
            Injection::Addresses(Addresses::AllSilent),
        ),
    ]
}

pub(super) fn announced() -> Vec<Fault> {
    let ends = |announced, hint, many| {
        let name = format!("the server had announced the end of {announced}");
        Fault::new(name, Cause::IdleClosed(many), Injection::IdleEnds(hint, many))
    };
    vec![
        Fault::new(
            "the server had closed the idle socket",
            Cause::IdleClosed(1),
            Injection::IdleClosed,
        ),
        ends("the idle socket (`timeout`)", "keep-alive: timeout=1", 1),
        ends("the idle socket (`max`)", "keep-alive: timeout=60, max=1", 1),
        ends("three idle sockets (`max`)", "keep-alive: timeout=60, max=1", 3),
    ]
}

pub(super) fn early() -> Vec<Fault> {
    let refused = Cause::Status(413, RetryAfter::Ignored);
    let refusal = |_: &str, _: Duration| Reply::Keep(answer(413, "", "{}"));
    let good = |good: &str, _: Duration| Reply::Keep(answer(200, "", good));
    let later = |_: &str, _: Duration| Reply::Keep(answer(503, "retry-after: 2\r\n", "{}"));
    vec![
        Fault::early(
            "413 before the request is read, then a reset",
            refused,
            Then::Resets,
            refusal,
        ),
        Fault::early(
            "413 before the request is read, then its body",
            refused,
            Then::ReadsOn,
            refusal,
        ),
        Fault::early(
            "503 with `Retry-After` before the request is read, then a reset",
            Cause::Status(503, RetryAfter::Pause(2000, 2000)),
            Then::Resets,
            later,
        ),
        Fault::early(
            "a good response before the request is read, then a reset",
            Cause::Early,
            Then::Resets,
            good,
        ),
        Fault::early(
            "a good response before the request is read, then its body",
            Cause::Early,
            Then::ReadsOn,
            good,
        ),
    ]
}

pub(super) fn before_the_answer() -> Vec<Fault> {
    use ConnectionFault::{Cut, Malformed};
    let lost = |fault| Cause::Lost(Break::Connection(fault, Phase::Headers));
    let stalled = Cause::Lost(Break::Limit(Phase::Headers));
    let bytes = |bytes: &'static [u8]| move |_: &str, _: Duration| Reply::Close(bytes.to_vec());
    vec![
        Fault::new(
            "the idle socket closes under the request",
            Cause::IdleDied,
            Injection::IdleDies(Reply::Close(Vec::new())),
        ),
        Fault::new(
            "the idle socket is reset under the request",
            Cause::IdleDied,
            Injection::IdleDies(Reply::Reset),
        ),
        Fault::answer("reset before the response", lost(Cut), |_, _| Reply::Reset),
        Fault::answer("closed before the response", lost(Cut), bytes(b"")),
        Fault::answer(
            "closed within the head",
            lost(Cut),
            bytes(b"HTTP/1.1 200 OK\r\ncontent-le"),
        ),
        Fault::answer(
            "the response is not HTTP",
            lost(Malformed),
            bytes(b"220 smtp.example ESMTP\r\n"),
        ),
        Fault::answer("two different `Content-Length` headers", lost(Malformed), |good, _| {
            let twice = format!("content-length: {}\r\n", good.len() + 1);
            Reply::Close(answer(200, &twice, good))
        }),
        Fault::answer("endless headers", lost(Malformed), |_, _| {
            Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-more: and more\r\n".repeat(100))
        }),
        Fault::answer("one header of 2 MiB", lost(Malformed), |good, _| {
            Reply::Close(answer(200, &format!("x-long: {}\r\n", "x".repeat(2 << 20)), good))
        }),
        Fault::answer("no response", stalled, |_, _| Reply::Stall(Vec::new())),
        Fault::answer("stall within the head", stalled, |_, _| {
            Reply::Stall(b"HTTP/1.1 200 OK\r\nx".to_vec())
        }),
        Fault::answer("a slow head", stalled, |good, limit| {
            Reply::Dribble(Vec::new(), limit / 16, answer(200, "", good))
        }),
        Fault::answer("endless 1xx", stalled, |_, _| {
            Reply::Endless(Vec::new(), b"HTTP/1.1 102 Processing\r\n\r\n".to_vec())
        }),
    ]
}

/// Removes the last bytes of a response.
fn truncated(mut answer: Vec<u8>, missing: usize) -> Vec<u8> {
    answer.truncate(answer.len() - missing);
    answer
}

fn chunked(good: &str) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for chunk in good.as_bytes().chunks(16) {
        answer.extend(format!("{:x}\r\n", chunk.len()).bytes());
        answer.extend(chunk);
        answer.extend(b"\r\n");
    }
    answer
}

/// Faults of the connection after the head of the response.
pub(super) fn in_the_answer() -> Vec<Fault> {
    let cut = Cause::Lost(Break::Connection(ConnectionFault::Cut, Phase::Body));
    let stalled = Cause::Lost(Break::Limit(Phase::Body));
    vec![
        Fault::answer("reset after the head", cut, |good, _| {
            Reply::Break(truncated(answer(200, "", good), good.len()))
        }),
        Fault::answer("reset within the body", cut, |good, _| {
            Reply::Break(truncated(answer(200, "", good), 7))
        }),
        Fault::answer("closed within the body", cut, |good, _| {
            Reply::Close(truncated(answer(200, "", good), 7))
        }),
        Fault::answer("closed within a chunk", cut, |good, _| {
            Reply::Close(truncated(chunked(good), 7))
        }),
        Fault::answer("closed before the last chunk", cut, |good, _| {
            Reply::Close(chunked(good))
        }),
        Fault::answer("a `Content-Length` that is too long", stalled, |good, _| {
            let length = good.len() + 7;
            Reply::Stall(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{good}").into_bytes())
        }),
        Fault::answer("stall after the head", stalled, |good, _| {
            Reply::Stall(truncated(answer(200, "", good), good.len()))
        }),
        Fault::answer("stall within the body", stalled, |good, _| {
            Reply::Stall(truncated(answer(200, "", good), 7))
        }),
    ]
}
