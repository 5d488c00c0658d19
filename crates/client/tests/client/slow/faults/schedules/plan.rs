//! What happens in a run: a scenario, and up to six faults, made from a seed.

use std::{fmt, sync::Arc, time::Duration};

use fastrand::Rng;

use super::super::catalogue::{self, Cause, Fault, Injection};
use crate::support::names::Fate;

pub(super) const MOST_FAULTS: usize = 6;

/// What the client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    SubmitAndWait,
    Upload,
    Download,
    Results,
    Batch,
}

impl Scenario {
    const ALL: [Self; 5] = [
        Self::SubmitAndWait,
        Self::Upload,
        Self::Download,
        Self::Results,
        Self::Batch,
    ];

    /// How many requests it makes without faults, and a few more.
    fn requests(self) -> usize {
        match self {
            Self::SubmitAndWait => 6,
            Self::Upload => 12,
            Self::Download | Self::Results => 4,
            Self::Batch => 14,
        }
    }
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Close,
    Reset,
    Stall,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A fault of the catalogue, by its number.
    Catalogue(usize),
    /// The connection ends after so many thousandths of the response.
    CutResponse(usize, End),
    /// The connection ends after so many bytes of the request.
    CutRequest(usize, End),
    /// The server closes the connection behind a good response.
    CloseAfter,
    /// The process is suspended for this long, and finds a good response afterwards.
    Freeze(Duration),
    /// The time jumps while the server works on a good response.
    Jump(Duration),
    /// A lookup of the host's name fails.
    Lookup(Fate),
}

/// A fault, and the request that meets it, or the lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) at: usize,
    pub(super) kind: Kind,
    /// Whether the server does what the request says, where the client cannot know.
    pub(super) acts: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) seed: u64,
    pub(super) scenario: Scenario,
    pub(super) faults: Vec<Planned>,
}

impl Plan {
    pub(super) fn new(seed: u64, catalogue: &Catalogue) -> Self {
        let mut rng = Rng::with_seed(seed);
        let scenario = Scenario::ALL[rng.usize(..Scenario::ALL.len())];
        let faults = (0..rng.usize(0..=MOST_FAULTS)).map(|_| {
            let kind = kind(&mut rng, catalogue.0.len());
            let most = if matches!(kind, Kind::Lookup(_)) {
                3
            } else {
                scenario.requests()
            };
            Planned {
                at: rng.usize(..most),
                kind,
                acts: rng.bool(),
            }
        });
        let faults = faults.collect();
        Self { seed, scenario, faults }
    }

    /// The plans with one fault less.
    pub(super) fn smaller(&self) -> impl Iterator<Item = Self> {
        (0..self.faults.len()).map(|left_out| {
            let mut smaller = self.clone();
            smaller.faults.remove(left_out);
            smaller
        })
    }

    /// Describes it.
    pub(super) fn text(&self, catalogue: &Catalogue) -> String {
        let faults = self.faults.iter().map(|&Planned { at, kind, acts }| {
            let name = match kind {
                Kind::Catalogue(nth) => catalogue.0[nth].name.clone(),
                other => format!("{other:?}"),
            };
            format!("\n  at {at}: {name}{}", if acts { ", and the server acts" } else { "" })
        });
        format!(
            "seed {}, {:?}{}",
            self.seed,
            self.scenario,
            faults.collect::<Vec<_>>().concat()
        )
    }
}

fn kind(rng: &mut Rng, catalogued: usize) -> Kind {
    let end = [End::Close, End::Reset, End::Stall][rng.usize(..3)];
    let long = Duration::from_millis([300, 5_000, 45_000, 90_000][rng.usize(..4)]);
    match rng.u32(..12) {
        0..5 => Kind::Catalogue(rng.usize(..catalogued)),
        5..7 => Kind::CutResponse(rng.usize(..1000), end),
        7 => Kind::CutRequest(rng.usize(..700), end),
        8 => Kind::CloseAfter,
        9 => Kind::Freeze(long),
        10 => Kind::Jump(long),
        _ => Kind::Lookup(if rng.bool() { Fate::Unknown } else { Fate::Hangs }),
    }
}

/// The faults of the matrix that a response can have.
#[derive(Clone)]
pub(super) struct Catalogue(pub(super) Arc<Vec<Fault>>);

impl Catalogue {
    /// Without responses that never end, in which no moment is quiet, and without good early responses, which change nothing.
    pub(super) fn new() -> Self {
        let is_fit = |fault: &Fault| match &fault.injection {
            Injection::Answer(_) => !fault.name.starts_with("endless") && !fault.name.starts_with("an endless"),
            Injection::Early(..) => fault.cause != Cause::Early,
            _ => false,
        };
        Self(Arc::new(catalogue::of_responses().into_iter().filter(is_fit).collect()))
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} faults", self.0.len())
    }
}
