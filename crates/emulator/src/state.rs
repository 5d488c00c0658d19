//! The state that all requests of one emulator share. A route extracts each part that it uses by its type, and does not
//! import this file.

use axum::extract::FromRef;

use crate::accounting::Ledger;
use crate::auth::Keys;
use crate::base_url::BaseUrl;
use crate::deployment::Pace;
use crate::faults::FaultList;
use crate::jobs::{Features, JobStore};
use crate::models::Catalog;
use crate::options::HistoryOptions;
use crate::requests::RequestLog;
use crate::server::ConnectionCount;

/// All parts. Clones share their content.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) base_url: BaseUrl,
    pub(crate) keys: Keys,
    pub(crate) ledger: Ledger,
    pub(crate) catalog: Catalog,
    pub(crate) pace: Pace,
    pub(crate) features: Features,
    pub(crate) jobs: JobStore,
    pub(crate) history: HistoryOptions,
    pub(crate) faults: FaultList,
    pub(crate) requests: RequestLog,
    pub(crate) open_connections: ConnectionCount,
}

/// Makes each part available to routes by its type.
macro_rules! parts {
    ($($part:ident: $type:ty,)*) => {
        $(impl FromRef<AppState> for $type {
            fn from_ref(state: &AppState) -> Self {
                state.$part.clone()
            }
        })*
    };
}

parts! {
    base_url: BaseUrl,
    keys: Keys,
    ledger: Ledger,
    catalog: Catalog,
    pace: Pace,
    features: Features,
    jobs: JobStore,
    history: HistoryOptions,
    faults: FaultList,
    requests: RequestLog,
    open_connections: ConnectionCount,
}
