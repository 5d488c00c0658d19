//! The models, by name.

use crate::{
    calls::{models_of_calls as calls, models_of_queue as queue},
    transport::models as transport,
};

/// A model: what the threads do in one run, and what must hold at its end.
pub type Model = fn();

/// Returns all models.
#[must_use]
pub fn all() -> Vec<(&'static str, Model)> {
    vec![
        (
            "a_request_with_a_body_is_written_once_and_never_after_its_withdrawal",
            || {
                transport::a_request_is_written_once_and_never_after_its_withdrawal(true);
            },
        ),
        (
            "a_request_without_a_body_is_written_once_and_never_after_its_withdrawal",
            || {
                transport::a_request_is_written_once_and_never_after_its_withdrawal(false);
            },
        ),
        (
            "a_body_that_is_held_back_always_goes_on",
            transport::a_body_that_is_held_back_always_goes_on,
        ),
        ("no_event_is_lost_or_overtaken", queue::no_event_is_lost_or_overtaken),
        (
            "a_long_queue_is_taken_in_batches",
            queue::a_long_queue_is_taken_in_batches,
        ),
        (
            "a_call_that_begins_while_the_function_closes_gets_its_events",
            queue::a_call_that_begins_while_the_function_closes_gets_its_events,
        ),
        ("a_limit_ends_its_call_once", queue::a_limit_ends_its_call_once),
        ("every_call_ends_once", calls::every_call_ends_once),
        (
            "a_burst_of_aborts_reaches_all_calls",
            calls::a_burst_of_aborts_reaches_all_calls,
        ),
        (
            "an_abort_that_meets_the_end_of_a_call_knows_whether_it_ends_again",
            calls::an_abort_that_meets_the_end_of_a_call_knows_whether_it_ends_again,
        ),
        (
            "a_wanted_chunk_arrives_or_its_call_ends",
            calls::a_wanted_chunk_arrives_or_its_call_ends,
        ),
    ]
}
