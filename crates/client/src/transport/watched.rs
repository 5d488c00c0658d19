//! Follows each connection while it is being opened: the dial of the attempt may replace it, and the attempt notes when
//! it is open.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tower_layer::Layer;
use tower_service::Service;

use super::{attempt_state, dial::BoxError};

/// Adds [`WatchedConnector`] to a connector.
#[derive(Clone)]
pub(super) struct Watched;

impl<S> Layer<S> for Watched {
    type Service = WatchedConnector<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WatchedConnector(inner)
    }
}

/// Notes when a connection is open.
#[derive(Clone)]
pub(super) struct WatchedConnector<S>(pub(super) S);

impl<S, Target> Service<Target> for WatchedConnector<S>
where
    S: Service<Target, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        let dial = attempt_state::dial();
        let connecting = self.0.call(target);
        Box::pin(async move {
            let connection = match dial {
                Some(dial) => dial.follow(connecting).await?,
                None => connecting.await?,
            };
            attempt_state::opened();
            Ok(connection)
        })
    }
}
