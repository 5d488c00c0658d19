//! A Modzy of one process: what it has stored, and its responses where there is no fault.

use std::collections::BTreeMap;

use crate::support::{
    server::{Received, answer},
    upload::CHUNK,
};

/// The content of every output.
pub(super) const OUTPUT: &str =
    "The first line of an output.\nThe second line of it.\nThe third line, which is the last of them.\n";

/// The inputs whose results a job has.
pub(super) const RESULTS: [&str; 3] = ["first", "second", "third"];

/// When the server was started.
const EPOCH: i64 = 1_700_000_000_000;

#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) status: &'static str,
    /// The keys of its inputs.
    keys: Vec<String>,
    /// The uploaded bytes, by the path of the input.
    pub(super) uploaded: BTreeMap<String, Vec<u8>>,
    /// How many reads have seen its status.
    reads: u32,
    created: i64,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Modzy {
    pub(super) jobs: Vec<Job>,
}

impl Modzy {
    /// A server with a job that has ended.
    pub(super) fn with_a_job() -> Self {
        let mut modzy = Self::default();
        modzy.open("COMPLETED", vec!["key".to_owned()], 0);
        modzy
    }

    /// Returns the jobs that run or have run, with this input key if there is one.
    pub(super) fn accepted(&self, key: Option<&str>) -> usize {
        let has_key = |job: &&Job| key.is_none_or(|key| job.keys.iter().any(|known| known == key));
        let accepted = self
            .jobs
            .iter()
            .filter(|job| !matches!(job.status, "OPEN" | "CANCELED"));
        accepted.filter(has_key).count()
    }

    fn open(&mut self, status: &'static str, keys: Vec<String>, now: u64) -> usize {
        self.jobs.push(Job {
            status,
            keys,
            uploaded: BTreeMap::new(),
            reads: 0,
            created: EPOCH + now.cast_signed(),
        });
        self.jobs.len() - 1
    }

    /// Handles a request, and returns the response. The time is in milliseconds since the start.
    pub(super) fn handle(&mut self, request: &Received, now: u64) -> Vec<u8> {
        let line = request.line().to_owned();
        let (method, path) = line.split_once(" /api").unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match (method, parts.as_slice()) {
            ("POST", ["jobs"]) => {
                let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
                let keys = body["input"]["sources"].as_object();
                let status = if keys.is_some() { "SUBMITTED" } else { "OPEN" };
                let keys = keys.map_or_else(Vec::new, |keys| keys.keys().cloned().collect());
                let nth = self.open(status, keys, now);
                self.job(nth)
            }
            ("GET", ["jobs", "features"]) => {
                let size = format!(
                    r#"{{"inputChunkMaximumSize":"{CHUNK}","maximumInputChunks":100,"maximumInputsPerJob":"9"}}"#
                );
                answer(200, "", size)
            }
            ("GET", ["jobs", "history"]) => self.history(request.line()),
            ("GET", ["jobs", id]) => self.with(id, |modzy, nth| {
                let job = &mut modzy.jobs[nth];
                job.reads += 1;
                job.status = match (job.status, job.reads) {
                    ("SUBMITTED", 2..) => "IN_PROGRESS",
                    ("IN_PROGRESS", 3..) => "COMPLETED",
                    (status, _) => status,
                };
                modzy.job(nth)
            }),
            ("DELETE", ["jobs", id]) => self.with(id, |modzy, nth| match modzy.jobs[nth].status {
                "COMPLETED" | "CANCELED" => answer(400, "", r#"{"message":"it has ended"}"#),
                _ => {
                    modzy.jobs[nth].status = "CANCELED";
                    modzy.job(nth)
                }
            }),
            ("POST", ["jobs", id, "close"]) => self.with(id, |modzy, nth| {
                if modzy.jobs[nth].status != "OPEN" {
                    return answer(400, "", r#"{"message":"it is not open"}"#);
                }
                modzy.jobs[nth].status = "SUBMITTED";
                modzy.job(nth)
            }),
            ("POST", ["jobs", id, key, name]) => self.with(id, |modzy, nth| {
                if modzy.jobs[nth].status != "OPEN" {
                    return answer(400, "", r#"{"message":"it is not open"}"#);
                }
                let uploaded = modzy.jobs[nth].uploaded.entry(format!("{key}/{name}")).or_default();
                uploaded.extend(part(&request.body));
                answer(200, "", "{}")
            }),
            ("GET", ["results", _]) => answer(200, "", results()),
            ("GET", ["results", _, "datasource", ..] | ["elsewhere"]) => output(request),
            _ => answer(404, "", r#"{"message":"there is no such route"}"#),
        }
    }

    fn with(&mut self, id: &str, handle: impl FnOnce(&mut Self, usize) -> Vec<u8>) -> Vec<u8> {
        match (0..self.jobs.len()).find(|&nth| name(nth) == id) {
            Some(nth) => handle(self, nth),
            None => answer(404, "", r#"{"message":"there is no such job"}"#),
        }
    }

    fn job(&self, nth: usize) -> Vec<u8> {
        answer(200, "", self.json(nth).to_string())
    }

    fn json(&self, nth: usize) -> serde_json::Value {
        let job = &self.jobs[nth];
        let inputs: Vec<_> = job
            .keys
            .iter()
            .map(|key| serde_json::json!({ "identifier": key }))
            .collect();
        let created = timestamp(job.created);
        serde_json::json!({
            "jobIdentifier": name(nth), "status": job.status, "jobInputs": inputs, "createdAt": created,
            "model": { "identifier": "ed542963de", "version": "1.0.1" },
        })
    }

    /// One page, which has all jobs, the newest first.
    fn history(&self, line: &str) -> Vec<u8> {
        let is_first = !line.contains("&page=");
        let jobs: Vec<_> = (0..self.jobs.len())
            .rev()
            .filter(|_| is_first)
            .map(|nth| self.json(nth))
            .collect();
        answer(200, "", serde_json::Value::from(jobs).to_string())
    }
}

/// The identifier of a job. The first is that of the catalogue's bodies.
pub(super) fn name(nth: usize) -> String {
    if nth == 0 { "j".to_owned() } else { format!("j{nth}") }
}

fn timestamp(millis: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(millis).unwrap();
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Returns the data of the only part of a form.
fn part(body: &[u8]) -> &[u8] {
    let find = |of: &[u8], text: &[u8]| of.windows(text.len()).position(|window| window == text).unwrap();
    let boundary = &body[..find(body, b"\r\n")];
    let data = &body[find(body, b"\r\n\r\n") + 4..];
    &data[..find(data, &[b"\r\n", boundary].concat())]
}

pub(super) fn results() -> String {
    let inputs: Vec<_> = RESULTS
        .iter()
        .map(|key| format!(r#""{key}":{{"status":"SUCCESSFUL","o":"{key}"}}"#))
        .collect();
    format!(
        r#"{{"jobIdentifier":"j","finished":true,"results":{{{}}}}}"#,
        inputs.join(",")
    )
}

/// An output, or the rest of it.
fn output(request: &Received) -> Vec<u8> {
    let begin = request
        .header("range")
        .first()
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    match begin {
        Some(begin) if begin < OUTPUT.len() => {
            let length = OUTPUT.len();
            let range = format!(
                "etag: \"one\"\r\ncontent-range: bytes {begin}-{}/{length}\r\n",
                length - 1
            );
            answer(206, &range, &OUTPUT[begin..])
        }
        _ => answer(200, "etag: \"one\"\r\n", OUTPUT),
    }
}
