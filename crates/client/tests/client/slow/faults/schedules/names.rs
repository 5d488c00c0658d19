//! The resolver of a run, whose lookups may fail.

use std::sync::{Arc, atomic::Ordering};

use modzy_client::{ConnectionFault, Lookup, Phase, Resolver};

use super::{
    super::{
        calls::Class,
        catalogue::{Break, Cause},
    },
    gateway::Gateway,
    plan::Kind,
};
use crate::support::names::{Fate, Names};

/// The resolver of a run.
#[derive(Debug)]
pub(super) struct FaultyNames(pub(super) Arc<Gateway>);

impl Resolver for FaultyNames {
    fn resolve(&self, host: &str) -> Lookup {
        let gateway = Arc::clone(&self.0);
        let nth = gateway.lookups.fetch_add(1, Ordering::SeqCst);
        let met = gateway.plan.faults.iter().find_map(|planned| match planned.kind {
            Kind::Lookup(fate) if planned.at == nth => Some(fate),
            _ => None,
        });
        let found = Names::first(usize::from(met.is_some()), met.unwrap_or(Fate::Found)).resolve(host);
        Box::pin(async move {
            let fault = match met {
                Some(Fate::Hangs) => Break::Limit(Phase::Dns),
                Some(_) => Break::Connection(ConnectionFault::Unresolved, Phase::Dns),
                None => return found.await,
            };
            gateway.note("a lookup", Class::Read, Some(Cause::NeverSent(fault)), false);
            if met == Some(Fate::Hangs) {
                gateway.clock.stalled(std::future::pending()).await;
            }
            found.await
        })
    }
}
