//! An emulator and a client for it.

use std::time::{Duration, Instant};

use axum::http::{HeaderMap, Method, Request};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use modzy_emulator::{Emulator, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const MODEL: &str = "ed542963de";

/// A model that returns the length and the SHA-256 of its inputs `input` and `extra`.
pub(crate) const DIGEST: &str = "d1g35t0256";

/// The time of a stage that outlasts every test.
pub(crate) const FOREVER: Duration = Duration::MAX;

pub(crate) struct Server {
    pub(crate) emulator: Emulator,
    client: Client<HttpConnector, Full<Bytes>>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.headers["content-type"], "application/json");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Returns the message of an error, and asserts its other members.
    pub(crate) fn message(&self) -> String {
        let body = self.json();
        assert_eq!(body["statusCode"], self.status);
        assert!(!body["status"].as_str().unwrap().is_empty());
        assert!(body["reportErrorUrl"].as_str().unwrap().starts_with("https://"));
        assert_eq!(body.as_object().unwrap().len(), 4);
        body["message"].as_str().unwrap().to_owned()
    }
}

impl Server {
    pub(crate) async fn start(options: Options) -> Self {
        Self {
            emulator: Emulator::start(options).await.unwrap(),
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Starts an emulator whose jobs take no time.
    pub(crate) async fn instant() -> Self {
        Self::timed(Duration::ZERO, Duration::ZERO).await
    }

    pub(crate) async fn timed(submitted: Duration, in_progress: Duration) -> Self {
        Self::start(Options {
            submitted,
            in_progress,
            control: true,
            ..Options::default()
        })
        .await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "").await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, "").await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: impl ToString) -> Answer {
        self.send(Method::POST, path, body).await.unwrap()
    }

    pub(crate) async fn patch(&self, path: &str, body: impl ToString) -> Answer {
        self.send(Method::PATCH, path, body).await.unwrap()
    }

    /// Makes a request with the API key. An `Err` describes the failure of the connection.
    pub(crate) async fn send(&self, method: Method, path: &str, body: impl ToString) -> Result<Answer, String> {
        let key = format!("ApiKey {}", self.emulator.api_key());
        self.send_as(Some(&key), method, path, body.to_string().into()).await
    }

    pub(crate) async fn send_as(
        &self,
        authorization: Option<&str>,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Answer, String> {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(authorization.map(|value| ("authorization", value)));
        self.send_with(&headers, method, path, body).await
    }

    /// Makes a request with these headers only, and without a key.
    pub(crate) async fn send_with(
        &self,
        headers: &[(&str, &str)],
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Answer, String> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.emulator.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).unwrap();
        let response = self.client.request(request).await.map_err(|error| in_words(&error))?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| in_words(&error))?;
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.to_bytes(),
        })
    }

    /// Opens a job for the model, and returns its identifier.
    pub(crate) async fn open(&self, model: &str, version: &str) -> String {
        let body = json!({ "model": { "identifier": model, "version": version } });
        self.post("/api/jobs", body).await.json()["jobIdentifier"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Uploads a chunk. The path is `{job}/{input}/{modelInput}`.
    pub(crate) async fn chunk(&self, path: &str, chunk: &[u8]) -> Answer {
        let part = "Content-Disposition: form-data; name=\"input\"; filename=\"blob\"\r\n\
                    Content-Type: application/octet-stream";
        self.multipart(path, &[(part, chunk)]).await
    }

    /// Posts parts, each with its head, to a path under `/api/jobs/`.
    pub(crate) async fn multipart(&self, path: &str, parts: &[(&str, &[u8])]) -> Answer {
        self.parts(&format!("/api/jobs/{path}"), parts).await
    }

    async fn parts(&self, path: &str, parts: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (head, content) in parts {
            body.extend_from_slice(format!("--x-1\r\n{head}\r\n\r\n").as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--x-1--\r\n");
        self.body(path, "multipart/form-data; boundary=x-1", body).await
    }

    /// Posts a file as the part `file`.
    pub(crate) async fn file(&self, path: &str, name: &str, content: &[u8]) -> Answer {
        let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
        self.parts(path, &[(&head, content)]).await
    }

    /// Posts a body of any content type to a path under `/api/jobs/`.
    pub(crate) async fn form(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        self.body(&format!("/api/jobs/{path}"), content_type, body).await
    }

    async fn body(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let key = format!("ApiKey {}", self.emulator.api_key());
        let headers = [("content-type", content_type), ("authorization", &key)];
        self.send_with(&headers, Method::POST, path, body.into()).await.unwrap()
    }

    pub(crate) async fn close(&self, job: &str) -> Answer {
        self.post(&format!("/api/jobs/{job}/close"), "{}").await
    }

    /// Submits the texts under the keys `0`, `1`, …, and returns the identifier of the job.
    pub(crate) async fn submit(&self, texts: &[&str]) -> String {
        let answer = self.post("/api/jobs", text_job(texts)).await;
        assert_eq!(answer.status, 202, "{}", answer.json());
        answer.json()["jobIdentifier"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn status(&self, job: &str) -> Value {
        self.get(&format!("/api/jobs/{job}")).await.json()["status"].clone()
    }

    /// Waits until the condition holds, for at most a few seconds.
    pub(crate) async fn until(&self, condition: impl Fn(&Emulator) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(5);
        while !condition(&self.emulator) {
            assert!(Instant::now() < deadline, "the condition never held");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Sends the bytes of a request, and returns the socket.
    pub(crate) async fn raw(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let address = self.emulator.url().strip_prefix("http://").unwrap();
        let mut socket = TcpStream::connect(address).await.unwrap();
        let key = self.emulator.api_key();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: ApiKey {key}\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        socket
    }
}

pub(crate) fn text_job(texts: &[&str]) -> Value {
    let sources = texts
        .iter()
        .enumerate()
        .map(|(index, text)| (index.to_string(), json!({ "input.txt": text })))
        .collect::<serde_json::Map<_, _>>();
    job(&json!({ "type": "text", "sources": sources }))
}

pub(crate) fn job(input: &Value) -> Value {
    json!({ "model": { "identifier": MODEL, "version": "1.0.1" }, "input": input })
}

/// Reads from a socket until it is closed.
pub(crate) async fn read_all(socket: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).await?;
    Ok(String::from_utf8(bytes).unwrap())
}

fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        words = format!("{words}: {error}");
        source = error.source();
    }
    words
}
