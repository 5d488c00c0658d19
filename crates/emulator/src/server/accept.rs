//! Serves an application on every connection that the listener accepts.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

use super::socket::{ConnectionCount, Socket};

/// The pause after a failed accept, which mostly means that the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts connections until `stop` is canceled, which also drops all connections at once.
pub(crate) async fn accept(
    listener: TcpListener,
    app: Router,
    open_connections: ConnectionCount,
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
                let socket = Socket::new(stream, open_connections.clone());
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
        // The client causes errors here: it disconnects, or does not speak HTTP.
        _ = connection => {}
        () = handle.ended() => {}
        () = stop.cancelled() => {}
    }
}
