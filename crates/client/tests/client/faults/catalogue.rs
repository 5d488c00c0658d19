//! The faults: how each is made, and what has happened in the words of the retry rules.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use modzy_client::{BodyFault, ConnectionFault, Phase};
use rustls::ServerConfig;

#[cfg(target_os = "linux")]
use crate::support::server::FullListener;
use crate::support::{
    certificates::{Authority, self_signed},
    gzip::bomb,
    names::Fate,
    server::{Reply, answer},
};

/// The host of all servers here.
pub(super) const HOST: &str = "modzy.test";

/// More than this, decoded, is too large.
pub(super) const MOST: usize = 256 * 1024;

pub(super) struct Fault {
    pub(super) name: String,
    pub(super) what: What,
    pub(super) how: How,
}

/// How an attempt ended that brought no whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broke {
    /// A limit passed in this phase.
    Limit(Phase),
    Connection(ConnectionFault, Phase),
}

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// There was no connection to send anything on.
    NeverSent(Broke),
    /// There is one that must not be used.
    Distrusted(ConnectionFault, Phase),
    /// The server answered with a status outside 2xx and 3xx.
    Status(u16, Asked),
    /// The request left, and its answer did not come.
    Lost(Broke),
    /// It came, and is not what it should be.
    Body(Body),
    /// It leads elsewhere.
    Redirect { status: u16, followed: bool },
    /// The server had closed an idle socket.
    IdleClosed,
    /// The server closed an idle socket while the request was on its way.
    IdleDied,
}

/// What the body of a 2xx is instead of a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    Nothing,
    /// HTML, as of a gateway.
    Page,
    /// Neither a page nor what its routes answer, in a way that a reader of JSON sees.
    Garbled(BodyFault),
    /// JSON of the wrong kind.
    Array,
    /// An encoding that is known, but cannot be undone.
    Packed,
    /// A little that unpacks to too much, and then breaks off.
    Bomb,
    /// It never ends.
    Endless,
    /// It comes, slower than the limit of a call allows, but without a long pause.
    Slow,
}

/// What the server wants of those who come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing, or nothing that can be read.
    Nothing,
    /// To wait so long, within these bounds, in milliseconds.
    Pause(u64, u64),
}

/// Makes a reply from the body of a good answer and the limit of the client.
type Make = dyn Fn(&str, Duration) -> Reply + Send + Sync;

#[derive(Clone)]
pub(super) enum How {
    /// This in place of an answer.
    Answer(Arc<Make>),
    Lookup(Fate),
    /// Nobody listens at the port.
    Refused,
    /// Nobody accepts at the port.
    #[cfg(target_os = "linux")]
    NeverStands(Arc<FullListener>),
    Tls(Handshake),
    /// What a proxy answers to `CONNECT`.
    Tunnel(Reply),
    /// What a proxy answers to any request for a server without TLS.
    Proxy(Reply),
    /// The socket is closed once it is idle.
    IdleClosed,
    /// A socket that has been idle dies by this.
    IdleDies(Reply),
}

#[derive(Clone)]
pub(super) enum Handshake {
    Cut,
    Stalls,
    /// The server answers in plain text.
    NoTls,
    With(Arc<ServerConfig>),
}

impl Fault {
    fn new(name: impl Into<String>, what: What, how: How) -> Self {
        let name = name.into();
        Self { name, what, how }
    }

    fn answer(
        name: impl Into<String>,
        what: What,
        make: impl Fn(&str, Duration) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, what, How::Answer(Arc::new(make)))
    }

    /// Whether it can end before the call does.
    pub(super) fn can_pass(&self) -> bool {
        match self.how {
            How::Refused => false,
            #[cfg(target_os = "linux")]
            How::NeverStands(_) => false,
            _ => true,
        }
    }

    /// Whether it is a limit that ends an attempt.
    pub(super) fn takes_its_time(&self) -> bool {
        use What::{Body, Lost, NeverSent};
        matches!(
            self.what,
            NeverSent(Broke::Limit(_)) | Lost(Broke::Limit(_)) | Body(self::Body::Slow)
        )
    }
}

pub(super) async fn all(authority: &Authority) -> Vec<Fault> {
    let mut faults = before_the_connection(authority).await;
    faults.extend(before_the_answer());
    faults.extend(in_the_answer());
    faults.extend(bodies());
    faults.extend(redirects());
    faults.extend(statuses());
    faults
}

async fn before_the_connection(authority: &Authority) -> Vec<Fault> {
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

fn before_the_answer() -> Vec<Fault> {
    use ConnectionFault::{Cut, Malformed};
    let lost = |fault| What::Lost(Broke::Connection(fault, Phase::Headers));
    let stalled = What::Lost(Broke::Limit(Phase::Headers));
    let bytes = |bytes: &'static [u8]| move |_: &str, _: Duration| Reply::Close(bytes.to_vec());
    vec![
        Fault::new(
            "the server had closed the idle socket",
            What::IdleClosed,
            How::IdleClosed,
        ),
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
fn in_the_answer() -> Vec<Fault> {
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

fn bodies() -> Vec<Fault> {
    use BodyFault::{NotJson, NotUtf8};
    let body = |name: &str, body: Body, bytes: &'static [u8]| {
        Fault::answer(name, What::Body(body), move |_, _| Reply::Keep(answer(200, "", bytes)))
    };
    let encoded = |name: &str, body: Body, encoding: &'static str, bytes: Vec<u8>| {
        Fault::answer(name, What::Body(body), move |_, _| {
            Reply::Keep(answer(200, &format!("content-encoding: {encoding}\r\n"), &bytes))
        })
    };
    vec![
        body("200 without a body", Body::Nothing, b""),
        Fault::answer("204", What::Body(Body::Nothing), |_, _| {
            Reply::Keep(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())
        }),
        body("HTML with 200", Body::Page, b"<html><p>Please log in.</p></html>"),
        body("invalid JSON", Body::Garbled(NotJson), b"{\"jobIdentifier\":"),
        body("two documents", Body::Garbled(NotJson), b"{} {}"),
        body("invalid UTF-8", Body::Garbled(NotUtf8), b"{\"a\":\"\xff\"}"),
        body("JSON of another kind", Body::Array, b"[]"),
        Fault::answer(
            "a length within the body",
            What::Body(Body::Garbled(NotJson)),
            |_, _| Reply::Keep(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{\"a\":1}".to_vec()),
        ),
        encoded(
            "not the gzip that it claims",
            Body::Packed,
            "gzip",
            b"this is no gzip".to_vec(),
        ),
        encoded("a gzip bomb", Body::Bomb, "gzip", bomb(8 * MOST)),
        encoded(
            "an unknown Content-Encoding",
            Body::Garbled(NotUtf8),
            "br",
            b"\x0b\x02\x80{}\x03\xff".to_vec(),
        ),
        Fault::answer("a body without end", What::Body(Body::Endless), |_, _| {
            Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\n1".to_vec(), vec![b' '; 16 * 1024])
        }),
        Fault::answer("the body comes slowly", What::Body(Body::Slow), |good, limit| {
            let mut head = answer(200, "", good);
            let body = head.split_off(head.len() - good.len());
            Reply::Dribble(head, limit / 16, body)
        }),
    ]
}

fn redirects() -> Vec<Fault> {
    let redirect = |status: u16, name: &str, headers: String, followed: bool| {
        Fault::answer(
            format!("{status} {name}"),
            What::Redirect { status, followed },
            move |_, _| Reply::Keep(answer(status, &headers, "")),
        )
    };
    let mut faults = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        let to = |place: &str| format!("location: {place}\r\n");
        faults.push(redirect(status, "within the origin", to("/api/elsewhere"), true));
        faults.push(redirect(
            status,
            "to another origin",
            to("http://127.0.0.1:1/elsewhere"),
            false,
        ));
        faults.push(redirect(status, "without a place", String::new(), false));
    }
    faults
}

/// A form of `Retry-After`: its name, what it asks for, and its value.
type Form = (&'static str, Asked, fn() -> Option<String>);

const RETRY_AFTERS: [Form; 8] = [
    ("none", Asked::Nothing, || None),
    ("seconds", Asked::Pause(7_000, 7_000), || Some("7".to_owned())),
    // In whole seconds, of which some of the first has passed when it is read.
    ("a date", Asked::Pause(40_000, 45_000), || {
        let date = SystemTime::now() + Duration::from_secs(45);
        Some(httpdate::fmt_http_date(date))
    }),
    ("a date gone by", Asked::Pause(100, 100), || {
        Some("Sun, 06 Nov 1994 08:49:37 GMT".to_owned())
    }),
    ("garbage", Asked::Nothing, || Some("soon".to_owned())),
    ("huge", Asked::Pause(60_000, 60_000), || Some("9".repeat(30))),
    ("0", Asked::Pause(100, 100), || Some("0".to_owned())),
    ("negative", Asked::Nothing, || Some("-1".to_owned())),
];

fn statuses() -> Vec<Fault> {
    let statuses = [400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 502, 503, 504];
    let with_each_form = |status| RETRY_AFTERS.map(|form| (status, form));
    let faults = statuses.into_iter().flat_map(with_each_form);
    let fault = |(status, (form, asked, value)): (u16, Form)| {
        Fault::answer(format!("{status}; {form}"), What::Status(status, asked), move |_, _| {
            let retry_after = value().map_or_else(String::new, |value| format!("retry-after: {value}\r\n"));
            let headers = format!("content-type: application/json\r\n{retry_after}");
            Reply::Keep(answer(status, &headers, r#"{"message":"the server says no"}"#))
        })
    };
    faults.map(fault).collect()
}
