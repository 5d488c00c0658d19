//! Runs the attempts of a call one after the other, each within its limits, until there is an answer. `retry_state`
//! decides what follows a failed attempt.

use std::{pin::pin, sync::Arc, time::Duration};

use http::{HeaderValue, Method};

use super::{
    answer::{self, Answer},
    attempt_state::AttemptState,
    body::Payload,
    delivery,
    dial::is_redial,
    failure::{FailedAttempt, FailureContext},
    handover::HandOver,
    keep_alive::Announced,
    mask::Mask,
    pool::Pool,
    request::{Expect, Request, Settings},
    retry::Class,
    retry_state::RetryState,
    shared::Transport,
    stream::{self, Streamed},
    throttle::Place,
    turn::{Caller, NoTurn, Turn},
};
use crate::{
    clock,
    error::{Error, Phase, Result, Sent},
    observer::Event,
    reactor,
};

impl Transport {
    /// Sends a request, and repeats it as the retry table says, until there is an answer or no attempt is left. A call
    /// may send several requests, for example to resume a download.
    ///
    /// # Errors
    /// [`Error::Argument`], before anything is sent, for a URL that is too long, that contains the caller's key, or
    /// whose proxy cannot be used.
    pub(crate) async fn execute(
        &self,
        request: &Request,
        settings: &Settings,
        retry_state: &mut RetryState,
    ) -> Result<Answer> {
        let mut place = Place::default();
        self.execute_with(None, &mut place, request, settings, retry_state)
            .await
    }

    /// The same for a call in this place, whose first attempt may have its turn already.
    pub(crate) async fn execute_with(
        &self,
        mut turn: Option<Turn<'_>>,
        place: &mut Place,
        request: &Request,
        settings: &Settings,
        retry_state: &mut RetryState,
    ) -> Result<Answer> {
        self.check_url(&request.url)?;
        self.config.route.proxies.check(&request.url)?;
        loop {
            let turn = if let Some(turn) = turn.take() {
                Ok(turn)
            } else {
                let caller = Caller::new(request, settings, self.clock().now());
                self.turn(&caller, place).await
            };
            let (failed, pause) = match turn {
                Ok(turn) => {
                    let outcome = self.attempt_in(place, &turn, request, settings).await;
                    if outcome
                        .as_ref()
                        .is_err_and(|failed| failed.error.is_out_of_descriptors())
                        && self.has_other_sockets()
                    {
                        turn.give_up(self);
                        continue;
                    }
                    let pause = turn.end(place, &outcome, request.class(), self.random());
                    match outcome {
                        Ok(answer) => {
                            self.retry_budget.give_back();
                            self.replay_budget.give_back();
                            retry_state.answered();
                            return Ok(answer);
                        }
                        Err(failed) => (failed, pause),
                    }
                }
                Err(NoTurn::Failed(error)) => (error.into(), None),
                Err(none) => return Err(self.error_without_turn(none, request, retry_state)),
            };
            retry_state.note_suspension(place.take_suspended());
            let suspended = self.wait_after(retry_state, settings, failed, pause).await?;
            place.note_suspension(suspended);
        }
    }

    /// Makes one attempt of a call in this place. Measures suspensions only for a call with a limit that they must not
    /// use up.
    async fn attempt_in(
        &self,
        place: &mut Place,
        turn: &Turn<'_>,
        request: &Request,
        settings: &Settings,
    ) -> Result<Answer, FailedAttempt> {
        let attempt = pin!(self.attempt(turn, request, settings));
        if settings.patience.is_none() {
            return attempt.await;
        }
        let began = self.clock().now();
        let (outcome, suspended) = Box::pin(clock::suspended_during(attempt)).await;
        place.note_suspension(suspended.min(self.clock().now() - began));
        outcome
    }

    /// Makes one attempt, within the time that is left for the call.
    async fn attempt(&self, turn: &Turn<'_>, request: &Request, settings: &Settings) -> Result<Answer, FailedAttempt> {
        let hand_over = HandOver::new(Arc::clone(&self.counts));
        let attempt = AttemptState::new(self.config.route.dial(&request.url), hand_over);
        let context = self.failure_context(request, &attempt);
        let began = self.clock().now();
        let left = self.left(settings);
        let limit = left.map_or(settings.request_timeout, |left| left.min(settings.request_timeout));
        if limit.is_zero() && left.is_some() {
            // The socket permit was granted at the last moment.
            return Err(context.timeout(limit));
        }
        // Allocated only now: thousands of calls may wait for a socket permit or pause, and need none of this
        // meanwhile.
        let exchange = Box::pin(self.exchange(&turn.pool, request, settings, &attempt));
        let work = Arc::clone(&attempt).follow(exchange);
        self.within_limits(work, settings, context, limit)
            .await
            .map_err(|mut failed| {
                if matches!(failed.error, Error::Connection { .. } | Error::Timeout { .. }) {
                    attempt.failed();
                }
                if let Some(call) = failed.error.call_mut() {
                    call.began = Some(began);
                }
                failed
            })
    }

    async fn within_limits(
        &self,
        work: impl Future<Output = Result<Answer, FailedAttempt>>,
        settings: &Settings,
        context: FailureContext<'_>,
        limit: Duration,
    ) -> Result<Answer, FailedAttempt> {
        let mut work = pin!(work);
        let limit_of = |length| clock::limit(self.clock(), length, move || context.moves());
        // Of these two limits only the nearest is polled, so only that one has a running timer.
        let mut connecting = limit_of(self.config.connect_timeout);
        let mut whole = limit_of(limit);
        let mut stalled = pin!(context.stalled(self.clock(), settings.idle_timeout));
        let mut connected = self.config.connect_timeout >= limit;
        let mut unlimited = false;
        let mut is_aborted = false;
        let ended = loop {
            tokio::select! {
                biased;
                outcome = &mut work => return outcome,
                () = settings.aborted(), if !is_aborted => {
                    if context.withdraw() == Sent::No {
                        break Error::Aborted.into();
                    }
                    is_aborted = true;
                }
                () = &mut connecting, if !connected => {
                    if context.is_connecting() {
                        break context.timeout(self.config.connect_timeout);
                    }
                    connected = true;
                }
                () = &mut whole, if connected && !unlimited => {
                    if !context.is_beyond_limit() {
                        break context.timeout(limit);
                    }
                    unlimited = true;
                }
                () = &mut stalled => break context.timeout(settings.idle_timeout),
            }
        };
        if context.was_claimed() {
            // A connection that checks its socket has the head of the request ready, and would write it if this future
            // were dropped. Within a turn it finds that the request has no body for it, and ends.
            let _ = work.await;
        }
        Err(ended)
    }

    /// Returns the limit once it has passed. Never ends without one.
    pub(super) async fn passed(&self, limit: Option<Duration>) -> Duration {
        match limit {
            Some(limit) => {
                self.clock().deadline(limit).await;
                limit
            }
            None => std::future::pending().await,
        }
    }

    async fn exchange(
        &self,
        pool: &Pool,
        request: &Request,
        settings: &Settings,
        attempt: &Arc<AttemptState>,
    ) -> Result<Answer, FailedAttempt> {
        let context = self.failure_context(request, attempt);
        if request.class() == Class::Write {
            reactor::settle_others().await;
        }
        let response = loop {
            let prepared = self.prepare(request, settings, attempt)?;
            let http = pool.http()?;
            attempt.read_check.of_all(request.class() == Class::Read).await;
            match delivery::watch(attempt, http.execute(prepared, attempt)).await {
                Err(error) if is_redial(&*error) => {}
                Err(_) if attempt.offer_again() => {}
                // An unsolicited response, for example from a server that closes an idle socket.
                Ok(_) if attempt.on_kept_alive_socket() && attempt.offer_again() => {}
                answered => break answered.map_err(|error| context.broken(error))?,
            }
        };
        self.proxies_pace.note(attempt.silence());
        attempt.enter(Phase::Body);
        // Read at once: the connection is back in the pool by now, but has no other request yet.
        let announced = Announced::read(response.headers());
        if let Some(connection) = attempt.hand_over.connection() {
            if attempt.may_be_early(response.status()) {
                self.counts.retire(connection);
            } else {
                self.counts.note(connection, announced, response.headers());
            }
        }
        if !request.foreign {
            pool.note(announced)?;
        }
        let _held = attempt.rest.hold(!response.status().is_success());
        let mask = || {
            Mask::new(
                &self.config.auth,
                &settings.headers,
                request.texts_with_secrets(),
                context.proxy(),
            )
        };
        let is_wanted = stream::is_wanted(request.expect, &response);
        if settings.observed.is_there() && (is_wanted || response.status().is_success()) {
            let id = answer::request_id(response.headers());
            let id = match id {
                Some(id) => Some(answer::shown(&*mask().ready().await, id)),
                None => None,
            };
            settings.observed.notify(Event::Response {
                status: response.status().as_u16(),
                request_id: id.as_deref(),
            });
        }
        if is_wanted {
            let body = Streamed::new(response, Arc::clone(attempt), context.proxy().cloned());
            return Ok(Answer::Stream(Box::new(body)));
        }
        let reader = answer::Reader {
            mask,
            context,
            limit: settings.max_response_bytes,
            clock: self.clock(),
            patience: settings.request_timeout + settings.idle_timeout,
        };
        reader.read(response, request).await
    }

    pub(super) fn failure_context<'a>(
        &'a self,
        request: &'a Request,
        attempt: &'a Arc<AttemptState>,
    ) -> FailureContext<'a> {
        FailureContext::new(request, attempt, self.config.route.proxies.for_url(&request.url))
    }

    fn prepare(&self, request: &Request, settings: &Settings, attempt: &Arc<AttemptState>) -> Result<reqwest::Request> {
        let mut prepared = reqwest::Request::new(request.method.clone(), request.url.clone());
        let headers = prepared.headers_mut();
        headers.insert(http::header::ACCEPT, request.expect.media_types());
        headers.insert(http::header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        if !request.foreign {
            headers.extend(settings.headers.clone());
            self.config.auth.apply(headers)?;
        }
        if matches!(request.expect, Expect::Stream | Expect::ObjectStream) {
            // Only the code that joins the parts may choose the range.
            headers.remove(http::header::RANGE);
            headers.remove(http::header::IF_RANGE);
        }
        headers.extend(request.headers.clone());
        if !headers.contains_key(http::header::USER_AGENT) {
            headers.insert(http::header::USER_AGENT, settings.user_agent.clone());
        }
        if matches!(request.payload, Payload::Empty)
            && [Method::POST, Method::PUT, Method::PATCH].contains(&request.method)
        {
            // Without it, some servers answer 411.
            headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(content_type) = request.payload.content_type() {
            headers.insert(http::header::CONTENT_TYPE, content_type);
        }
        let forwarded = self.config.route.proxies.for_url(&request.url).is_some() && !request.follows;
        let pause = forwarded.then(|| self.proxies_pace.pause());
        *prepared.body_mut() = Some(request.payload.open(Arc::clone(attempt), pause));
        Ok(prepared)
    }
}
