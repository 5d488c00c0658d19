//! A server that follows a script, exact to the byte, and records its requests.

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

/// A server on `127.0.0.1`. The drop closes it.
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
    /// Starts a server that replies to each request. The function gets the request and its number.
    pub(crate) async fn start(script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        let script: Arc<Script> = Arc::new(script);
        Self::raw(move |mut socket, number, seen| {
            let script = Arc::clone(&script);
            async move { converse(&mut socket, number, &seen, &*script).await }
        })
        .await
    }

    /// Starts a server that sends these replies in order, then a completed job to all other requests.
    pub(crate) async fn scripted(replies: Vec<Reply>) -> Self {
        Self::start(move |_, nth| replies.get(nth).cloned().unwrap_or_else(|| job("COMPLETED"))).await
    }

    /// Starts a server that sends the same reply to every request.
    pub(crate) async fn always(reply: Reply) -> Self {
        Self::start(move |_, _| reply.clone()).await
    }

    /// Starts a TLS server that replies with a completed job.
    pub(crate) async fn tls(config: ServerConfig) -> Self {
        Self::tls_always(config, job("COMPLETED")).await
    }

    /// Starts a TLS server that sends the same reply to every request.
    pub(crate) async fn tls_always(config: ServerConfig, reply: Reply) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::raw(move |socket, number, seen| {
            let (acceptor, reply) = (acceptor.clone(), reply.clone());
            async move {
                match acceptor.accept(socket).into_fallible().await {
                    Ok(mut socket) => converse(&mut socket, number, &seen, &move |_, _| reply.clone()).await,
                    // An immediate close with unread bytes would reset the socket and lose the alert.
                    Err((_, mut socket)) => gone(&mut socket).await,
                }
            }
        })
        .await
    }

    /// Starts a server whose function handles each connection. It gets the socket and the connection's number.
    pub(crate) async fn raw<F>(treat: impl Fn(TcpStream, usize, Arc<Seen>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::raw_at("127.0.0.1:0".parse().unwrap(), treat).await
    }

    /// Like `raw`, at a given address.
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

    /// Returns the root of the API.
    pub(crate) fn api(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// Returns the root of the API over TLS, with a host name.
    pub(crate) fn https(&self, host: &str) -> String {
        format!("https://{host}:{}/api", self.address.port())
    }

    /// Returns host and port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// Returns the method and the path of each request so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let requests = self.seen.requests.lock().unwrap();
        requests.iter().map(|request| request.line().to_owned()).collect()
    }

    /// Returns how many requests have come.
    pub(crate) fn count(&self) -> usize {
        self.seen.requests.lock().unwrap().len()
    }

    /// Returns how many connections were opened in total.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Returns how many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.seen.open.load(Ordering::SeqCst)
    }

    /// Returns how many requests still wait for the end of their response.
    pub(crate) fn busy(&self) -> usize {
        self.seen.busy.load(Ordering::SeqCst)
    }

    /// Returns the largest number of such requests at any time.
    pub(crate) fn busiest(&self) -> usize {
        self.seen.busiest.load(Ordering::SeqCst)
    }
}
