//! Whether a refusal concerns a class or only the call: a call that is refused again, although the server has accepted most others
//! meanwhile, has a limit of its own, such as the quota of its model. `state` decides what follows.

/// If the server has accepted a smaller share of the others since, the refusal of a call says nothing about the call.
const LEAST_ACCEPTED: f64 = 0.3;

/// The odds that refusals concern calls, before anything is known, and their bounds: what was true may change.
const PRIOR_ODDS: f64 = 0.6;
const LEAST_ODDS: f64 = 1.0 / 32.0;
const MOST_ODDS: f64 = 32.0;

/// From these odds on, even calls that are refused for the first time are refused alone.
const SURE: f64 = 8.0;

/// From these odds on, the refusal of a call that is refused again may be its own.
const POSSIBLE: f64 = 1.0 / 16.0;

/// No single refusal is held for less likely than this, of a call and of the calls of a class.
const LEAST_OF_CALL: f64 = 0.25;
const LEAST_OF_CLASS: f64 = 0.5;

/// By how much the odds fall when a call is accepted that was refused.
const FALLEN: f64 = 8.0;

/// How many requests of a class were accepted, and how many pauses were begun by refusals.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcomes {
    pub(super) accepted: u64,
    pub(super) pauses: u64,
}

impl Outcomes {
    /// Returns the share that was accepted since. One more counts as refused, because few outcomes say little.
    fn share_since(self, before: Self) -> f64 {
        let [accepted, refused] = [self.accepted - before.accepted, self.pauses - before.pauses];
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let share = accepted as f64 / (accepted + refused + 1) as f64;
        share
    }
}

/// What the server has done with the earlier requests of a call.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct History {
    /// How often it was refused.
    pub(super) refusals: u32,
    /// How often it was refused again, although most others had been accepted meanwhile.
    pub(super) again: u32,
    /// How likely that is for a call that is like the others.
    likelihood: f32,
    /// What had become of the requests of the class after it was last refused.
    before: Outcomes,
    /// The rate that its refusal limits.
    pub(super) limits: Option<u64>,
}

impl History {
    /// Notes a refusal. Returns which share of the other requests the server has accepted since the one before, if that says something
    /// about the call.
    pub(super) fn note(&mut self, outcomes: Outcomes) -> Option<f64> {
        let share = (self.refusals > 0).then(|| outcomes.share_since(self.before));
        self.refusals = self.refusals.saturating_add(1);
        share.filter(|share| *share >= LEAST_ACCEPTED)
    }

    /// Notes that the server accepted this share of the others since it refused the call before.
    pub(super) fn note_again(&mut self, share: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "an estimate")]
        let likelihood = (self.likelihood() * (1.0 - share).max(LEAST_OF_CALL)) as f32;
        self.likelihood = likelihood;
        self.again += 1;
    }

    /// Notes what has become of the requests of the class up to its refusal.
    pub(super) fn note_outcomes(&mut self, outcomes: Outcomes) {
        self.before = outcomes;
    }

    fn likelihood(&self) -> f64 {
        if self.again == 0 {
            1.0
        } else {
            f64::from(self.likelihood)
        }
    }
}

/// The odds that the refusals of a class concern calls.
#[derive(Debug)]
pub(super) struct Odds(f64);

impl Default for Odds {
    fn default() -> Self {
        Self(PRIOR_ODDS)
    }
}

impl Odds {
    /// Notes that a call was refused again, although the server has accepted this share of the others.
    pub(super) fn refused_again(&mut self, share: f64) {
        self.0 = (self.0 / (1.0 - share).max(LEAST_OF_CLASS)).min(MOST_ODDS);
    }

    /// Notes that a call was accepted that had been refused.
    pub(super) fn accepted_after_all(&mut self) {
        self.0 = (self.0 / FALLEN).max(LEAST_ODDS);
    }

    /// Whether the last refusal of a call that was refused again concerns only the call. `history` is that before this refusal.
    pub(super) fn are_for(&self, history: &History) -> bool {
        self.0 > history.likelihood()
    }

    /// Whether it perhaps concerns only the call.
    pub(super) fn are_unsure(&self) -> bool {
        self.0 >= POSSIBLE
    }

    /// Whether a call that is refused for the first time is likely to be refused alone.
    pub(super) fn are_sure(&self) -> bool {
        self.0 >= SURE
    }

    /// Whether no call that was refused is known to have been accepted lately.
    pub(super) fn are_open(&self) -> bool {
        self.0 >= PRIOR_ODDS
    }
}
