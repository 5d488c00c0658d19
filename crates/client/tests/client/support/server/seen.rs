//! The records of a server.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

/// A received request.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// The number of the connection, from 0 in order of arrival.
    pub(crate) connection: usize,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// Returns the method and the target.
    pub(crate) fn line(&self) -> &str {
        self.head.split(" HTTP/1.1\r\n").next().unwrap()
    }

    /// Returns the values of a header. The case of its name does not matter.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields
            .filter_map(|(field, value)| field.eq_ignore_ascii_case(name).then_some(value))
            .collect()
    }
}

impl Seen {
    pub(crate) fn note(&self, request: Received) {
        self.requests.lock().unwrap().push(request);
    }
}

/// The requests and connections that a server saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(super) requests: Mutex<Vec<Received>>,
    pub(super) connections: AtomicUsize,
    pub(super) open: AtomicUsize,
    pub(super) busy: AtomicUsize,
    pub(super) busiest: AtomicUsize,
}

/// Counts one more until this is dropped.
pub(super) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    pub(super) fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
