//! The faults: how each is injected, and its cause as the retry rules see it.

mod answers;
mod connections;

use std::{sync::Arc, time::Duration};

use modzy_client::{BodyFault, ConnectionFault, Phase};
use rustls::ServerConfig;

#[cfg(target_os = "linux")]
use crate::support::server::FullListener;
use crate::support::{certificates::Authority, names::Fate, server::Reply};

/// The host name of all servers.
pub(super) const HOST: &str = "modzy.test";

/// The largest decoded body that a client accepts.
pub(super) const MAX_BYTES: usize = 256 * 1024;

pub(super) struct Fault {
    pub(super) name: String,
    pub(super) cause: Cause,
    pub(super) injection: Injection,
}

/// How an attempt failed that got no complete response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// A limit expired in this phase.
    Limit(Phase),
    Connection(ConnectionFault, Phase),
}

/// What happened to an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// There was no connection to send the request on.
    NeverSent(Break),
    /// There was a connection that must not be used.
    Untrusted(ConnectionFault, Phase),
    /// The server answered with a status outside 2xx and 3xx.
    Status(u16, RetryAfter),
    /// The request was sent, and no complete response came.
    Lost(Break),
    /// The body of a 2xx is not as it should be.
    Body(Body),
    /// The response is a redirect.
    Redirect { status: u16, followed: bool },
    /// The server had closed this many idle sockets, or had announced it.
    IdleClosed(usize),
    /// The server sent a good response before it had read the request.
    Early,
    /// The first address of the server is dead, and another one works.
    OtherAddress,
    /// The server closed an idle socket while the client was sending the request.
    IdleDied,
}

/// The body of a 2xx.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    Empty,
    /// Empty, with a status that has no body.
    NoContent,
    /// HTML, as from a gateway.
    Html,
    /// Neither HTML nor JSON.
    Unreadable(BodyFault),
    /// JSON of the wrong kind.
    Array,
    JsonString,
    /// An error body whose `status`, if any, is not a string.
    Failure,
    /// An object without a job identifier.
    NoJob {
        has_status: bool,
    },
    /// An object with the identifier of the job, and without a status.
    JobWithoutStatus,
    /// A good body, about another job.
    AnotherJob,
    /// A good body as gzip of several members.
    Gzip,
    /// A body in a coding that the client does not decode.
    UnknownCoding,
    /// A body that claims to be gzip and cannot be decoded.
    CorruptGzip,
    /// A small gzip stream that decodes to too much, and then breaks off.
    Bomb,
    /// A body that never ends.
    Endless,
    /// A body that is slower than the limit of a call allows, without a long pause.
    Slow,
}

/// When the server wants the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RetryAfter {
    /// There is no `Retry-After`, or it is unreadable.
    Ignored,
    /// After a pause within these bounds, in milliseconds.
    Pause(u64, u64),
    /// Later than any call waits.
    Beyond,
}

/// Makes a reply from a good body and the limit of the client.
type Make = dyn Fn(&str, Duration) -> Reply + Send + Sync;

/// How the fault is injected.
#[derive(Clone)]
pub(super) enum Injection {
    /// The server sends this instead of a good response.
    Answer(Arc<Make>),
    Lookup(Fate),
    /// No process listens on the port.
    Refused,
    /// No process accepts connections on the port.
    #[cfg(target_os = "linux")]
    NeverAccepts(Arc<FullListener>),
    /// The name of the server has these addresses. Its own address, if included, comes last.
    #[cfg(target_os = "linux")]
    Addresses(Addresses),
    Tls(Handshake),
    /// The proxy responds to `CONNECT` with this.
    Tunnel(Reply),
    /// The proxy responds with this to every request for a server without TLS.
    Proxy(Reply),
    /// The server closes the socket once it is idle.
    IdleClosed,
    /// The server ends a socket that has been idle with this.
    IdleDies(Reply),
    /// The server announces the end of this many sockets with this header, and resets them at the next request.
    IdleEnds(&'static str, usize),
    /// The server responds as soon as it has the head of the request.
    Early(Arc<Make>, Then),
}

/// What a server does after the head of an early response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Sends the rest, then RST.
    Resets,
    /// Reads the request, then sends the rest.
    ReadsOn,
}

#[cfg(target_os = "linux")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Addresses {
    /// The first address drops packets.
    Silent,
    /// The first address accepts connections, and is silent in TLS.
    SilentInTls,
    /// The first address refuses connections.
    Refusing,
    /// Both addresses drop packets.
    AllSilent,
}

#[derive(Clone)]
pub(super) enum Handshake {
    Cut,
    Stalls,
    /// The server responds in plain text.
    NoTls,
    /// The server finds no common settings.
    Refused,
    With(Arc<ServerConfig>),
}

impl Fault {
    fn new(name: impl Into<String>, cause: Cause, injection: Injection) -> Self {
        let name = name.into();
        Self { name, cause, injection }
    }

    fn answer(
        name: impl Into<String>,
        cause: Cause,
        make: impl Fn(&str, Duration) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, cause, Injection::Answer(Arc::new(make)))
    }

    /// A response that comes before the server has read the request.
    fn early(
        name: impl Into<String>,
        cause: Cause,
        then: Then,
        make: impl Fn(&str, Duration) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, cause, Injection::Early(Arc::new(make), then))
    }

    /// Whether the fault can end before the call does.
    pub(super) fn can_pass(&self) -> bool {
        match self.injection {
            Injection::Refused => false,
            #[cfg(target_os = "linux")]
            Injection::NeverAccepts(_) | Injection::Addresses(Addresses::AllSilent) => false,
            _ => true,
        }
    }

    /// Whether a limit ends the attempt.
    pub(super) fn is_ended_by_a_limit(&self) -> bool {
        use Cause::{Body, Lost, NeverSent};
        matches!(
            self.cause,
            NeverSent(Break::Limit(_)) | Lost(Break::Limit(_)) | Body(self::Body::Slow)
        )
    }
}

pub(super) async fn all(authority: &Authority) -> Vec<Fault> {
    let mut faults = connections::before_the_connection(authority).await;
    #[cfg(target_os = "linux")]
    faults.extend(connections::of_addresses());
    faults.extend(connections::announced());
    faults.extend(of_responses());
    faults
}

/// Returns the faults of single responses.
pub(super) fn of_responses() -> Vec<Fault> {
    let mut faults = connections::early();
    faults.extend(connections::before_the_answer());
    faults.extend(connections::in_the_answer());
    faults.extend(answers::bodies());
    faults.extend(answers::redirects());
    faults.extend(answers::statuses());
    faults
}
