//! Socket options of the client: its own limits decide how long a connection lasts, and not those of TCP.
#![cfg(target_os = "linux")]

use std::{fs, net::SocketAddr, os::fd::OwnedFd};

use rustix::{
    net::{getpeername, sockopt},
    process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open},
};

use crate::support::{
    builder,
    certificates::Authority,
    options,
    proxy::{proxy, to},
    server::{Server, job},
};

/// Returns the sockets of this process that are connected to an address.
fn connected_to(address: SocketAddr) -> Vec<OwnedFd> {
    let this = pidfd_open(getpid(), PidfdFlags::empty()).unwrap();
    let descriptors = fs::read_dir("/proc/self/fd").unwrap();
    let numbers = descriptors.map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap());
    let copies = numbers.filter_map(|number| pidfd_getfd(&this, number, PidfdGetfdFlags::empty()).ok());
    let is_there = |copy: &OwnedFd| {
        let peer = getpeername(copy).ok().flatten().and_then(|peer| peer.try_into().ok());
        peer == Some(address)
    };
    copies.filter(is_there).collect()
}

/// By default, reqwest ends a connection if the server accepts nothing for 30 s, or is silent for a minute.
#[tokio::test]
async fn tcp_does_not_end_a_connection_to_a_stopped_server() {
    let authority = Authority::new();
    let plain = Server::always(job("COMPLETED")).await;
    let secure = Server::tls(authority.server("localhost")).await;
    let tunnel = proxy(None).await;
    for (root, address, by) in [
        (plain.api(), plain.address(), None),
        (secure.https("localhost"), secure.address(), None),
        (secure.https("localhost"), tunnel.address(), Some(to(&tunnel))),
    ] {
        let mut builder = builder(&root).ca([authority.pem()]).unwrap();
        if let Some(proxy) = by {
            builder = builder.proxy(&proxy).unwrap();
        }
        let client = builder.build().unwrap();
        client.get_job("j", &options()).await.unwrap();
        let sockets = connected_to(address);
        assert!(!sockets.is_empty());
        for socket in sockets {
            assert_eq!(sockopt::tcp_user_timeout(&socket).unwrap(), 0, "{root}");
            assert!(sockopt::socket_keepalive(&socket).unwrap());
            assert_eq!(sockopt::tcp_keepidle(&socket).unwrap().as_secs(), 15);
            assert_eq!(sockopt::tcp_keepintvl(&socket).unwrap().as_secs(), 60);
            assert_eq!(sockopt::tcp_keepcnt(&socket).unwrap(), 127);
        }
    }
}
