//! Jobs of other batches and other keys, which a journal must not take for its own.

use modzy_client::{Client, JournalTurn};
use modzy_emulator::{Options, Role};

use super::{
    KEY, answer_history_with, count, fast, interrupt, interrupt_submit_of, job_of, job_with, open, skipping,
    stalled_submit, submit_turn, unknown, wait_turn, waiting,
};
use crate::support::{self, emulator_with, folder::Folder, options};

#[tokio::test]
async fn jobs_of_earlier_batches_and_of_other_keys_are_never_adopted() {
    let other = "otherPrefix.otherBodyOfAnotherKey";
    let (emulator, _) = emulator_with(Options {
        keys: vec![(Role::Developer, other.to_owned())],
        ..fast()
    })
    .await;
    let (client, _) = skipping(&emulator);
    let base = modzy_client::BaseUrl::api(emulator.base_url()).unwrap();
    let stranger = Client::new(base, modzy_client::Auth::api_key(other)).unwrap();
    client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    let folder = Folder::new();
    interrupt(&client, &folder, &emulator, false).await;
    stranger.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    submit_turn(&open(&client, &folder).await, KEY).await;
}

#[tokio::test]
async fn of_two_jobs_that_match_none_is_adopted() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    interrupt(&client, &folder, &emulator, true).await;
    client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    let message = unknown(&open(&client, &folder).await).await;
    assert!(message.contains("two jobs match it"), "{message}");
}

#[tokio::test]
async fn a_job_that_has_the_key_beside_other_ones_than_the_missing_job_is_not_adopted() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    for after in [false, true] {
        let folder = Folder::new();
        let own = format!("own {after}");
        interrupt_submit_of(&job_with(&[KEY, &own]), &client, &folder, &emulator, after).await;
        let foreign = client
            .submit_job_text(&job_with(&[KEY, "other"]), &options())
            .await
            .unwrap();
        let journal = open(&client, &folder).await;
        if after {
            let (_, found) = wait_turn(&journal, KEY).await;
            assert_ne!(found, super::id(&foreign));
        } else {
            submit_turn(&journal, KEY).await;
        }
    }
}

#[tokio::test]
async fn a_job_of_an_earlier_batch_that_the_server_shows_only_if_asked_for_its_time_is_never_adopted() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    // The period that the server shows by itself has no job: of this key, and of all keys.
    answer_history_with(&emulator, "[]", 2);
    let folder = Folder::new();
    interrupt(&client, &folder, &emulator, false).await;
    submit_turn(&open(&client, &folder).await, KEY).await;
}

#[tokio::test]
async fn a_job_whose_key_has_the_same_checksum_is_not_adopted() {
    let [arrived, lost] = [
        "5d5c18e4cd078a34b4db2ac85fbc1ed0.png",
        "6c088d0fc5b811089baf86ce80c024c8.png",
    ];
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    let journal = open(&client, &folder).await;
    // The process ends while both submits are under way.
    for (key, after) in [(arrived, true), (lost, false)] {
        emulator.fault(stalled_submit(after)).unwrap();
        let options = options().journal(submit_turn(&journal, key).await);
        let job = job_of(key);
        let posted = count(&emulator, "POST", "/api/jobs");
        tokio::select! {
            done = client.submit_job_text(&job, &options) => panic!("it ended: {done:?}"),
            () = support::until(|| count(&emulator, "POST", "/api/jobs") > posted) => {}
        }
        // The emulator runs the route before it stalls.
        tokio::time::sleep(support::millis(20)).await;
    }
    drop(journal);
    // The first scans of both keys find nothing. The next one serves both.
    answer_history_with(&emulator, "[]", 4);
    let journal = open(&client, &folder).await;
    let waiting = waiting();
    let (of_lost, of_arrived) = tokio::join!(journal.take(lost, &waiting), journal.take(arrived, &waiting));
    assert!(matches!(of_arrived, Ok(JournalTurn::Wait(..))), "{of_arrived:?}");
    assert!(matches!(of_lost, Ok(JournalTurn::Submit(_))), "{of_lost:?}");
}
