//! Faults of connections: those that never stand, and those that break.

use std::{sync::Arc, time::Duration};

use modzy_client::{ConnectionFault, Phase};

#[cfg(target_os = "linux")]
use super::Addresses;
use super::{Asked, Broke, Fault, HOST, Handshake, How, Then, What};
#[cfg(target_os = "linux")]
use crate::support::server::FullListener;
use crate::support::{
    certificates::{Authority, self_signed},
    names::Fate,
    server::{Reply, answer},
};

pub(super) async fn before_the_connection(authority: &Authority) -> Vec<Fault> {
    use ConnectionFault::{Certificate, Handshake as NoHandshake, ProxyCredentials, Refused, Tunnel, Unresolved};

    #[cfg(target_os = "linux")]
    let full = Arc::new(FullListener::new().await);
    let never = |fault, phase| What::NeverSent(Broke::Connection(fault, phase));
    let limit = |phase| What::NeverSent(Broke::Limit(phase));
    let shown = |config| How::Tls(Handshake::With(Arc::new(config)));
    let distrusted = What::Distrusted(Certificate, Phase::Tls);
    let refusal = |status, headers: &str| {
        let headers = format!("{headers}connection: close\r\n");
        Reply::Close(answer(status, &headers, ""))
    };
    let challenge = || refusal(407, "proxy-authenticate: Basic realm=\"x\"\r\n");
    vec![
        Fault::new(
            "the name has no address",
            never(Unresolved, Phase::Dns),
            How::Lookup(Fate::Unknown),
        ),
        Fault::new(
            "the look-up of the name hangs",
            limit(Phase::Dns),
            How::Lookup(Fate::Hangs),
        ),
        Fault::new("connection refused", never(Refused, Phase::Connect), How::Refused),
        #[cfg(target_os = "linux")]
        Fault::new(
            "the connection never stands",
            limit(Phase::Connect),
            How::NeverStands(full),
        ),
        Fault::new(
            "the TLS handshake is cut",
            never(NoHandshake, Phase::Tls),
            How::Tls(Handshake::Cut),
        ),
        Fault::new(
            "the TLS handshake stalls",
            limit(Phase::Tls),
            How::Tls(Handshake::Stalls),
        ),
        Fault::new(
            "the server does not speak TLS",
            never(NoHandshake, Phase::Tls),
            How::Tls(Handshake::NoTls),
        ),
        Fault::new(
            "certificate of another host",
            distrusted,
            shown(authority.server("other.test")),
        ),
        Fault::new("certificate expired", distrusted, shown(authority.expired(HOST))),
        Fault::new(
            "certificate not valid yet",
            distrusted,
            shown(authority.premature(HOST)),
        ),
        Fault::new("certificate self-signed", distrusted, shown(self_signed(HOST))),
        Fault::new(
            "certificate of an unknown issuer",
            distrusted,
            shown(Authority::new().server(HOST)),
        ),
        Fault::new(
            "407 of a proxy before its tunnel",
            What::Distrusted(ProxyCredentials, Phase::Connect),
            How::Tunnel(challenge()),
        ),
        Fault::new(
            "a proxy opens no tunnel (502)",
            never(Tunnel, Phase::Connect),
            How::Tunnel(refusal(502, "")),
        ),
        Fault::new(
            "407 of a proxy in front of plain HTTP",
            What::Status(407, Asked::Nothing),
            How::Proxy(challenge()),
        ),
    ]
}

#[cfg(target_os = "linux")]
pub(super) fn of_addresses() -> Vec<Fault> {
    let other = |name, addresses| Fault::new(name, What::OtherAddress, How::Addresses(addresses));
    vec![
        other("the first of two addresses swallows packets", Addresses::Silent),
        other("the first of two addresses is silent in TLS", Addresses::SilentInTls),
        other("the first of two addresses refuses", Addresses::Refusing),
        Fault::new(
            "both addresses swallow packets",
            What::NeverSent(Broke::Limit(Phase::Connect)),
            How::Addresses(Addresses::AllSilent),
        ),
    ]
}

pub(super) fn announced() -> Vec<Fault> {
    let ends = |announced, hint, many| {
        let name = format!("the server had announced the end of {announced}");
        Fault::new(name, What::IdleClosed(many), How::IdleEnds(hint, many))
    };
    vec![
        Fault::new(
            "the server had closed the idle socket",
            What::IdleClosed(1),
            How::IdleClosed,
        ),
        ends("the idle socket (`timeout`)", "keep-alive: timeout=1", 1),
        ends("the idle socket (`max`)", "keep-alive: timeout=60, max=1", 1),
        ends("three idle sockets (`max`)", "keep-alive: timeout=60, max=1", 3),
    ]
}

pub(super) fn early() -> Vec<Fault> {
    let refused = What::Status(413, Asked::Nothing);
    let refusal = |_: &str, _: Duration| Reply::Keep(answer(413, "", "{}"));
    let good = |good: &str, _: Duration| Reply::Keep(answer(200, "", good));
    let later = |_: &str, _: Duration| Reply::Keep(answer(503, "retry-after: 2\r\n", "{}"));
    vec![
        Fault::early(
            "413 before the request is read, and a reset",
            refused,
            Then::Resets,
            refusal,
        ),
        Fault::early(
            "413 before the request is read, its body after that",
            refused,
            Then::ReadsOn,
            refusal,
        ),
        Fault::early(
            "503 with `Retry-After` before the request is read, and a reset",
            What::Status(503, Asked::Pause(2000, 2000)),
            Then::Resets,
            later,
        ),
        Fault::early(
            "a good answer before the request is read, and a reset",
            What::Early,
            Then::Resets,
            good,
        ),
        Fault::early(
            "a good answer before the request is read, its body after that",
            What::Early,
            Then::ReadsOn,
            good,
        ),
    ]
}

pub(super) fn before_the_answer() -> Vec<Fault> {
    use ConnectionFault::{Cut, Malformed};
    let lost = |fault| What::Lost(Broke::Connection(fault, Phase::Headers));
    let stalled = What::Lost(Broke::Limit(Phase::Headers));
    let bytes = |bytes: &'static [u8]| move |_: &str, _: Duration| Reply::Close(bytes.to_vec());
    vec![
        Fault::new(
            "the idle socket closes under the request",
            What::IdleDied,
            How::IdleDies(Reply::Close(Vec::new())),
        ),
        Fault::new(
            "the idle socket is reset under the request",
            What::IdleDied,
            How::IdleDies(Reply::Reset),
        ),
        Fault::answer("reset before the answer", lost(Cut), |_, _| Reply::Reset),
        Fault::answer("closed before the answer", lost(Cut), bytes(b"")),
        Fault::answer(
            "closed within the head",
            lost(Cut),
            bytes(b"HTTP/1.1 200 OK\r\ncontent-le"),
        ),
        Fault::answer(
            "the answer is not HTTP",
            lost(Malformed),
            bytes(b"220 smtp.example ESMTP\r\n"),
        ),
        Fault::answer("two lengths that differ", lost(Malformed), |good, _| {
            let twice = format!("content-length: {}\r\n", good.len() + 1);
            Reply::Close(answer(200, &twice, good))
        }),
        Fault::answer("headers without end", lost(Malformed), |_, _| {
            Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-more: and more\r\n".repeat(100))
        }),
        Fault::answer("one header of 2 MiB", lost(Malformed), |good, _| {
            Reply::Close(answer(200, &format!("x-long: {}\r\n", "x".repeat(2 << 20)), good))
        }),
        Fault::answer("no answer", stalled, |_, _| Reply::Stall(Vec::new())),
        Fault::answer("stall within the head", stalled, |_, _| {
            Reply::Stall(b"HTTP/1.1 200 OK\r\nx".to_vec())
        }),
        Fault::answer("the head comes too slowly", stalled, |good, limit| {
            Reply::Dribble(Vec::new(), limit / 16, answer(200, "", good))
        }),
        Fault::answer("1xx without end", stalled, |_, _| {
            Reply::Endless(Vec::new(), b"HTTP/1.1 102 Processing\r\n\r\n".to_vec())
        }),
    ]
}

/// The answer without its last bytes.
fn begun(mut answer: Vec<u8>, missing: usize) -> Vec<u8> {
    answer.truncate(answer.len() - missing);
    answer
}

fn chunked(good: &str) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for piece in good.as_bytes().chunks(16) {
        answer.extend(format!("{:x}\r\n", piece.len()).bytes());
        answer.extend(piece);
        answer.extend(b"\r\n");
    }
    answer
}

/// Faults of the connection once the answer's head has come.
pub(super) fn in_the_answer() -> Vec<Fault> {
    let cut = What::Lost(Broke::Connection(ConnectionFault::Cut, Phase::Body));
    let stalled = What::Lost(Broke::Limit(Phase::Body));
    vec![
        Fault::answer("reset after the head", cut, |good, _| {
            Reply::Break(begun(answer(200, "", good), good.len()))
        }),
        Fault::answer("reset within the body", cut, |good, _| {
            Reply::Break(begun(answer(200, "", good), 7))
        }),
        Fault::answer("closed within the body", cut, |good, _| {
            Reply::Close(begun(answer(200, "", good), 7))
        }),
        Fault::answer("closed within a chunk", cut, |good, _| {
            Reply::Close(begun(chunked(good), 7))
        }),
        Fault::answer("closed before the last chunk", cut, |good, _| {
            Reply::Close(chunked(good))
        }),
        Fault::answer("a length beyond the body", stalled, |good, _| {
            let length = good.len() + 7;
            Reply::Stall(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{good}").into_bytes())
        }),
        Fault::answer("stall after the head", stalled, |good, _| {
            Reply::Stall(begun(answer(200, "", good), good.len()))
        }),
        Fault::answer("stall within the body", stalled, |good, _| {
            Reply::Stall(begun(answer(200, "", good), 7))
        }),
    ]
}
