//! Jobs of other batches and other keys, which a journal must not take for its own.

use modzy_client::Client;
use modzy_emulator::{Options, Role};

use super::{KEY, fast, interrupt, job_of, open, skipping, submit_turn, unknown};
use crate::support::{emulator_with, folder::Folder, options};

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
