//! Certificates from the store of the system. `trust` decides which of them count.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use rustls::pki_types::CertificateDer;

use super::{extra_ca::read, pem};

/// The variables that name a file and folders of certificates in place of the store of the system.
pub(super) const OF_OPENSSL: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Reads the store of the system, or the files and folders that the variables of OpenSSL name instead. They are read
/// here, because the library opens a named file without checking its type (a pipe would block the first request forever,
/// and a device would fill the memory), and misses certificates behind a byte order mark.
pub(super) fn of_the_system() -> Vec<CertificateDer<'static>> {
    let [file, folders] = OF_OPENSSL.map(env::var_os);
    let folders = folders.iter().flat_map(env::split_paths);
    let folders: Vec<_> = folders.filter(|folder| !folder.as_os_str().is_empty()).collect();
    match (file, folders) {
        (None, folders) if folders.is_empty() => of_the_store(),
        (file, folders) => of_paths(file.as_ref().map(Path::new), &folders),
    }
}

/// Reads the store itself.
#[cfg(all(unix, not(target_os = "macos")))]
fn of_the_store() -> Vec<CertificateDer<'static>> {
    let store = openssl_probe::probe();
    of_paths(store.cert_file.as_deref(), &store.cert_dir)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn of_the_store() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

/// Reads a file, and all files in these folders.
fn of_paths(file: Option<&Path>, folders: &[PathBuf]) -> Vec<CertificateDer<'static>> {
    let folders = folders.iter().filter_map(|folder| fs::read_dir(folder).ok());
    let entries = folders.flatten().flatten().map(|entry| entry.path());
    // A folder holds several links to each file, and the file that was named may be in it.
    let files: BTreeSet<_> = file
        .map(Path::to_owned)
        .into_iter()
        .chain(entries)
        .map(|path| fs::canonicalize(&path).unwrap_or(path))
        .collect();
    let texts = files.iter().filter_map(|file| read(file).ok());
    let mut found: Vec<_> = texts.flat_map(|pem| pem::certificates(&pem)).flatten().collect();
    found.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
    found.dedup();
    found
}
