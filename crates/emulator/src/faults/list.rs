//! The faults of an emulator, and the choice of one for a request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::Method;

use super::bucket::Bucket;
use super::fault::Fault;
use super::validate::validate;
use crate::changes::Changes;

/// The most faults at a time, and the most bytes of responses in all of them.
const MAX_FAULTS: usize = 10_000;
const MAX_BYTES: usize = 64 << 20;

/// The reason for refusing a fault. The text names the member.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidFault(String);

/// The faults of one emulator, in order of addition.
#[derive(Clone, Default)]
pub(crate) struct FaultList(Arc<Mutex<Rules>>);

#[derive(Default)]
struct Rules {
    list: Vec<Rule>,
    /// How many faults were added.
    added: u64,
    /// How often the list has changed.
    changes: u64,
    /// The sum of the faults' bytes.
    bytes: usize,
}

/// A fault, and how many requests it still applies to.
struct Rule {
    number: u64,
    fault: Arc<Fault>,
    skip: u32,
    times: Option<u32>,
    bucket: Option<Bucket>,
}

/// A fault, and how many requests it still lets pass and applies to.
pub(crate) struct RemainingFault {
    /// Counts from 1, in order of addition.
    pub(crate) number: u64,
    pub(crate) fault: Arc<Fault>,
    pub(crate) skip: u32,
    pub(crate) times: Option<u32>,
}

impl FaultList {
    pub(crate) fn add(&self, fault: Fault) -> Result<(), InvalidFault> {
        validate(&fault).map_err(InvalidFault)?;
        let mut rules = self.rules();
        if rules.list.len() >= MAX_FAULTS {
            let message = format!("there are {MAX_FAULTS} faults already, which is the maximum: clear them first");
            return Err(InvalidFault(message));
        }
        let bytes = rules.bytes + fault.bytes();
        if bytes > MAX_BYTES {
            let message = format!("the faults have more than {MAX_BYTES} bytes in total: clear them first");
            return Err(InvalidFault(message));
        }
        rules.added += 1;
        let rule = Rule {
            number: rules.added,
            skip: fault.skip,
            times: fault.times,
            bucket: fault.per_second.map(|rate| Bucket::new(rate, Instant::now())),
            fault: Arc::new(fault),
        };
        rules.bytes = bytes;
        rules.list.push(rule);
        rules.changes += 1;
        Ok(())
    }

    /// Removes the fault with this number. Returns false if there is none: it was removed or is used up.
    pub(crate) fn remove(&self, number: u64) -> bool {
        let mut rules = self.rules();
        let Some(position) = rules.list.iter().position(|rule| rule.number == number) else {
            return false;
        };
        let removed = rules.list.remove(position);
        rules.bytes -= removed.fault.bytes();
        rules.changes += 1;
        true
    }

    /// Returns the first `count` faults, if the list has changed after the change `since`.
    pub(crate) fn changes<T>(
        &self,
        since: u64,
        count: usize,
        show: impl Fn(&RemainingFault) -> T,
    ) -> Option<Changes<T>> {
        let rules = self.rules();
        let remaining = |rule: &Rule| RemainingFault {
            number: rule.number,
            fault: Arc::clone(&rule.fault),
            skip: rule.skip,
            times: rule.times,
        };
        (rules.changes != since).then(|| Changes {
            last: rules.changes,
            first: None,
            total: rules.list.len(),
            rows: rules
                .list
                .iter()
                .take(count)
                .map(|rule| show(&remaining(rule)))
                .collect(),
        })
    }

    pub(crate) fn clear(&self) {
        let mut rules = self.rules();
        rules.list.clear();
        rules.bytes = 0;
        rules.changes += 1;
    }

    /// Returns the fault that a request meets, and counts the request against its `times`.
    pub(super) fn take(&self, method: &Method, path: &str) -> Option<Arc<Fault>> {
        let mut rules = self.rules();
        let mut has_match = false;
        let position = rules.list.iter_mut().position(|rule| {
            let matches = rule.fault.matches(method, path);
            has_match |= matches;
            matches && rule.is_due()
        });
        // A request that `skip` lets pass changes the list, too.
        rules.changes += u64::from(has_match);
        let position = position?;
        let rule = rules.list.get_mut(position)?;
        let fault = Arc::clone(&rule.fault);
        if let Some(times) = &mut rule.times {
            *times -= 1;
            if *times == 0 {
                rules.list.remove(position);
                rules.bytes -= fault.bytes();
            }
        }
        Some(fault)
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    /// Whether a matching request meets the fault, after the ones that `skip` and `perSecond` let pass.
    fn is_due(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.bucket.as_mut().is_none_or(|bucket| !bucket.take(Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Fault {
        Fault {
            status: Some(status),
            ..Fault::default()
        }
    }

    fn taken(list: &FaultList, method: &Method, path: &str) -> Option<u16> {
        list.take(method, path).and_then(|fault| fault.status)
    }

    #[test]
    fn the_first_fault_wins_until_it_is_used_up() {
        let list = FaultList::default();
        list.add(Fault {
            times: Some(2),
            ..status(503)
        })
        .unwrap();
        list.add(Fault {
            times: Some(1),
            ..status(429)
        })
        .unwrap();
        let met: Vec<_> = (0..4).map(|_| taken(&list, &Method::GET, "/api/jobs")).collect();
        assert_eq!(met, [Some(503), Some(503), Some(429), None]);
    }

    #[test]
    fn faults_are_bounded_by_their_number_and_their_size() {
        let list = FaultList::default();
        for _ in 0..MAX_FAULTS {
            list.add(status(503)).unwrap();
        }
        let refused = list.add(status(503)).unwrap_err().to_string();
        assert!(refused.starts_with("there are 10000 faults already"), "{refused}");
        list.clear();
        let large = || Fault {
            body: Some("x".repeat(MAX_BYTES / 2 + 1)),
            ..status(503)
        };
        list.add(large()).unwrap();
        let refused = list.add(large()).unwrap_err().to_string();
        assert!(
            refused.starts_with("the faults have more than 67108864 bytes"),
            "{refused}"
        );
        list.add(status(503)).unwrap();
    }

    #[test]
    fn skipped_requests_meet_the_faults_behind() {
        let list = FaultList::default();
        list.add(Fault { skip: 2, ..status(503) }).unwrap();
        list.add(Fault {
            times: Some(1),
            ..status(429)
        })
        .unwrap();
        let met: Vec<_> = (0..4).map(|_| taken(&list, &Method::GET, "/api/jobs")).collect();
        assert_eq!(met, [Some(429), None, Some(503), Some(503)]);
    }
}
