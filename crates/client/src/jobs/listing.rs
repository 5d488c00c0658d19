//! Reads the list of ended jobs for the waits of a transport: `GET /jobs/history`, the latest change first. What a job on it means
//! is left to `ended`, and what ends a wait to `wait`.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use http::Method;

use super::{history::JobHistoryFilter, status::is_final_status, wait::WaitOptions};
use crate::{
    backoff::{self, Backoff},
    client::Client,
    clock::FOREVER,
    ended::{EndedList, Fault, Item, ListFailed, PageOf, Polling, Registration, Waits},
    error::Error,
    transport::{Expect, LONGEST_RETRY_AFTER, Request, RouteClass, Shape},
    waiter::Polled,
};

/// The share by which the interval of the readings varies at random.
const JITTER: f64 = 0.025;

/// The longest pause after a reading that has failed, unless the interval is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// So many failures in a row, while polls succeed, mean that the history does not work.
const MOST_FAILURES: u32 = 3;

impl Client {
    /// Registers a wait with the list, if the client's waits poll by it. Its task ends with the last of them.
    pub(crate) fn registration<'w>(&self, job_id: &str, options: &'w WaitOptions) -> Option<Registration<'w>> {
        if options.polling.unwrap_or(self.polling()) == Polling::Individual {
            return None;
        }
        let transport = self.transport();
        let waits = transport
            .waits
            .of(self.list_reader(), transport.clock(), transport.random());
        let start = || tokio::spawn(Reader::new(self.clone(), Arc::clone(&waits)).run()).abort_handle();
        let schedule = &options.schedule;
        let intervals = (schedule.poll_interval, schedule.max_poll_interval);
        let observed = &options.request.observed;
        Some(Registration::new(&waits, job_id, intervals, observed, start))
    }

    async fn ended_jobs(&self, page: PageOf) -> Result<Vec<Item>, ListFailed> {
        let filter = JobHistoryFilter {
            access_key: self.transport().auth().prefix().map(str::to_owned),
            status: Some("TERMINATED".to_owned()),
            sort_by: Some("updatedAt".to_owned()),
            direction: Some("DESC".to_owned()),
            page: page.number,
            per_page: Some(page.size as u64),
            ..JobHistoryFilter::default()
        };
        let path = filter.path();
        let request = || {
            Ok(Request {
                expect: Expect::Body(Shape::Array),
                ..self.request(Method::GET, &path, None)
            })
        };
        // In a queue of its own: its refusal says nothing about the polls. For as long as the server refuses it.
        let options = WaitOptions::default().max_outage(FOREVER);
        let page = self
            .poll_as(RouteClass::List, request, &options, None, &Mutex::default())
            .await?;
        page.parse().map_err(|_| Fault::Unreadable.into())
    }
}

/// What reads the list.
struct Reader {
    client: Client,
    waits: Arc<Waits>,
    list: EndedList,
    /// How many readings have failed in a row although polls succeeded.
    failures: u32,
    backoff: Option<Backoff>,
}

impl Reader {
    fn new(client: Client, waits: Arc<Waits>) -> Self {
        Self {
            client,
            waits,
            list: EndedList::default(),
            failures: 0,
            backoff: None,
        }
    }

    async fn run(mut self) {
        let client = self.client.clone();
        let (clock, random) = (client.transport().clock(), client.transport().random());
        let mut least = Duration::ZERO;
        loop {
            let began = clock.now();
            let factor = 1.0 + JITTER * (2.0 * random.fraction() - 1.0);
            self.waits.due(clock, factor, least).await;
            least = Duration::ZERO;
            let reading = clock.now();
            match self.read().await {
                Ok(()) => {
                    self.failures = 0;
                    self.backoff = None;
                    if let Err(fault) = self.waits.note_good_reading(reading) {
                        self.fall_back(fault);
                    }
                }
                Err(ListFailed::Unusable(fault)) => self.fall_back(fault),
                Err(ListFailed::Request(error)) => match self.after_failure(*error, began) {
                    Ok(pause) => least = pause,
                    Err(fault) => self.fall_back(fault),
                },
            }
        }
    }

    async fn read(&mut self) -> Result<(), ListFailed> {
        let Self {
            client, waits, list, ..
        } = self;
        let found = |item: &Item| {
            let is_final = item.status.as_deref().is_some_and(is_final_status);
            is_final && waits.hint(&item.job_identifier, client.transport().clock().now())
        };
        list.read(|page| client.ended_jobs(page), found).await
    }

    fn fall_back(&mut self, fault: Fault) {
        self.failures = 0;
        self.backoff = None;
        // What ends meanwhile is found by polls.
        self.list = EndedList::default();
        self.waits.fall_back(fault, self.client.transport().clock().now());
    }

    /// Returns the pause after a reading that has failed, or why the list cannot be used. An outage of the server is none: there, the
    /// polls fail too. `since` is the time of the reading before.
    fn after_failure(&mut self, error: Error, since: Instant) -> Result<Duration, Fault> {
        let transport = self.client.transport();
        // Servers that start may send these without meaning them.
        let (is_unclear, fault) = match &error {
            Error::Response { .. } => (true, Fault::Unreadable),
            Error::Status { status: 404, .. } => (true, Fault::Refused(404)),
            Error::Status { status, .. } => (false, Fault::Refused(*status)),
            _ => (false, Fault::Failing),
        };
        let retry_after = match self.client.judge_failure(error) {
            Polled::Outage { retry_after, .. } => retry_after,
            // The waits do not depend on when the server accepts the list again. The queue of the list holds the next reading back.
            Polled::Busy { .. } => return Err(fault),
            _ if is_unclear => None,
            _ => return Err(fault),
        };
        let good = transport.throttle.line(RouteClass::Poll).last_good();
        let is_alone = is_unclear || good.is_some_and(|good| good >= since);
        self.failures = if is_alone { self.failures + 1 } else { 0 };
        if self.failures >= MOST_FAILURES {
            return Err(if is_unclear { fault } else { Fault::Failing });
        }
        let interval = self.waits.shortest_interval();
        let random = transport.random();
        Ok(if let Some(asked) = retry_after {
            backoff::requested_pause(asked.min(LONGEST_RETRY_AFTER), interval, random)
        } else {
            let bounds = (interval, LONGEST_PAUSE.max(interval));
            self.backoff.get_or_insert_with(|| Backoff::new(bounds)).next(random)
        })
    }
}
