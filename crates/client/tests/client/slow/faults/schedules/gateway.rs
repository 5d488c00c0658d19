//! The server of a run: each request meets its fault, or gets a good response.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use modzy_client::{ConnectionFault, Phase};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

use super::{
    super::{
        calls::Class,
        catalogue::{Body, Break, Cause, Injection, Then},
        rules::may_have_acted,
    },
    clock::ByHand,
    met::{Met, class_of},
    modzy::Modzy,
    plan::{Catalogue, End, Kind, Plan, Planned},
};
use crate::support::{
    millis,
    server::{Received, Reply, gone, receive_head},
};

/// A limit of the client that only slow responses reach. Their pauses follow from it.
pub(super) const LIMIT: Duration = Duration::from_mins(1);

/// The server of a run.
#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) clock: Arc<ByHand>,
    began: Instant,
    pub(super) plan: Plan,
    catalogue: Catalogue,
    pub(super) modzy: Mutex<Modzy>,
    pub(super) met: Mutex<Vec<Met>>,
    requests: AtomicUsize,
    pub(super) lookups: AtomicUsize,
}

impl Gateway {
    pub(super) fn new(plan: &Plan, catalogue: &Catalogue, modzy: Modzy) -> Arc<Self> {
        Arc::new(Self {
            clock: Arc::default(),
            began: Instant::now(),
            plan: plan.clone(),
            catalogue: catalogue.clone(),
            modzy: Mutex::new(modzy),
            met: Mutex::default(),
            requests: AtomicUsize::default(),
            lookups: AtomicUsize::default(),
        })
    }

    pub(super) fn note(&self, line: &str, class: Class, cause: Option<Cause>, acted: bool) {
        self.clock.note();
        let line = line.to_owned();
        self.met.lock().unwrap().push(Met {
            line,
            class,
            cause,
            acted,
        });
    }

    /// Returns how many requests have come.
    pub(super) fn count(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Returns the response that the client would get, and does what the request says if `acts`.
    fn handle(&self, request: &Received, acts: bool) -> Vec<u8> {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap();
        let mut modzy = self.modzy.lock().unwrap();
        if acts {
            modzy.handle(request, now)
        } else {
            modzy.clone().handle(request, now)
        }
    }

    pub(super) async fn serve(self: Arc<Self>, mut socket: TcpStream, number: usize) {
        let mut start = vec![0; 2048];
        loop {
            match socket.peek(&mut start).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let nth = self.requests.fetch_add(1, Ordering::SeqCst);
            self.clock.note();
            let planned = self
                .plan
                .faults
                .iter()
                .find(|planned| planned.at == nth && !matches!(planned.kind, Kind::Lookup(_)));
            if !self.reply(&mut socket, number, planned.copied()).await {
                return;
            }
        }
    }

    /// Handles a request. Returns whether the connection stays open.
    async fn reply(&self, socket: &mut TcpStream, number: usize, planned: Option<Planned>) -> bool {
        if let Some(Planned {
            kind: Kind::CutRequest(bytes, end),
            ..
        }) = planned
        {
            let mut start = vec![0; 2048];
            let read = socket.peek(&mut start).await.unwrap_or_default();
            let line = String::from_utf8_lossy(&start[..read]);
            let line = line.split(" HTTP/1.1").next().unwrap_or_default().to_owned();
            let cause = Cause::Lost(Break::Connection(ConnectionFault::Cut, Phase::Headers));
            self.note(&line, class_of(&line), Some(cause), false);
            if bytes > 0 {
                let _ = socket.read(&mut start[..bytes.min(2048)]).await;
            }
            return self.end(socket, end).await;
        }
        let Some((mut request, left)) = receive_head(socket, number).await else {
            return false;
        };
        let line = request.line().to_owned();
        let class = class_of(&line);
        let fault = planned.and_then(|planned| match planned.kind {
            Kind::Catalogue(nth) => Some((&self.catalogue.0[nth], planned.acts)),
            _ => None,
        });
        if let Some((fault, _)) = fault
            && let Injection::Early(make, then) = &fault.injection
        {
            self.note(&line, class, Some(fault.cause), false);
            return self.answer_early(socket, &make("{}", LIMIT), left, *then).await;
        }
        let received = request.body.len();
        request.body.resize(received + left, 0);
        if socket.read_exact(&mut request.body[received..]).await.is_err() {
            return false;
        }
        self.clock.note();
        if let Some((fault, acts)) = fault
            && let Injection::Answer(make) = &fault.injection
        {
            let acts = acts && may_have_acted(fault.cause) || is_accepted(fault.cause);
            let good = self.handle(&whole(&request), acts);
            let body = good.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
            let reply = make(std::str::from_utf8(&good[body..]).unwrap(), LIMIT);
            self.note(&line, class, Some(fault.cause), acts);
            return self.send(socket, reply).await;
        }
        self.answer(socket, &request, class, planned).await
    }

    /// Sends a good response, as a whole or a part of it.
    async fn answer(&self, socket: &mut TcpStream, request: &Received, class: Class, planned: Option<Planned>) -> bool {
        let mut good = self.handle(request, true);
        let mut cause = None;
        match planned.map(|planned| planned.kind) {
            Some(Kind::CutResponse(thousandths, end)) => {
                let head = good.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
                good.truncate(good.len() * thousandths / 1000);
                let phase = if good.len() < head { Phase::Headers } else { Phase::Body };
                let broken = match end {
                    End::Stall => Break::Limit(phase),
                    End::Close | End::Reset => Break::Connection(ConnectionFault::Cut, phase),
                };
                cause = Some(Cause::Lost(broken));
                self.note(request.line(), class, cause, true);
                let _ = socket.write_all(&good).await;
                self.clock.note();
                return self.end(socket, end).await;
            }
            Some(Kind::Jump(long)) => tokio::time::advance(long).await,
            _ => {}
        }
        self.note(request.line(), class, cause, true);
        if socket.write_all(&good).await.is_err() {
            return false;
        }
        self.clock.note();
        match planned.map(|planned| planned.kind) {
            Some(Kind::CloseAfter) => {
                let _ = socket.shutdown().await;
                false
            }
            Some(Kind::Freeze(long)) => {
                tokio::time::advance(long).await;
                true
            }
            _ => true,
        }
    }

    async fn end(&self, socket: &mut TcpStream, end: End) -> bool {
        match end {
            End::Close => {
                let _ = socket.shutdown().await;
            }
            End::Reset => socket.set_zero_linger().unwrap(),
            End::Stall => self.clock.stalled(gone(socket)).await,
        }
        false
    }

    async fn answer_early(&self, socket: &mut TcpStream, reply: &Reply, left: usize, then: Then) -> bool {
        let Reply::Keep(early) = reply else {
            panic!("an early response must keep its socket");
        };
        let _ = socket.write_all(early).await;
        self.clock.note();
        if then == Then::Resets {
            socket.set_zero_linger().unwrap();
            return false;
        }
        // The client sends the rest of a refused request, or closes.
        self.clock
            .stalled(async { drop(socket.read_exact(&mut vec![0; left]).await) })
            .await;
        true
    }

    /// Sends a reply of the catalogue. Returns whether the connection stays open.
    async fn send(&self, socket: &mut TcpStream, reply: Reply) -> bool {
        match reply {
            Reply::Keep(bytes) => socket.write_all(&bytes).await.is_ok(),
            Reply::Close(bytes) => {
                let _ = socket.write_all(&bytes).await;
                self.clock.note();
                self.end(socket, End::Close).await
            }
            Reply::Stall(bytes) => {
                let _ = socket.write_all(&bytes).await;
                self.clock.note();
                self.end(socket, End::Stall).await
            }
            Reply::Reset => self.end(socket, End::Reset).await,
            Reply::Break(bytes) => {
                let _ = socket.write_all(&bytes).await;
                self.clock.note();
                self.clock.pause(millis(50)).await;
                self.end(socket, End::Reset).await
            }
            Reply::Dribble(head, pause, bytes) => {
                let _ = socket.write_all(&head).await;
                for byte in bytes {
                    tokio::select! {
                        () = self.clock.pause(pause) => {}
                        () = gone(socket) => return false,
                    }
                    if socket.write_all(&[byte]).await.is_err() {
                        return false;
                    }
                    self.clock.note();
                }
                true
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The same request for the whole, because the faults are about whole responses.
fn whole(request: &Received) -> Received {
    let head = request.head.replace("range: ", "x-range: ");
    Received {
        head,
        ..request.clone()
    }
}

/// Whether a server sends this only if it has done what the request says.
fn is_accepted(cause: Cause) -> bool {
    use Body::{Array, Empty, Gzip, JobWithoutStatus, JsonString, NoContent, NoJob, Slow};
    matches!(
        cause,
        Cause::Body(Array | Empty | Gzip | JobWithoutStatus | JsonString | NoContent | NoJob { .. } | Slow)
    )
}
