//! Resolvers whose names lead to this machine, or have no address.

use std::{
    future::pending,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use modzy_client::{Lookup, Resolver};

/// The outcome of a lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Found,
    Unknown,
    Hangs,
}

/// A resolver that finds `127.0.0.1` for every name, except in its first lookups.
#[derive(Debug)]
pub(crate) struct Names {
    fate: Fate,
    times: usize,
    asked: AtomicUsize,
}

impl Names {
    pub(crate) fn found() -> Self {
        Self::first(0, Fate::Found)
    }

    /// Creates a resolver whose first lookups, this many, end like this.
    pub(crate) fn first(times: usize, fate: Fate) -> Self {
        let asked = AtomicUsize::new(0);
        Self { fate, times, asked }
    }
}

/// A resolver that finds these addresses for every name, and counts its lookups.
#[derive(Debug)]
pub(crate) struct Listed {
    addresses: Vec<SocketAddr>,
    asked: AtomicUsize,
}

impl Listed {
    /// Takes addresses, or addresses with a scope and port 0, as in `[fe80::1%1]:0`.
    pub(crate) fn new(addresses: &[&str]) -> Arc<Self> {
        let read = |address: &&str| match address.parse() {
            Ok(ip) => SocketAddr::new(ip, 0),
            Err(_) => address.parse().unwrap(),
        };
        Arc::new(Self {
            addresses: addresses.iter().map(read).collect(),
            asked: AtomicUsize::new(0),
        })
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Resolver for Listed {
    fn resolve(&self, _: &str) -> Lookup {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let found = self.addresses.clone();
        Box::pin(async move { Ok(found) })
    }
}

impl Resolver for Names {
    fn resolve(&self, _: &str) -> Lookup {
        let nth = self.asked.fetch_add(1, Ordering::SeqCst);
        let fate = if nth < self.times { self.fate } else { Fate::Found };
        Box::pin(async move {
            match fate {
                Fate::Found => Ok(vec![(Ipv4Addr::LOCALHOST, 0).into()]),
                Fate::Unknown => Err(io::Error::new(io::ErrorKind::NotFound, "no such host is known")),
                Fate::Hangs => pending().await,
            }
        })
    }
}
