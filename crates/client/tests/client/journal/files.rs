//! The file of a journal: damage, disks that are full or read-only, and two batches at once.

use std::{fs, io::Write as _};

use modzy_client::{Auth, BaseUrl, Client, Error, JournalFault, JournalTurn, WaitOptions};
use modzy_emulator::{Emulator, Options};

use crate::support::{KEY, builder, emulator_with, folder::Folder, options, text_job};

/// The key of the job's input.
const INPUT: &str = "my-input";

async fn start() -> (Emulator, Client, Folder) {
    let (emulator, builder) = emulator_with(Options::default()).await;
    (emulator, builder.build().unwrap(), Folder::new())
}

async fn fault(client: &Client, path: &std::path::Path) -> (JournalFault, String) {
    match client.open_journal(path).await {
        Err(error @ Error::Journal { fault, .. }) => (fault, error.to_string()),
        other => panic!("it is refused, not {other:?}"),
    }
}

/// Runs a batch of one job as far as its receipt.
async fn submit(client: &Client, path: &std::path::Path) -> Result<(), Error> {
    let journal = client.open_journal(path).await?;
    let JournalTurn::Submit(key) = journal.take(INPUT, &WaitOptions::default()).await? else {
        panic!("it is new");
    };
    client
        .submit_job_text(&text_job(), &options().journal(key))
        .await
        .map(drop)
}

#[tokio::test]
async fn a_torn_last_line_is_removed_and_the_batch_goes_on() {
    let (emulator, client, folder) = start().await;
    let path = folder.path().join("batch.jsonl");
    submit(&client, &path).await.unwrap();
    let whole = fs::read(&path).unwrap();
    let last = whole[..whole.len() - 1]
        .iter()
        .rposition(|&byte| byte == b'\n')
        .unwrap()
        + 1;
    for length in [last + 1, last + 30, whole.len() - 2] {
        fs::write(&path, &whole[..length]).unwrap();
        drop(client.open_journal(&path).await.unwrap());
        assert_eq!(fs::read(&path).unwrap(), whole[..last], "{length}");
    }
    // A line that lacks its end alone is whole.
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    let journal = client.open_journal(&path).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), whole);
    let turn = journal.take(INPUT, &WaitOptions::default()).await.unwrap();
    assert!(matches!(turn, JournalTurn::Wait(..)), "{turn:?}");
    let posted = emulator.requests().iter().filter(|seen| seen.method == "POST").count();
    assert_eq!(posted, 1);
}

#[tokio::test]
async fn a_flipped_byte_is_refused_with_its_line() {
    let (_emulator, client, folder) = start().await;
    let path = folder.path().join("batch.jsonl");
    submit(&client, &path).await.unwrap();
    let whole = fs::read(&path).unwrap();
    for (line, start) in lines(&whole).into_iter().enumerate().skip(1) {
        let mut flipped = whole.clone();
        flipped[start + 40] ^= 1;
        fs::write(&path, &flipped).unwrap();
        let (fault, message) = fault(&client, &path).await;
        assert_eq!(fault, JournalFault::Damaged);
        assert!(
            message.contains(&format!("is damaged in line {}", line + 1)),
            "{message}"
        );
        assert_eq!(fs::read(&path).unwrap(), flipped, "the file stays as it was");
    }
}

/// Returns where each line begins.
fn lines(bytes: &[u8]) -> Vec<usize> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let mut starts: Vec<_> = std::iter::once(0).chain(ends.map(|(end, _)| end + 1)).collect();
    starts.pop();
    starts
}

#[tokio::test]
async fn a_file_that_is_not_a_journal_is_refused_and_stays_as_it_is() {
    let (_emulator, client, folder) = start().await;
    for text in [
        "name,age\nada,36\n",
        "no end of line",
        "{\"crc32\":\"00000000\",\"step\":1}\n",
    ] {
        let path = folder.file("other.csv", text.as_bytes());
        let (fault, _) = fault(&client, &path).await;
        assert_eq!(fault, JournalFault::Damaged, "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    let (folder_fault, message) = fault(&client, folder.path()).await;
    assert_eq!(folder_fault, JournalFault::Unusable);
    assert!(message.ends_with("is not a file"), "{message}");
    let (missing, message) = fault(&client, &folder.path().join("none/batch.jsonl")).await;
    assert_eq!(missing, JournalFault::Unusable);
    assert!(message.contains("cannot be opened: "), "{message}");
}

#[tokio::test]
async fn a_second_batch_on_the_same_journal_is_refused_until_the_first_has_ended() {
    let (_emulator, client, folder) = start().await;
    let path = folder.path().join("batch.jsonl");
    let journal = client.open_journal(&path).await.unwrap();
    let turn = journal.take(INPUT, &WaitOptions::default()).await.unwrap();
    drop(journal);
    // A key keeps it open.
    let (second, message) = fault(&client, &path).await;
    assert_eq!(second, JournalFault::InUse);
    assert!(message.ends_with("is in use by another batch"), "{message}");
    drop(turn);
    client.open_journal(&path).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_journal_that_the_next_run_would_not_find_ends_the_batch_before_anything_is_sent() {
    type Change = fn(&std::path::Path, &std::path::Path);
    let changes: [Change; 4] = [
        |_, path| fs::remove_file(path).unwrap(),
        |_, path| fs::rename(path, path.with_extension("old")).unwrap(),
        |_, path| {
            let copy = path.with_extension("copy");
            fs::copy(path, &copy).unwrap();
            fs::rename(copy, path).unwrap();
        },
        |folder, _| fs::remove_dir_all(folder).unwrap(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let (emulator, client, folder) = start().await;
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let path = inner.join("batch.jsonl");
        let journal = client.open_journal(&path).await.unwrap();
        let JournalTurn::Submit(key) = journal.take(INPUT, &WaitOptions::default()).await.unwrap() else {
            panic!("it is new");
        };
        change(&inner, &path);
        let failed = client.submit_job_text(&text_job(), &options().journal(key)).await;
        let message = failed.unwrap_err().to_string();
        assert!(
            message.ends_with("cannot be written: it was removed, renamed or replaced while the batch ran"),
            "{number}: {message}"
        );
        let posted = emulator.requests().iter().filter(|seen| seen.method == "POST").count();
        assert_eq!(posted, 0, "{number}");
    }
}

#[tokio::test]
async fn a_journal_is_for_one_server_and_one_key() {
    let (emulator, client, folder) = start().await;
    let path = folder.path().join("batch.jsonl");
    drop(client.open_journal(&path).await.unwrap());
    let base = BaseUrl::api(emulator.base_url()).unwrap();
    let other_key = Client::new(base, Auth::api_key("otherPrefix.body")).unwrap();
    let (key, message) = fault(&other_key, &path).await;
    assert!(message.ends_with("belongs to another API key"), "{message}");
    let other_server = builder("http://127.0.0.1:1/api").build().unwrap();
    let (server, message) = fault(&other_server, &path).await;
    assert!(message.ends_with("belongs to another server"), "{message}");
    assert_eq!((key, server), (JournalFault::Unusable, JournalFault::Unusable));
    let (_, secret) = KEY.split_once('.').unwrap();
    assert!(!fs::read_to_string(&path).unwrap().contains(secret));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_a_journal() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_emulator, client, folder) = start().await;
    let path = folder.path().join("batch.jsonl");
    drop(client.open_journal(&path).await.unwrap());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

/// Needs the right to mount, as in a container of a build.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_is_full_or_read_only_ends_a_batch_before_anything_is_sent() {
    let (emulator, client, folder) = start().await;
    let Some(disk) = crate::support::disk::Disk::new(&folder, "64k") else {
        return;
    };
    let path = disk.path().join("batch.jsonl");
    drop(client.open_journal(&path).await.unwrap());
    // Leaves less than a line.
    let mut rest = fs::File::create(disk.path().join("rest")).unwrap();
    while rest.write_all(&[0; 512]).is_ok() {}
    let mut journal = fs::OpenOptions::new().append(true).open(&path).unwrap();
    drop(journal.flush());
    let failed = fill_and_submit(&client, &path).await;
    assert!(
        failed.contains("cannot be written: No space left on device"),
        "{failed}"
    );
    let posted = emulator.requests().iter().filter(|seen| seen.method == "POST").count();
    assert_eq!(posted, 0);
    drop((rest, journal));
    disk.make_read_only();
    let (read_only, message) = fault(&client, &path).await;
    assert_eq!(read_only, JournalFault::Unusable);
    assert!(message.contains("cannot be opened: Read-only file system"), "{message}");
}

/// Submits with a journal until its page of the disk is full.
#[cfg(target_os = "linux")]
async fn fill_and_submit(client: &Client, path: &std::path::Path) -> String {
    let journal = client.open_journal(path).await.unwrap();
    let long = "k".repeat(8000);
    let JournalTurn::Submit(key) = journal.take(&long, &WaitOptions::default()).await.unwrap() else {
        panic!("it is new");
    };
    let sources = [(long.as_str(), [("input.txt", "text")].into())].into();
    let job = modzy_client::TextJob::<std::collections::BTreeMap<&str, std::collections::BTreeMap<&str, &str>>>::new(
        "ed542963de",
        "1.0.1",
        sources,
    );
    let failed = client.submit_job_text(&job, &options().journal(key)).await;
    failed.unwrap_err().to_string()
}
