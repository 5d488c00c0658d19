//! The right to make one attempt: first the admission by the line of its route class, then a socket permit. A call that waits in
//! the line holds no permit.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::SemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::{
    answer::Answer,
    failure::FailedAttempt,
    pool::Pool,
    request::{Request, Settings, fired},
    retry::{self, Class},
    shared::Transport,
    throttle::{self, LONGEST_RETRY_AFTER, Patience, Pause, Place, Refusal, RouteClass, Ticket, Waiter},
};
use crate::{clock::Random, error::Error, observer::Observed};

/// A call that wants to make an attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'c> {
    /// The class of its routes. `None` skips every line.
    pub(crate) route: Option<RouteClass>,
    pub(crate) patience: Patience,
    /// The deadline of the call.
    pub(crate) until: Option<Instant>,
    pub(crate) nothing_sent_after: Option<&'c CancellationToken>,
    pub(crate) not_submitted_after: Option<&'c CancellationToken>,
    pub(crate) observed: &'c Observed,
}

impl<'c> Caller<'c> {
    /// The call as it waits for its next attempt.
    pub(super) fn new(request: &Request, settings: &'c Settings, now: Instant) -> Self {
        let left = |until: Instant| until.saturating_duration_since(now);
        Self {
            route: request.line(),
            patience: match settings.patience {
                Some(limit) => Patience::Outage { since: now, limit },
                None => Patience::Pause(
                    settings
                        .until
                        .map_or(LONGEST_RETRY_AFTER, |until| left(until).min(LONGEST_RETRY_AFTER)),
                ),
            },
            until: settings.until,
            nothing_sent_after: settings.nothing_sent_after.as_ref(),
            not_submitted_after: settings.not_submitted_after.as_ref(),
            observed: &settings.observed,
        }
    }

    /// The token that ends it, if it waits to submit a job.
    fn withdrawal(&self) -> Option<&'c CancellationToken> {
        let is_submit = matches!(self.route, Some(RouteClass::Submit));
        self.not_submitted_after.filter(|_| is_submit)
    }
}

/// The right to make one attempt.
#[derive(Debug)]
pub(crate) struct Turn<'t> {
    pub(super) pool: Arc<Pool>,
    ticket: Option<Ticket<'t>>,
    of_polls: Option<SemaphorePermit<'t>>,
    socket: SemaphorePermit<'t>,
}

/// Why a call gets no turn.
#[derive(Debug)]
pub(crate) enum NoTurn {
    /// It was aborted.
    Aborted,
    /// Its deadline has passed. Holds the time that was left.
    Late(Duration),
    /// The server refuses such requests for longer than the call waits.
    Refused(Refusal),
    /// The HTTP client could not be built.
    Failed(Error),
}

impl Transport {
    /// Waits for a turn.
    pub(crate) async fn turn<'t>(&'t self, caller: &Caller<'t>, place: &mut Place) -> Result<Turn<'t>, NoTurn> {
        let clock = self.clock();
        let left = caller.until.map(|until| until.saturating_duration_since(clock.now()));
        tokio::select! {
            biased;
            () = fired(caller.nothing_sent_after) => Err(NoTurn::Aborted),
            () = fired(caller.withdrawal()) => Err(NoTurn::Aborted),
            turn = self.admission(caller, place) => turn,
            limit = self.passed(left) => Err(NoTurn::Late(limit)),
        }
    }

    async fn admission<'t>(&'t self, caller: &Caller<'t>, place: &mut Place) -> Result<Turn<'t>, NoTurn> {
        loop {
            let ticket = match caller.route {
                Some(class) => {
                    let waiter = Waiter {
                        clock: self.clock(),
                        patience: caller.patience,
                        observed: caller.observed,
                    };
                    let admitted = self.throttle.line(class).admit(waiter, place).await;
                    Some(admitted.map_err(NoTurn::Refused)?)
                }
                None => None,
            };
            let permits = async {
                let of_polls = match caller.route {
                    Some(RouteClass::Poll | RouteClass::List) => Some(self.poll_permit().await?),
                    _ => None,
                };
                Ok((self.pool().await?, of_polls, self.socket().await?))
            };
            let (pool, of_polls, socket) = permits.await.map_err(NoTurn::Failed)?;
            // The server may have begun to refuse such requests while this one waited for its permits. Then it returns them, and
            // waits again in its place.
            if ticket.as_ref().is_none_or(Ticket::is_current) {
                return Ok(Turn {
                    pool,
                    ticket,
                    of_polls,
                    socket,
                });
            }
        }
    }
}

impl Turn<'_> {
    /// Gives the turn up, because the system has no descriptor for another socket. Its socket permit is withheld for a while.
    pub(super) fn give_up(self, transport: &Transport) {
        drop((self.ticket, self.of_polls));
        transport.withhold(self.socket);
    }

    /// Ends the turn of the call in this place: reports the outcome of its attempt to the line. Returns the pause if the server has
    /// refused the request.
    pub(super) fn end(
        self,
        place: &mut Place,
        outcome: &Result<Answer, FailedAttempt>,
        class: Class,
        random: &dyn Random,
    ) -> Option<Pause> {
        let error = outcome.as_ref().err().map(|failed| &failed.error);
        let refusal = error.and_then(|error| retry::refusal(class, error));
        match (self.ticket, refusal, error) {
            (Some(ticket), Some(refusal), _) => return Some(ticket.refused(place, refusal, random)),
            (None, Some(refusal), _) => return Some(Pause::Alone(throttle::pause(refusal.retry_after, random))),
            // Dropped: the request was not sent.
            (None, None, _) | (Some(_), None, Some(Error::Aborted)) => {}
            (Some(ticket), None, None | Some(Error::Status { status: ..500, .. })) => ticket.accepted(place),
            (Some(ticket), None, Some(_)) => ticket.failed(),
        }
        None
    }
}
