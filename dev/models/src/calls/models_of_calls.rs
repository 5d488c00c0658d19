//! Models of the pending calls: each ends, is aborted or dropped, while JavaScript takes what it reports.

use std::sync::Arc;

use futures_util::future::pending;
use modzy_client::{Auth, BaseUrl, Client, Document, Error, JobOfCall, RequestOptions};
use shuttle::{
    future,
    rand::{Rng as _, thread_rng},
    thread,
};

use super::{
    events::BindingEvent,
    guard::{Call, GivenJob},
    javascript::JavaScript,
    outcome::Value,
    registry::Chunk,
};

/// Every call ends once: by its result, by an abort, or because it is dropped. Nothing is left of it.
pub(crate) fn every_call_ends_once() {
    let mut javascript = JavaScript::new();
    javascript.hold();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let call = Call::begin(&javascript.calls);
        ids.push(call.id);
        let how = thread_rng().gen_range(0..3);
        future::spawn(async move {
            match how {
                0 => {
                    let work = async {
                        future::yield_now().await;
                        Ok(Value::Nothing)
                    };
                    call.run(work).await;
                }
                1 => call.run(pending()).await,
                _ => drop(call),
            }
            how
        });
        if how == 1 || thread_rng().gen_bool(0.5) {
            let id = *ids.last().unwrap_or(&0);
            let calls = Arc::clone(&javascript.calls);
            if thread_rng().gen_bool(0.5) {
                thread::yield_now();
            }
            assert!(calls.abort(vec![id], false).is_empty());
        }
    }
    for &id in &ids {
        javascript.until_ended(id, 1);
    }
    let ends = ids.into_iter().map(|id| (id, 1)).collect();
    javascript.settled(&ends);
}

/// Aborts of many calls at once are left to the thread that drives the calls, and reach all of them.
pub(crate) fn a_burst_of_aborts_reaches_all_calls() {
    const MANY: usize = 34;
    let mut javascript = JavaScript::new();
    javascript.hold();
    let calls: Vec<_> = (0..MANY).map(|_| Call::begin(&javascript.calls)).collect();
    let ids: Vec<_> = calls.iter().map(|call| call.id).collect();
    for call in calls {
        future::spawn(async move { call.run(pending()).await });
    }
    let (now, later) = ids.split_at(thread_rng().gen_range(1..MANY));
    for ids in [now, later] {
        assert!(javascript.calls.abort(ids.to_vec(), false).is_empty());
    }
    for &id in &ids {
        javascript.until_ended(id, 1);
    }
    let ends = ids.into_iter().map(|id| (id, 1)).collect();
    javascript.settled(&ends);
}

/// An abort that is to cancel the job meets a call that ends: the call reports one end or, if the abort says so, two.
pub(crate) fn an_abort_that_meets_the_end_of_a_call_knows_whether_it_ends_again() {
    let mut javascript = JavaScript::new();
    javascript.hold();
    let call = Call::begin(&javascript.calls);
    let id = call.id;
    let client = client();
    future::spawn(async move {
        let options = RequestOptions::default();
        let given = GivenJob {
            job: JobOfCall::Submitted,
            options: &options,
            cancels_job: true,
        };
        let work = async {
            future::yield_now().await;
            // A refused submit has no job to cancel.
            Err::<Document, _>(Error::Internal("refused".to_owned()))
        };
        match call.abort.unless_aborted(work).await {
            Some(result) => {
                if let Some(lingering) = call.settle_with_job(&client, given, result) {
                    lingering.await;
                }
            }
            None => call.settle_aborted(None, modzy_client::Sent::No),
        }
    });
    let is_aborted = thread_rng().gen_bool(0.7);
    let mut ends = 1;
    if is_aborted {
        for _ in 0..thread_rng().gen_range(0..4) {
            thread::yield_now();
        }
        ends += javascript.calls.abort(vec![id], true).len();
    }
    javascript.until_ended(id, ends);
    if !is_aborted {
        // JavaScript has settled the call.
        assert_eq!(javascript.calls.abort(vec![id], false), Vec::<u64>::new());
    }
    javascript.settled(&[(id, ends)].into());
}

/// A request for a chunk is answered, or its call ends. No request is left.
pub(crate) fn a_wanted_chunk_arrives_or_its_call_ends() {
    let mut javascript = JavaScript::new();
    javascript.hold();
    let call = Call::begin(&javascript.calls);
    let id = call.id;
    future::spawn(async move {
        let work = async {
            for source in 0..2 {
                // The sender is dropped with the call.
                let _: Result<Chunk, _> = call.calls.pull(call.id, source).await;
            }
            Ok(Value::Nothing)
        };
        call.run(work).await;
    });
    let aborts = thread_rng().gen_bool(0.5);
    let mut fed: u32 = 0;
    while javascript.ends(id) == 0 {
        if aborts && fed == 1 {
            javascript.calls.abort(vec![id], false);
        }
        let wanted = javascript
            .taken
            .iter()
            .filter(|event| matches!(event, BindingEvent::ChunkWanted { .. }));
        if wanted.count() > fed as usize {
            javascript.calls.feed(id, fed, None);
            fed += 1;
        } else {
            javascript.turn();
        }
    }
    javascript.settled(&[(id, 1)].into());
}

/// Returns a client that sends nothing.
fn client() -> Client {
    let Ok(client) =
        BaseUrl::api("http://127.0.0.1:1/api").and_then(|url| Client::builder(url, Auth::api_key("a.b")).build())
    else {
        unreachable!("the URL is valid");
    };
    client
}
