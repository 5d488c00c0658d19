//! The faults: how each is made, and what has happened in the words of the retry rules.

mod answers;
mod connections;

use std::{sync::Arc, time::Duration};

use modzy_client::{BodyFault, ConnectionFault, Phase};
use rustls::ServerConfig;

#[cfg(target_os = "linux")]
use crate::support::server::FullListener;
use crate::support::{certificates::Authority, names::Fate, server::Reply};

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
    /// The server had closed so many idle sockets, or said that it will.
    IdleClosed(usize),
    /// The server answered well, before it had read the request.
    Early,
    /// The first address of the server is dead, and another is not.
    OtherAddress,
    /// The server closed an idle socket while the request was on its way.
    IdleDied,
}

/// What the body of a 2xx is instead of a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    Nothing,
    /// With a status that brings nothing either.
    NoContent,
    /// HTML, as of a gateway.
    Page,
    /// Neither a page nor what its routes answer, in a way that a reader of JSON sees.
    Garbled(BodyFault),
    /// JSON of the wrong kind.
    Array,
    /// A JSON string.
    Text,
    /// An error body, without a text as its status.
    Message,
    /// An object that names no job, with or without a status.
    Unnamed(bool),
    /// One that names the job, and says nothing of it.
    Named,
    /// What is about another job.
    AnotherJob,
    /// A good one in gzip, of several members.
    Members,
    /// One in a coding that is not decoded.
    Coded,
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
    /// The name of the server has these addresses beside its own, which comes last if it is there.
    #[cfg(target_os = "linux")]
    Addresses(Addresses),
    Tls(Handshake),
    /// What a proxy answers to `CONNECT`.
    Tunnel(Reply),
    /// What a proxy answers to any request for a server without TLS.
    Proxy(Reply),
    /// The socket is closed once it is idle.
    IdleClosed,
    /// A socket that has been idle dies by this.
    IdleDies(Reply),
    /// With this header the server announces that sockets end, so many side by side, as they then do under the next request.
    IdleEnds(&'static str, usize),
    /// This as soon as the head of the request has come, of which the body may come later.
    Early(Arc<Make>, Then),
}

/// What a server does after the head of an early answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Sends the rest, and RST.
    Resets,
    /// Reads the request, and sends the rest.
    ReadsOn,
}

#[cfg(target_os = "linux")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Addresses {
    /// One that swallows packets.
    Silent,
    /// One that takes connections, and is silent in TLS.
    SilentInTls,
    /// One at which nobody listens.
    Refusing,
    /// Two that swallow packets, and none of the server's.
    AllSilent,
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

    /// An answer that comes before its request is read.
    fn early(
        name: impl Into<String>,
        what: What,
        then: Then,
        make: impl Fn(&str, Duration) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, what, How::Early(Arc::new(make), then))
    }

    /// Whether it can end before the call does.
    pub(super) fn can_pass(&self) -> bool {
        match self.how {
            How::Refused => false,
            #[cfg(target_os = "linux")]
            How::NeverStands(_) | How::Addresses(Addresses::AllSilent) => false,
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
    let mut faults = connections::before_the_connection(authority).await;
    #[cfg(target_os = "linux")]
    faults.extend(connections::of_addresses());
    faults.extend(connections::announced());
    faults.extend(connections::early());
    faults.extend(connections::before_the_answer());
    faults.extend(connections::in_the_answer());
    faults.extend(answers::bodies());
    faults.extend(answers::redirects());
    faults.extend(answers::statuses());
    faults
}
