//! The journal of a batch of jobs with unique keys, which survives the end of its process at any point: a file with each step, which is
//! on the disk before anything relies on it. Leaves requests to `jobs` and `uploads`, which pass their steps through here.

mod begin;
mod history;
mod keys;
mod line;
mod log;
mod record;
mod settle;
mod submit;
mod take;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::sync::OnceCell;

pub use self::take::JournalTurn;
use self::{
    begin::Began,
    history::Scans,
    keys::Keys,
    log::{Log, failure},
    record::{Record, VERSION},
};
use crate::{
    blocking,
    client::Client,
    document::Document,
    error::{Error, JournalFault, Result},
};

/// The journal of a batch: see [`Client::open_journal`]. Cheap to clone. The file is locked until the last clone, and the last
/// [`JournalKey`], is dropped.
#[derive(Debug, Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

/// A key of a journal, for the one submit of its job and for the wait: see [`RequestOptions::journal`].
///
/// [`RequestOptions::journal`]: crate::RequestOptions::journal
#[derive(Debug, Clone)]
pub struct JournalKey(Arc<KeyOfJournal>);

#[derive(Debug)]
struct KeyOfJournal {
    journal: Journal,
    input_key: String,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    log: Arc<Log>,
    keys: Mutex<Keys>,
    /// When it was opened: whatever an earlier run has sent was sent before.
    opened: Instant,
    /// Set before the first submit of this run.
    began: OnceCell<Began>,
    /// When the history last could not be read for that.
    unread: Mutex<Option<Instant>>,
    scans: tokio::sync::Mutex<Scans>,
    /// Held while a job is opened that is to appear in the history.
    witness: tokio::sync::Mutex<()>,
}

impl Client {
    /// Opens the journal of a batch, or creates it. It is for this client's API and key alone.
    ///
    /// Each job of the batch has a key: that of one of its inputs. [`Journal::take`] says what to do about a key, and then the one submit
    /// of its job and the wait for it get the [`JournalKey`]. After a crash at any point, the same batch with the same journal goes
    /// on: no job is submitted twice, and no job is lost.
    ///
    /// ```no_run
    /// # async fn example(client: modzy_client::Client) -> Result<(), modzy_client::Error> {
    /// use std::collections::BTreeMap;
    /// use modzy_client::{JournalTurn, RequestOptions, TextJob, WaitOptions};
    ///
    /// let journal = client.open_journal("batch.jsonl").await?;
    /// for key in ["berlin.txt", "paris.txt"] {
    ///     let (key, job_id) = match journal.take(key, &WaitOptions::default()).await? {
    ///         JournalTurn::Submit(key) => {
    ///             let texts = BTreeMap::from([("input.txt", "What a lovely day!")]);
    ///             let job = TextJob::new("ed542963de", "1.0.1", BTreeMap::from([(key.input_key(), texts)]));
    ///             let options = RequestOptions::default().journal(key.clone());
    ///             let receipt = client.submit_job_text(&job, &options).await?;
    ///             let job_id = receipt.string_member("jobIdentifier").unwrap_or_default();
    ///             (key, job_id)
    ///         }
    ///         JournalTurn::Wait(key, job_id) => (key, job_id),
    ///         _ => continue,
    ///     };
    ///     let waiting = WaitOptions::default().request(RequestOptions::default().journal(key));
    ///     client.block_until_complete(&job_id, &waiting, |_| {}).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Journal`] if the file cannot be opened, locked, read or written, if another batch uses it, if it belongs to
    /// another API or key, or if it is damaged. A last line that was not written to its end is removed.
    pub fn open_journal(&self, path: impl AsRef<Path>) -> impl Future<Output = Result<Journal>> {
        // Relative to the folder at the time of the call.
        let resolved = std::path::absolute(path.as_ref())
            .map_err(|source| failure(path.as_ref(), JournalFault::Unusable, "cannot be opened", Some(source)));
        async move {
            let path = resolved?;
            let opening = path.clone();
            let (log, records) = blocking::start(move || Log::open(&opening)).await??;
            let log = Arc::new(log);
            let created = self.created();
            let inner = Inner {
                client: self.clone(),
                log,
                keys: Mutex::default(),
                opened: self.transport().clock().now(),
                began: OnceCell::new(),
                unread: Mutex::default(),
                scans: tokio::sync::Mutex::default(),
                witness: tokio::sync::Mutex::default(),
            };
            // From here on, its end releases the lock.
            let journal = Journal { inner: Arc::new(inner) };
            match records.first() {
                None => journal.append(created).await?,
                Some(first) if *first == created => {}
                Some(first) => return Err(foreign(&path, first, &created)),
            }
            *journal.keys() = Keys::of(records);
            Ok(journal)
        }
    }

    fn created(&self) -> Record {
        Record::Created {
            version: VERSION,
            url: self.base_url().as_str().to_owned(),
            access_key: self.transport().auth().prefix().map(str::to_owned),
        }
    }
}

impl Journal {
    /// Returns a key that [`Journal::take`] has returned before.
    #[must_use]
    pub fn key(&self, input_key: &str) -> JournalKey {
        JournalKey(Arc::new(KeyOfJournal {
            journal: self.clone(),
            input_key: input_key.to_owned(),
        }))
    }

    /// Returns the identifier of a key's job, once its submit has returned or [`Journal::take`] has named it.
    #[must_use]
    pub fn job_of(&self, input_key: &str) -> Option<String> {
        self.keys().job(input_key).map(str::to_owned)
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.inner.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a record, which is on the disk afterwards.
    async fn append(&self, record: Record) -> Result<()> {
        self.inner.log.append(&record).await
    }

    /// Returns the error for a key of whose job too little is known.
    fn unknown(&self, input_key: &str, why: &str, source: Option<Error>) -> Error {
        Error::Journal {
            path: self.inner.log.path().to_owned(),
            fault: JournalFault::Unknown,
            reason: format!(
                "does not say whether the server accepted the job of the key {input_key:?}, which is not submitted again: {why}"
            ),
            input_key: Some(input_key.to_owned()),
            source: source.map(Into::into),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.log.close();
    }
}

impl JournalKey {
    /// Returns the key.
    #[must_use]
    pub fn input_key(&self) -> &str {
        &self.0.input_key
    }

    /// Checks that a job is the one of the key.
    pub(crate) fn check_job(&self, job_id: &str) -> Result<()> {
        let (input_key, own) = (self.input_key(), self.0.journal.job_of(self.input_key()));
        match own {
            Some(own) if own.eq_ignore_ascii_case(job_id) => Ok(()),
            Some(own) => {
                let reason = format!("must be {own}, the job of the key {input_key:?} in the journal");
                Err(Error::argument("job_id", reason))
            }
            None => {
                let reason = format!("must be the job of the key {input_key:?}, but the journal has none");
                Err(Error::argument("job_id", reason))
            }
        }
    }

    /// Writes the final job.
    pub(crate) async fn ended(&self, job: &Document) -> Result<()> {
        let record = Record::Ended {
            input_key: self.0.input_key.clone(),
            job: job.as_str().to_owned(),
        };
        self.0.journal.append(record).await
    }
}

/// Returns the error for a journal of another API or key.
fn foreign(path: &Path, first: &Record, expected: &Record) -> Error {
    let what = match (first, expected) {
        (Record::Created { url, .. }, Record::Created { url: own, .. }) if url != own => "belongs to another server",
        (Record::Created { .. }, _) => "belongs to another API key",
        _ => return failure(path, JournalFault::Damaged, "is damaged in line 1", None),
    };
    failure(path, JournalFault::Unusable, what, None)
}
