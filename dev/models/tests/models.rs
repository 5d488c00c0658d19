//! Runs each model in many orders of its steps: `MODEL_RUNS` of random ones and as many with few changes of thread, from
//! `MODEL_SEED`. A failure prints the seed, and its order, which `MODEL_SCHEDULE` repeats.

#![cfg(test)]

use std::env;

use modzy_models::models::{self, Model};
use shuttle::{
    Config, Runner,
    scheduler::{PctScheduler, RandomScheduler, ReplayScheduler, Scheduler},
};

/// The short form, of `npm test`.
const RUNS: usize = 300;

/// How many times a thread is interrupted in the second half of the runs.
const INTERRUPTIONS: usize = 3;

fn number<T: std::str::FromStr>(name: &str, default: T) -> T {
    env::var(name).map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name} must be a number"))
    })
}

fn run(scheduler: impl Scheduler + 'static, model: Model) -> usize {
    let mut config = Config::new();
    // Debug builds need more than the 32 KiB of the default.
    config.stack_size = 512 * 1024;
    Runner::new(scheduler, config).run(model)
}

fn check(name: &str) {
    let (_, model) = models::all().into_iter().find(|(known, _)| *known == name).unwrap();
    if let Ok(schedule) = env::var("MODEL_SCHEDULE") {
        run(ReplayScheduler::new_from_encoded(&schedule), model);
        return;
    }
    let (runs, seed) = (number("MODEL_RUNS", RUNS), number("MODEL_SEED", 1));
    println!("{name}: {runs} random orders, and {runs} with {INTERRUPTIONS} interruptions, from seed {seed}");
    run(RandomScheduler::new_from_seed(seed, runs), model);
    run(PctScheduler::new_from_seed(seed, INTERRUPTIONS, runs), model);
}

macro_rules! models {
    ($($name:ident)*) => {
        $(#[test] fn $name() { check(stringify!($name)); })*

        #[test]
        fn each_model_is_a_test() {
            let names: Vec<_> = models::all().into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

models! {
    a_request_with_a_body_is_written_once_and_never_after_its_withdrawal
    a_request_without_a_body_is_written_once_and_never_after_its_withdrawal
    a_body_that_is_held_back_always_goes_on
    no_event_is_lost_or_overtaken
    a_long_queue_is_taken_in_batches
    a_call_that_begins_while_the_function_closes_gets_its_events
    a_limit_ends_its_call_once
    every_call_ends_once
    a_burst_of_aborts_reaches_all_calls
    an_abort_that_meets_the_end_of_a_call_knows_whether_it_ends_again
    a_wanted_chunk_arrives_or_its_call_ends
}
