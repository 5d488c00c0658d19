//! Puts the routes together, and serves them on every connection that the listener accepts.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn_with_state;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

use super::socket::Socket;
use crate::accounting::Ledger;
use crate::auth::Keys;
use crate::faults::FaultList;
use crate::jobs::{Features, JobStore};
use crate::options::Options;
use crate::requests::RequestLog;
use crate::{accounting, auth, control, engines, error, faults, jobs, models, requests, results};

/// How long to wait after a failed accept, which mostly means that the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What all requests of one emulator share.
pub(crate) struct Shared {
    /// The root of the API, for URLs in answers.
    pub(crate) base_url: String,
    pub(crate) keys: Keys,
    pub(crate) ledger: Ledger,
    pub(crate) features: Features,
    pub(crate) jobs: JobStore,
    pub(crate) faults: FaultList,
    pub(crate) requests: RequestLog,
    pub(crate) open_connections: Arc<AtomicUsize>,
}

impl Shared {
    pub(crate) fn new(options: &Options, base_url: String, keys: Keys, features: Features) -> Self {
        Self {
            base_url,
            keys,
            ledger: Ledger::new(),
            features,
            jobs: JobStore::new(options),
            faults: FaultList::default(),
            requests: RequestLog::default(),
            open_connections: Arc::default(),
        }
    }
}

/// All routes. A request under `/api` is recorded first, then meets the faults, then shows its key.
pub(crate) fn router(shared: &Arc<Shared>, with_control: bool) -> Router {
    let api = Router::new()
        .merge(jobs::routes())
        .merge(results::routes())
        .merge(models::routes())
        .merge(engines::routes())
        .merge(accounting::routes())
        .method_not_allowed_fallback(error::wrong_method)
        .fallback(error::unknown_route)
        // The request log has read and measured the body by then.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(shared), auth::require_key))
        .layer(from_fn_with_state(Arc::clone(shared), faults::inject))
        .layer(from_fn_with_state(Arc::clone(shared), requests::record));
    let mut app = Router::new().nest("/api", api);
    if with_control {
        app = app.merge(control::routes());
    }
    app.method_not_allowed_fallback(error::wrong_method)
        .fallback(error::unknown_route)
        .with_state(Arc::clone(shared))
}

/// Accepts connections until `stop` is cancelled, which also drops every connection at once.
pub(crate) async fn accept(
    listener: TcpListener,
    app: Router,
    open_connections: Arc<AtomicUsize>,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let socket = Socket::new(stream, Arc::clone(&open_connections));
                tasks.spawn(serve(socket, app.clone(), stop.clone()));
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn serve(socket: Socket, app: Router, stop: CancellationToken) {
    let handle = socket.handle();
    let request_handle = handle.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(request_handle.clone());
        app.clone().call(request)
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
    tokio::select! {
        // An error here is the client's doing: it went away, or does not speak HTTP.
        _ = connection => {}
        () = handle.ended() => {}
        () = stop.cancelled() => {}
    }
}
