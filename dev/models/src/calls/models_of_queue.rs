//! Models of the queue of events: the thread that drives the calls reports, while the event loop takes.

use std::{collections::HashMap, sync::Arc, time::Instant};

use shuttle::{
    rand::{Rng as _, thread_rng},
    thread,
};

use super::{
    events::BindingEvent,
    guard::Call,
    javascript::{JavaScript, is_end},
    members::text,
    queue::Topic,
};

fn job(number: usize) -> String {
    format!("{number:03}")
}

/// Every event is taken in its order, but for progress that newer progress of the same topic has replaced, and the event loop is
/// called whenever there is something to take.
pub(crate) fn no_event_is_lost_or_overtaken() {
    const EACH: usize = 4;
    let mut javascript = JavaScript::new();
    let calls: Vec<_> = (0..2).map(|_| Call::begin(&javascript.calls)).collect();
    let ids: Vec<_> = calls.iter().map(|call| call.id).collect();
    javascript.hold();
    let mut drivers = Vec::new();
    let mut topics = HashMap::new();
    for call in calls {
        let of_call: Vec<u8> = (0..EACH).map(|_| thread_rng().gen_range(0..2)).collect();
        topics.insert(call.id, of_call.clone());
        drivers.push(thread::spawn(move || {
            for (number, topic) in of_call.into_iter().enumerate() {
                let event = BindingEvent::JobSeen {
                    id: call.id.cast_signed(),
                    job: text(job(number)),
                };
                call.calls.report_over(event, Topic::Job(Some(topic.to_string())));
            }
            call.settle(Ok(()));
        }));
    }
    for &id in &ids {
        javascript.until_ended(id, 1);
    }
    javascript.release();
    for driver in drivers {
        assert!(driver.join().is_ok());
    }
    for id in ids {
        let of_call: Vec<_> = javascript
            .taken
            .iter()
            .filter(|event| event.id() == id.cast_signed())
            .collect();
        assert!(
            of_call.last().is_some_and(|event| is_end(event)),
            "an event after the end"
        );
        let seen: Vec<String> = of_call.iter().filter_map(|event| seen(event)).collect();
        assert!(seen.is_sorted_by(|one, next| one < next), "{seen:?}");
        let topics = topics.remove(&id).unwrap_or_default();
        for (number, topic) in topics.iter().enumerate() {
            let is_last_of_topic = topics.get(number + 1) != Some(topic);
            assert!(
                !is_last_of_topic || seen.contains(&job(number)),
                "{seen:?} of {topics:?}"
            );
        }
    }
    javascript.is_done(&HashMap::new());
}

fn seen(event: &BindingEvent) -> Option<String> {
    match event {
        BindingEvent::JobSeen { job, .. } => Some(match job {
            napi::Either::A(ascii) => ascii.iter().copied().map(char::from).collect(),
            napi::Either::B(text) => text.clone(),
        }),
        _ => None,
    }
}

/// A long queue is taken in batches, and the event loop is called for each.
pub(crate) fn a_long_queue_is_taken_in_batches() {
    let mut javascript = JavaScript::new();
    let call = Call::begin(&javascript.calls);
    let id = call.id;
    javascript.hold();
    let driver = thread::spawn(move || {
        for _ in 0..70 {
            call.report_submitted("j");
        }
        call.settle(Ok(()));
    });
    javascript.until_ended(id, 1);
    assert!(driver.join().is_ok());
    assert_eq!(javascript.taken.len(), 71);
    javascript.is_done(&[(id, 1)].into());
}

/// A call that begins while the function of an idle event loop is being closed gets its events.
pub(crate) fn a_call_that_begins_while_the_function_closes_gets_its_events() {
    let mut javascript = JavaScript::new();
    for _ in 0..3 {
        let call = Call::begin(&javascript.calls);
        let id = call.id;
        // The first events may come before the function is open.
        let driver = thread::spawn(move || call.settle(Ok(())));
        javascript.hold();
        javascript.until_ended(id, 1);
        javascript.release();
        if thread_rng().gen_bool(0.5) {
            thread::yield_now();
        }
        assert!(driver.join().is_ok());
        javascript.is_done(&[(id, 1)].into());
    }
}

/// A limit ends its call once, whether the event loop or the thread that drives the calls notices first that it has passed.
pub(crate) fn a_limit_ends_its_call_once() {
    let mut javascript = JavaScript::new();
    let (id, _) = javascript.calls.register();
    javascript.hold();
    // It has passed already.
    javascript.calls.add_limit(Instant::now(), id.cast_signed());
    let other = Call::begin(&javascript.calls);
    let other_id = other.id;
    let calls = Arc::clone(&javascript.calls);
    // Its event makes the event loop look for limits that have passed.
    let other_driver = thread::spawn(move || other.settle(Ok(())));
    let driver = thread::spawn(move || {
        // As `Call::run_limit`.
        calls.forget(id);
        calls.end_limit(BindingEvent::Finished { id: id.cast_signed() });
    });
    javascript.until_ended(id, 1);
    javascript.until_ended(other_id, 1);
    assert!(driver.join().is_ok() && other_driver.join().is_ok());
    javascript.is_done(&[(id, 1), (other_id, 1)].into());
}
