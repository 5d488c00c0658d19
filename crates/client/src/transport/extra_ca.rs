//! The certificates of a file, which is read for each client, unless it is unchanged. Whether they are trusted is left to `trust`.

use std::{
    fs::{self, File, Metadata},
    hash::{Hash, Hasher},
    io::{self, Read},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use rustls::pki_types::CertificateDer;

use super::{
    digest::{LENGTH, digest},
    pem::{self, Fault},
};

/// The longest file of certificates that is read. The whole list of Mozilla has 250 kB.
const LONGEST_FILE: u64 = 16 * 1024 * 1024;

/// A file that has just changed can change again without another time: file systems note times in steps of up to two seconds.
const SETTLED: Duration = Duration::from_secs(3);

/// The certificates of a file.
#[derive(Debug)]
pub(crate) struct Extra {
    pub(super) certificates: Vec<CertificateDer<'static>>,
    /// Why others are missing.
    fault: Option<Fault>,
    digest: [u8; LENGTH],
}

impl Extra {
    /// The reason why some of the file are not among them, worded to follow the path.
    pub(crate) fn fault(&self) -> Option<String> {
        self.fault.map(|fault| fault.to_string())
    }
}

impl Hash for Extra {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

/// A file as it was when it was read.
#[derive(Debug)]
struct Known {
    version: Option<Version>,
    pem: Vec<u8>,
    extra: Arc<Extra>,
}

/// What differs between two files, and between two states of a file, without reading them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    length: u64,
    modified: SystemTime,
    place: Place,
}

/// The device, the number of the file, and the time of its last change, which no program can set.
#[cfg(unix)]
type Place = (u64, u64, i64, i64);
#[cfg(not(unix))]
type Place = ();

impl Version {
    /// Returns `None` for a file that may still change without a trace.
    fn of(file: &Metadata, now: SystemTime) -> Option<Self> {
        let modified = file.modified().ok()?;
        let (place, changed) = place_of(file)?;
        let is_settled = |time| now.duration_since(time).is_ok_and(|age| age > SETTLED);
        (is_settled(modified) && changed.is_none_or(is_settled)).then_some(Self {
            length: file.len(),
            modified,
            place,
        })
    }
}

/// Returns the place of a file, and when the file last changed if the system says so.
#[cfg(unix)]
fn place_of(file: &Metadata) -> Option<(Place, Option<SystemTime>)> {
    use std::os::unix::fs::MetadataExt;

    let (seconds, nanos) = (file.ctime(), file.ctime_nsec());
    let since = Duration::new(seconds.try_into().ok()?, nanos.try_into().ok()?);
    let changed = SystemTime::UNIX_EPOCH.checked_add(since)?;
    Some(((file.dev(), file.ino(), seconds, nanos), Some(changed)))
}

/// Elsewhere, the path may name another file of the same length and time, so every client reads it.
#[cfg(not(unix))]
fn place_of(_: &Metadata) -> Option<(Place, Option<SystemTime>)> {
    None
}

/// Returns the version of the regular file at a path.
fn version_at(path: &Path) -> Option<Version> {
    let file = fs::metadata(path).ok().filter(Metadata::is_file)?;
    Version::of(&file, SystemTime::now())
}

/// Whether the user of the process may read the file at a path. Costs less than to open it.
#[cfg(unix)]
fn is_readable(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::READ_OK).is_ok()
}
#[cfg(not(unix))]
fn is_readable(_: &Path) -> bool {
    false
}

/// Opens a regular file.
fn open(path: &Path) -> Result<(File, Metadata), String> {
    // Checked before it is opened, because opening a pipe waits for a writer.
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    Ok((file, metadata))
}

fn contents(file: File, metadata: &Metadata) -> Result<Vec<u8>, String> {
    let size = usize::try_from(metadata.len().min(LONGEST_FILE)).unwrap_or_default();
    let mut pem = Vec::with_capacity(size + 1);
    let read = file.take(LONGEST_FILE + 1).read_to_end(&mut pem).map_err(unreadable)?;
    if read as u64 > LONGEST_FILE {
        return Err(format!("is longer than {} MiB", LONGEST_FILE / 1024 / 1024));
    }
    Ok(pem)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unreadable(error: io::Error) -> String {
    format!("cannot be read: {error}")
}

/// Reads a regular file up to a size limit.
///
/// # Errors
/// The reason, worded to follow the path.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let (file, metadata) = open(path)?;
    contents(file, &metadata)
}

/// Returns the certificates of a PEM file. Skips those that it cannot read.
///
/// # Errors
/// The reason why there are none, worded to follow the path.
pub(crate) fn certificates_of(path: &Path) -> Result<Arc<Extra>, String> {
    static LAST: Mutex<Option<Known>> = Mutex::new(None);
    let last = || LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let is_known = |known: &&Known| known.version.is_some() && known.version == version_at(path);
    let known = last().as_ref().filter(is_known).map(|known| Arc::clone(&known.extra));
    // The user of the process may no longer be allowed to read it.
    if let Some(extra) = known.filter(|_| is_readable(path)) {
        return Ok(extra);
    }
    let (file, metadata) = open(path)?;
    let version = Version::of(&metadata, SystemTime::now());
    let pem = contents(file, &metadata)?;
    // Most clients find what the last one has found: parsing hundreds of certificates takes milliseconds.
    let mut last = last();
    if let Some(known) = last.as_mut().filter(|known| known.pem == pem) {
        known.version = version;
        return Ok(Arc::clone(&known.extra));
    }
    let (mut certificates, mut fault) = (Vec::new(), None);
    for found in pem::certificates(&pem) {
        match found {
            Ok(certificate) => certificates.push(certificate),
            Err(first) => fault = fault.or(Some(first)),
        }
    }
    if certificates.is_empty() {
        return Err(fault.map_or_else(|| "holds no certificate in PEM".to_owned(), |fault| fault.to_string()));
    }
    let digest = digest(|state| certificates.hash(state));
    let extra = Arc::new(Extra {
        certificates,
        fault,
        digest,
    });
    *last = Some(Known {
        version,
        pem,
        extra: Arc::clone(&extra),
    });
    Ok(extra)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_version_differs_after_each_change_of_a_file_and_says_nothing_of_one_that_has_just_changed() {
        let folder = std::env::temp_dir().join(format!("modzy-extra-ca-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("one.pem");
        let version = |after| Version::of(&fs::metadata(&path).unwrap(), SystemTime::now() + after);
        let later = Duration::from_secs(10);
        fs::write(&path, "a").unwrap();
        let first = version(later);
        assert!(first.is_some() && first == version(later));
        assert_eq!(version(Duration::ZERO), None);
        // Another file of the same length, with the same time.
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        let other = folder.join("other.pem");
        fs::write(&other, "b").unwrap();
        File::options()
            .write(true)
            .open(&other)
            .unwrap()
            .set_modified(modified)
            .unwrap();
        fs::rename(&other, &path).unwrap();
        assert_ne!(version(later), first);
        // The clock was set back.
        let before = SystemTime::now() - later;
        assert_eq!(Version::of(&fs::metadata(&path).unwrap(), before), None);
        fs::remove_dir_all(folder).unwrap();
    }
}
