//! What one open page knows, and what has changed since.

use serde::Serialize;

use super::job_feed::{JobChanges, JobFeed};
use super::mask::Mask;
use super::{faults, requests};
use crate::base_url::BaseUrl;
use crate::changes::Changes;
use crate::faults::FaultList;
use crate::models::Catalog;
use crate::requests::RequestLog;

/// How many requests the page shows.
const SHOWN_REQUESTS: usize = 1000;

/// How many faults the page shows.
const SHOWN_FAULTS: usize = 200;

/// The state of one page.
pub(super) struct Feed {
    base_url: BaseUrl,
    jobs: JobFeed,
    log: RequestLog,
    faults: FaultList,
    catalog: Catalog,
    mask: Mask,
    is_new: bool,
    last_request_change: u64,
    last_fault_change: u64,
    last_model_change: u64,
}

/// The content of an event. The first one has a `hello`; it and those after it contain all that the page shows.
#[derive(Serialize)]
struct Event<'f> {
    #[serde(skip_serializing_if = "Option::is_none")]
    hello: Option<Hello<'f>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jobs: Option<JobChanges<'f>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<Changes<requests::Row>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<Changes<faults::Row>>,
    /// How often the models have changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    models: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Hello<'f> {
    version: &'static str,
    #[serde(rename = "baseURL")]
    base_url: &'f str,
    /// When the emulator started, in milliseconds since 1970. After a restart, numbers are those of others.
    started_at: f64,
}

impl Feed {
    pub(super) fn new(
        base_url: BaseUrl,
        jobs: JobFeed,
        log: RequestLog,
        faults: FaultList,
        catalog: Catalog,
        mask: Mask,
    ) -> Self {
        Self {
            base_url,
            jobs,
            log,
            faults,
            last_model_change: catalog.changes(),
            catalog,
            mask,
            is_new: true,
            last_request_change: 0,
            last_fault_change: 0,
        }
    }

    /// Returns what changed since the last call, as JSON.
    pub(super) fn changes(&mut self) -> Option<Vec<u8>> {
        let requests = self.request_changes();
        let faults = self.fault_changes();
        let models = self.model_changes();
        let hello = self.is_new.then(|| Hello {
            version: env!("CARGO_PKG_VERSION"),
            base_url: &self.base_url,
            started_at: self.log.started_at_ms(),
        });
        self.is_new = false;
        self.jobs.changes(|jobs| {
            let event = Event {
                hello,
                jobs,
                requests,
                faults,
                models,
            };
            let is_empty = event.hello.is_none()
                && event.jobs.is_none()
                && event.requests.is_none()
                && event.faults.is_none()
                && event.models.is_none();
            // Nothing in it can fail to serialize.
            if is_empty {
                None
            } else {
                serde_json::to_vec(&event).ok()
            }
        })
    }

    /// Whether the next event is not to wait.
    pub(super) fn has_more(&self) -> bool {
        self.jobs.has_more()
    }

    fn request_changes(&mut self) -> Option<Changes<requests::Row>> {
        let (mask, started_at) = (&self.mask, self.log.started_at_ms());
        let changes = self
            .log
            .changes(self.last_request_change, SHOWN_REQUESTS, |number, request, extra| {
                requests::Row::of(mask, started_at, number, request, extra)
            })?;
        self.last_request_change = changes.last;
        Some(changes)
    }

    fn model_changes(&mut self) -> Option<u64> {
        let changes = self.catalog.changes();
        (std::mem::replace(&mut self.last_model_change, changes) != changes).then_some(changes)
    }

    fn fault_changes(&mut self) -> Option<Changes<faults::Row>> {
        let changes = self
            .faults
            .changes(self.last_fault_change, SHOWN_FAULTS, faults::Row::of)?;
        self.last_fault_change = changes.last;
        Some(changes)
    }
}
