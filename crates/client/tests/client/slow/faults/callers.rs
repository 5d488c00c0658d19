//! The clients that meet a fault, and the addresses of their servers.

#[cfg(target_os = "linux")]
use std::net::SocketAddr;
use std::{sync::Arc, time::Duration};

use modzy_client::{Client, Resolver};

#[cfg(target_os = "linux")]
use super::catalogue::Addresses;
use super::{
    catalogue::{Fault, HOST, Injection, MAX_BYTES},
    expected::Course,
    matrix::fraction,
};
use crate::support::{
    builder,
    certificates::Authority,
    clock::{Fixed, SkippingClock},
    names::Names,
    server::{Server, closed_port},
};
#[cfg(target_os = "linux")]
use crate::support::{
    names::Listed,
    server::{FullListener, gone},
};

/// Opens the addresses of a fault that drop packets at the server's port.
#[cfg(target_os = "linux")]
pub(super) async fn silent(fault: &Fault, port: u16) -> Vec<FullListener> {
    let hosts: &[&str] = match fault.injection {
        Injection::Addresses(Addresses::Silent) => &["127.0.0.2"],
        Injection::Addresses(Addresses::AllSilent) => &["127.0.0.2", "127.0.0.3"],
        _ => &[],
    };
    let mut silent = Vec::new();
    for host in hosts {
        silent.push(FullListener::at(SocketAddr::new(host.parse().unwrap(), port)).await);
    }
    silent
}

/// Opens the address of a fault that accepts connections and is silent in TLS.
#[cfg(target_os = "linux")]
pub(super) async fn silent_in_tls(fault: &Fault, port: u16) -> Option<Server> {
    let Injection::Addresses(Addresses::SilentInTls) = fault.injection else {
        return None;
    };
    let address = SocketAddr::new("127.0.0.2".parse().unwrap(), port);
    Some(Server::raw_at(address, |mut socket, _, _| async move { gone(&mut socket).await }).await)
}

/// Builds a client that meets a fault.
pub(super) async fn client(
    fault: &Fault,
    course: Course,
    limit: Duration,
    authority: &Authority,
    server: &Server,
    clock: &Arc<SkippingClock>,
) -> Client {
    let limit = if fault.is_ended_by_a_limit() {
        limit
    } else {
        Duration::from_mins(1)
    };
    let times = if course == Course::Lasting { usize::MAX } else { 1 };
    let mut port = server.address().port();
    let mut scheme = "http";
    let mut names: Arc<dyn Resolver> = Arc::new(Names::found());
    let mut proxy = None;
    match &fault.injection {
        Injection::Lookup(fate) => names = Arc::new(Names::first(times, *fate)),
        Injection::Refused => port = closed_port().await,
        #[cfg(target_os = "linux")]
        Injection::NeverAccepts(listener) => port = listener.address().port(),
        #[cfg(target_os = "linux")]
        Injection::Addresses(addresses) => {
            if *addresses == Addresses::SilentInTls {
                scheme = "https";
            }
            names = Listed::new(match addresses {
                Addresses::Silent | Addresses::SilentInTls | Addresses::Refusing => &["127.0.0.2", "127.0.0.1"],
                Addresses::AllSilent => &["127.0.0.2", "127.0.0.3"],
            });
        }
        Injection::Tls(_) => scheme = "https",
        Injection::Tunnel(_) => {
            scheme = "https";
            proxy = Some(server.address());
        }
        Injection::Proxy(_) => proxy = Some(server.address()),
        Injection::Answer(_)
        | Injection::IdleClosed
        | Injection::IdleDies(_)
        | Injection::IdleEnds(..)
        | Injection::Early(..) => {}
    }
    let mut builder = builder(&format!("{scheme}://{HOST}:{port}/api"))
        .ca([authority.pem()])
        .unwrap()
        .resolver(names)
        .clock(clock.clone())
        .random(Arc::new(Fixed(fraction(course))))
        .max_response_bytes(MAX_BYTES)
        .connect_timeout(limit)
        .request_timeout(limit)
        .idle_timeout(limit);
    if let Some(proxy) = proxy {
        builder = builder.proxy(&format!("http://{proxy}")).unwrap();
    }
    builder.build().unwrap()
}
