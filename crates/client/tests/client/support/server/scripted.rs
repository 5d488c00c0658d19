//! A server that does what its script says, byte by byte, and records what it saw.

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
};

use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

use super::{
    conversation::{converse, gone},
    reply::{Reply, job},
    seen::{Counted, Received, Seen},
};

/// A server on `127.0.0.1`, until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) type Script = dyn Fn(&Received, usize) -> Reply + Send + Sync;

impl Server {
    /// Replies to each request, of which the function also gets the number.
    pub(crate) async fn start(script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        let script: Arc<Script> = Arc::new(script);
        Self::raw(move |mut socket, number, seen| {
            let script = Arc::clone(&script);
            async move { converse(&mut socket, number, &seen, &*script).await }
        })
        .await
    }

    /// Replies to one request after the other, and to all further ones with a completed job.
    pub(crate) async fn scripted(replies: Vec<Reply>) -> Self {
        Self::start(move |_, nth| replies.get(nth).cloned().unwrap_or_else(|| job("COMPLETED"))).await
    }

    /// Replies to every request in the same way.
    pub(crate) async fn always(reply: Reply) -> Self {
        Self::start(move |_, _| reply.clone()).await
    }

    /// Replies over TLS with a completed job.
    pub(crate) async fn tls(config: ServerConfig) -> Self {
        Self::tls_always(config, job("COMPLETED")).await
    }

    /// Replies over TLS to every request in the same way.
    pub(crate) async fn tls_always(config: ServerConfig, reply: Reply) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::raw(move |socket, number, seen| {
            let (acceptor, reply) = (acceptor.clone(), reply.clone());
            async move {
                match acceptor.accept(socket).into_fallible().await {
                    Ok(mut socket) => converse(&mut socket, number, &seen, &move |_, _| reply.clone()).await,
                    // Closed at once, with bytes unread, it would be reset, and the alert lost.
                    Err((_, mut socket)) => gone(&mut socket).await,
                }
            }
        })
        .await
    }

    /// Treats each connection, of which the function also gets the number, as it likes.
    pub(crate) async fn raw<F>(treat: impl Fn(TcpStream, usize, Arc<Seen>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::raw_at("127.0.0.1:0".parse().unwrap(), treat).await
    }

    /// The same at an address.
    pub(crate) async fn raw_at<F>(
        address: SocketAddr,
        treat: impl Fn(TcpStream, usize, Arc<Seen>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let shared = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let number = shared.connections.fetch_add(1, Ordering::SeqCst);
                let seen = Arc::clone(&shared);
                let treated = treat(socket, number, Arc::clone(&seen));
                connections.spawn(async move {
                    let _open = Counted::new(&seen.open);
                    treated.await;
                });
            }
        });
        Self { address, seen, task }
    }

    /// The root of the API, as a client takes it.
    pub(crate) fn api(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// The same over TLS, under a name.
    pub(crate) fn https(&self, host: &str) -> String {
        format!("https://{host}:{}/api", self.address.port())
    }

    /// Host and port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// Method and path of each request so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let requests = self.seen.requests.lock().unwrap();
        requests.iter().map(|request| request.line().to_owned()).collect()
    }

    /// How many requests have come.
    pub(crate) fn count(&self) -> usize {
        self.seen.requests.lock().unwrap().len()
    }

    /// How many connections were ever opened.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many connections stand open.
    pub(crate) fn open(&self) -> usize {
        self.seen.open.load(Ordering::SeqCst)
    }

    /// How many requests wait for the end of their answer.
    pub(crate) fn busy(&self) -> usize {
        self.seen.busy.load(Ordering::SeqCst)
    }

    /// How many there ever were at a time.
    pub(crate) fn busiest(&self) -> usize {
        self.seen.busiest.load(Ordering::SeqCst)
    }
}
