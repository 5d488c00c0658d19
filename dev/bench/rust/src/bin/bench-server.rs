//! A server that takes little CPU time, so that its clients can be measured. It answers the routes of Modzy from memory, generates the
//! bytes of downloads, and counts and discards those of uploads. All other responses depend on the path only.

#![expect(
    clippy::disallowed_methods,
    reason = "a separate program, which may panic if the system refuses a thread"
)]

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::io::{self, Write as _};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::json;
use tokio::net::TcpListener;

/// The content of a chunk of a download.
static CHUNK: [u8; 256 << 10] = [b'x'; 256 << 10];

#[derive(Default)]
struct Server {
    /// The results that were requested, by the number of their inputs and the bytes of each.
    results: Mutex<HashMap<(usize, usize), Bytes>>,
    /// How many bytes of request bodies have arrived since a job was opened.
    uploaded: AtomicU64,
    requests: AtomicU64,
    /// The jobs with an end that were requested, and when they end.
    ending: Mutex<BTreeSet<(u128, String)>>,
}

impl Server {
    /// Returns a job, and remembers when it ends.
    fn job(&self, id: &str) -> Bytes {
        let ends = ends(id);
        if let Some(at) = ends {
            let mut ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
            ending.insert((at, id.to_owned()));
        }
        job(id, ends).into()
    }

    /// Returns a page of the jobs that have ended, the last one first.
    fn history(&self, query: &str) -> Bytes {
        let number = |name: &str| {
            let value = query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            value.and_then(|value| value.parse::<usize>().ok())
        };
        let (page, size) = (number("page").unwrap_or(1).max(1), number("per-page").unwrap_or(10));
        let ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = ending
            .range(..(now(), String::new()))
            .rev()
            .skip((page - 1) * size)
            .take(size);
        let jobs: Vec<_> = ended.map(|(at, id)| job(id, Some(*at))).collect();
        format!("[{}]", jobs.join(",")).into()
    }

    fn result(&self, inputs: usize, size: usize) -> Bytes {
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results
            .entry((inputs, size))
            .or_insert_with(|| result(inputs, size))
            .clone()
    }
}

/// A body that sends the same memory in chunks until `left` is 0.
struct Chunks {
    content: Bytes,
    left: u64,
}

impl From<Bytes> for Chunks {
    fn from(content: Bytes) -> Self {
        let left = content.len() as u64;
        Self { content, left }
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let length = usize::try_from(self.left).map_or(self.content.len(), |left| left.min(self.content.len()));
        self.left -= length as u64;
        Poll::Ready(Some(Ok(Frame::data(self.content.slice(..length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

fn main() -> io::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut stdout = io::stdout();
        writeln!(stdout, "http://{}/api", listener.local_addr()?)?;
        stdout.flush()?;
        tokio::spawn(serve(listener));
        // Ends with its parent.
        stdin_closed().await;
        io::Result::Ok(())
    })?;
    runtime.shutdown_background();
    Ok(())
}

/// Resolves when standard input ends. A thread waits for it.
async fn stdin_closed() {
    let _ = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin().lock(), &mut io::sink())).await;
}

async fn serve(listener: TcpListener) {
    let server = Arc::new(Server::default());
    while let Ok((stream, _)) = listener.accept().await {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            // Sends small responses at once.
            let _ = stream.set_nodelay(true);
            let service = service_fn(|request| answer(request, &server));
            // Fails if the client disconnects, which the server ignores.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(mut request: Request<Incoming>, server: &Server) -> Result<Response<Chunks>, hyper::Error> {
    while let Some(frame) = std::future::poll_fn(|context| Pin::new(request.body_mut()).poll_frame(context)).await {
        if let Some(data) = frame?.data_ref() {
            server.uploaded.fetch_add(data.len() as u64, Ordering::Relaxed);
        }
    }
    server.requests.fetch_add(1, Ordering::Relaxed);
    let path = request.uri().path();
    let segments: Vec<&str> = path.trim_start_matches("/api/").split('/').collect();
    let is_read = request.method() == Method::GET;
    let (status, body) = match *segments {
        ["jobs", "features"] if is_read => (StatusCode::OK, Some(features().into())),
        ["jobs", "history"] if is_read => {
            let query = request.uri().query().unwrap_or_default();
            (StatusCode::OK, Some(server.history(query).into()))
        }
        ["jobs", id] if is_read => (StatusCode::OK, Some(server.job(id).into())),
        // How many requests there were, for the measures.
        ["requests"] => {
            let requests = server.requests.load(Ordering::Relaxed).to_string();
            (StatusCode::OK, Some(Bytes::from(requests).into()))
        }
        ["jobs"] => {
            server.uploaded.store(0, Ordering::Relaxed);
            (StatusCode::ACCEPTED, Some(receipt(0).into()))
        }
        ["jobs", ..] => {
            let uploaded = server.uploaded.load(Ordering::Relaxed);
            (StatusCode::ACCEPTED, Some(receipt(uploaded).into()))
        }
        ["results", id] => (
            StatusCode::OK,
            sizes(id).map(|(inputs, size)| server.result(inputs, size).into()),
        ),
        ["results", _, "datasource", _, "output", size] => (StatusCode::OK, size.parse().ok().map(download)),
        _ => (StatusCode::NOT_FOUND, None),
    };
    let status = if body.is_some() { status } else { StatusCode::NOT_FOUND };
    let mut response = Response::new(body.unwrap_or_else(|| Bytes::new().into()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

fn download(size: u64) -> Chunks {
    Chunks {
        content: Bytes::from_static(&CHUNK),
        left: size,
    }
}

/// Returns the number of inputs and the bytes of each from an identifier such as `40x250000`.
fn sizes(id: &str) -> Option<(usize, usize)> {
    let (inputs, size) = id.split_once('x')?;
    Some((inputs.parse().ok()?, size.parse().ok()?))
}

fn features() -> Bytes {
    json!({ "inputChunkMaximumSize": "1Mi", "maximumInputChunks": 100_000, "maximumInputsPerJob": 100_000 })
        .to_string()
        .into()
}

/// Returns a receipt with the uploaded bytes, so that a client which sends less is noticed.
fn receipt(uploaded: u64) -> Bytes {
    json!({ "jobIdentifier": "open", "status": "OPEN", "inputByteAmount": uploaded })
        .to_string()
        .into()
}

/// Returns when a job ends, in ms of Unix time, from an identifier such as `at-<time>` or `at-<time>-<number>`.
fn ends(id: &str) -> Option<u128> {
    id.strip_prefix("at-")?.split('-').next()?.parse().ok()
}

/// Returns a job that is in progress until its end.
fn job(id: &str, ends: Option<u128>) -> String {
    let at = ends.filter(|at| now() >= *at);
    let (status, at) = (
        if at.is_some() { "COMPLETED" } else { "IN_PROGRESS" },
        at.unwrap_or(1_626_745_211_187),
    );
    let updated = time(at);
    // Formatted by hand, since this is most of the server's work.
    format!(
        r#"{{"jobIdentifier":"{id}","status":"{status}","submittedBy":"benchPrefixBenchPref",
        "accountIdentifier":"bench-account",
        "model":{{"identifier":"ed542963de","version":"1.0.1","name":"Sentiment Analysis"}},
        "createdAt":"2021-07-20T01:40:09.560+00:00","updatedAt":"{updated}",
        "submittedAt":"2021-07-20T01:40:09.560+00:00",
        "total":2,"pending":1,"completed":1,"failed":0,"elapsedTime":1627,"queueTime":41,
        "user":{{"identifier":"4f0c9ad3-67b7-4b7c-b6f8-1a8f6a1b2c3d","externalIdentifier":"bench@example.com",
        "firstName":"Bench","lastName":"Mark","email":"bench@example.com","status":"active",
        "accessKeys":[{{"prefix":"benchPrefixBenchPref","isDefault":true}}]}},
        "jobInputs":[{{"identifier":"first"}},{{"identifier":"second"}}],"explain":false,
        "team":{{"identifier":"f1d32e26-8e1f-4b0f-9a52-2d2a0b6f7c11"}},"imageClassificationModel":false}}"#
    )
}

/// Formats a Unix time in ms.
fn time(millis: u128) -> String {
    let millis = i64::try_from(millis).unwrap_or_default();
    Timestamp::from_millisecond(millis).map_or_else(|_| String::new(), |time| time.to_string())
}

/// Returns a result with this many inputs, each with an output of about this many bytes.
fn result(inputs: usize, size: usize) -> Bytes {
    let prediction = json!({ "class": "positive", "score": 0.5233 });
    let count = size / prediction.to_string().len();
    let output = json!({ "data": {
        "result": { "classPredictions": vec![prediction; count.max(1)] },
        "explanation": null,
        "drift": null,
    } });
    let results: serde_json::Map<_, _> = (0..inputs)
        .map(|input| {
            let result = json!({
                "status": "SUCCESSFUL",
                "engine": "bench",
                "modelLatency": 12.5,
                "startTime": "2021-07-20T01:40:09.560+00:00",
                "endTime": "2021-07-20T01:40:11.187+00:00",
                "voting": { "up": 0, "down": 0 },
                "results.json": output,
            });
            (format!("input-{input}"), result)
        })
        .collect();
    json!({
        "jobIdentifier": format!("{inputs}x{size}"),
        "total": inputs,
        "completed": inputs,
        "failed": 0,
        "finished": true,
        "results": results,
    })
    .to_string()
    .into()
}

/// Returns the Unix time, in ms.
fn now() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis())
}
