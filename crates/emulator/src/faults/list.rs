//! The faults of an emulator, and the choice of one for a request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::Method;

use super::bucket::Bucket;
use super::fault::Fault;
use super::validate::validate;

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
    /// The sum of the faults' bytes.
    bytes: usize,
}

/// A fault, and how many requests it still applies to.
struct Rule {
    fault: Arc<Fault>,
    skip: u32,
    times: Option<u32>,
    bucket: Option<Bucket>,
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
        let rule = Rule {
            skip: fault.skip,
            times: fault.times,
            bucket: fault.per_second.map(|rate| Bucket::new(rate, Instant::now())),
            fault: Arc::new(fault),
        };
        rules.bytes = bytes;
        rules.list.push(rule);
        Ok(())
    }

    pub(crate) fn clear(&self) {
        *self.rules() = Rules::default();
    }

    /// Returns the fault that a request meets, and counts the request against its `times`.
    pub(super) fn take(&self, method: &Method, path: &str) -> Option<Arc<Fault>> {
        let mut rules = self.rules();
        let position = rules
            .list
            .iter_mut()
            .position(|rule| rule.fault.matches(method, path) && rule.is_due())?;
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
