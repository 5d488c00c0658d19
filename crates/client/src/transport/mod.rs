//! Sends one request and reads its answer: sockets, limits, attempts. Decides nothing about jobs.
//!
//! Dropping the future of a request closes its connection. There is no other form of cancellation.

mod addresses;
mod algorithm;
mod answer;
mod assumptions;
mod attempt_state;
mod body;
mod causes;
mod codes;
mod coding;
mod config;
mod connect;
mod delivery;
mod diagnosis;
mod dial;
mod digest;
mod excerpt;
mod exchange;
mod extra_ca;
mod failure;
mod gate;
mod handover;
mod handshake;
mod keep_alive;
mod key;
mod link;
mod lookup;
mod mask;
mod no_proxy;
mod own;
mod pem;
mod pool;
mod proxy;
mod raw;
mod read_check;
mod request;
mod rest;
pub(crate) mod retry;
mod retry_state;
mod shape;
mod shared;
mod single;
mod stores;
mod stream;
mod throttle;
mod tls;
mod trust;
mod tunnel;
mod turn;
mod watched;
mod wire;

pub(crate) use self::{
    answer::Answer,
    body::{Data, FileRange, OpenFile, Payload},
    config::{Config, Route},
    extra_ca::certificates_of,
    proxy::Proxies,
    request::{Expect, Format, OfModel, Request, Settings, Shape},
    retry::{Class, refusal},
    retry_state::RetryState,
    shape::{Named, Results, is_failed},
    stream::Streamed,
    throttle::{LONGEST_RETRY_AFTER, Patience, Place, RouteClass},
    tls::Identity,
    trust::Authorities,
    turn::{Caller, NoTurn, Turn},
};
#[cfg(any(fuzzing, test))]
pub(crate) use self::{answer::ErrorText, mask::Mask};
pub use self::{
    key::TransportKey,
    raw::RawResponse,
    shared::{Transport, TransportState},
    throttle::QueueState,
};
