//! The votes on the results of a job's inputs. Each key has one vote per input.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// A vote of a key on a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Vote {
    NoVotes,
    Up,
    Down,
}

/// How many keys voted for and against a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Voting {
    up: u32,
    down: u32,
}

/// The votes by the index of the input and the prefix of the key.
#[derive(Default)]
pub(crate) struct Votes(Mutex<BTreeMap<(usize, Arc<str>), Vote>>);

impl Votes {
    /// Sets the vote of a key, or removes it.
    pub(crate) fn cast(&self, input: usize, prefix: &Arc<str>, vote: Vote) {
        let key = (input, Arc::clone(prefix));
        if vote == Vote::NoVotes {
            self.votes().remove(&key);
        } else {
            self.votes().insert(key, vote);
        }
    }

    /// Returns the vote of a key.
    pub(crate) fn of(&self, input: usize, prefix: &Arc<str>) -> Vote {
        let vote = self.votes().get(&(input, Arc::clone(prefix))).copied();
        vote.unwrap_or(Vote::NoVotes)
    }

    pub(crate) fn count(&self, input: usize) -> Voting {
        let mut voting = Voting::default();
        let first: Arc<str> = "".into();
        let votes = self.votes();
        for (_, vote) in votes.range((input, first)..).take_while(|((of, _), _)| *of == input) {
            voting.up += u32::from(*vote == Vote::Up);
            voting.down += u32::from(*vote == Vote::Down);
        }
        voting
    }

    fn votes(&self) -> MutexGuard<'_, BTreeMap<(usize, Arc<str>), Vote>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
