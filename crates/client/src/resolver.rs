//! Looking names up, injected like time and chance: a caller may have a resolver of its own, and a test names that lead
//! nowhere.

use std::{fmt::Debug, io, net::IpAddr, pin::Pin};

/// A look-up under way.
pub type Lookup = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// The client's source of addresses.
pub trait Resolver: Debug + Send + Sync {
    /// The addresses of a host, which is no address itself, in the order in which they are tried.
    fn resolve(&self, host: &str) -> Lookup;
}

/// The operating system's resolver.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str) -> Lookup {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
