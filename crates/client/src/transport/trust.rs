//! Whom the client trusts: where certificates come from, and the check of a server's. What the client shows of itself is left
//! to `tls`.

use std::{
    env,
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rustls::{
    CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};

use crate::error::{Error, Result};

/// The longest file of certificates that is read. All of Mozilla's list has 250 kB.
const LONGEST_FILE: u64 = 16 * 1024 * 1024;

/// The object identifier of the extension with a certificate's names (2.5.29.17), in DER.
const ALTERNATIVE_NAMES: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x11];

/// Where trusted certificates come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct RootSources {
    /// All that are trusted, in place of every other source.
    pub(crate) only: Option<Authorities>,
    /// What is trusted beside the system's store and Mozilla's list.
    pub(crate) extra: Vec<CertificateDer<'static>>,
}

/// Certificates that a caller trusts.
#[derive(Debug, Clone)]
pub(crate) struct Authorities(Arc<Trusted>);

/// What is trusted.
#[derive(Debug)]
struct Trusted {
    roots: Arc<RootCertStore>,
    /// Those among them that may be a server's own.
    own: Vec<CertificateDer<'static>>,
}

impl Trusted {
    /// The system's certificates, and Mozilla's list. All clients share them, since they are the same for nearly all: to read and
    /// to look through some hundred takes milliseconds.
    fn by_default(systems: Vec<CertificateDer<'static>>) -> Arc<Self> {
        static LAST: Mutex<Option<(Vec<CertificateDer<'static>>, Arc<Trusted>)>> = Mutex::new(None);
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, trusted)) = last.as_ref().filter(|(known, _)| *known == systems) {
            return Arc::clone(trusted);
        }
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        // A certificate that cannot be read is as good as absent: the others still serve.
        roots.add_parsable_certificates(systems.iter().cloned());
        // Most are of authorities alone, which have no names: they are no server's.
        let own = systems.iter().filter(|one| has_names(one)).cloned().collect();
        let roots = Arc::new(roots);
        let trusted = Arc::new(Self { roots, own });
        *last = Some((systems, Arc::clone(&trusted)));
        trusted
    }
}

impl Authorities {
    /// Reads texts in PEM, of which each holds one certificate or more.
    pub(crate) fn from_pem(texts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Self> {
        const NAME: &str = "tls.ca";
        let unreadable = || Error::argument(NAME, "holds a certificate that cannot be read");
        let (mut roots, mut own) = (RootCertStore::empty(), Vec::new());
        for text in texts {
            let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_ref()).collect();
            let found = read.map_err(|_| unreadable())?;
            if found.is_empty() {
                return Err(Error::argument(NAME, "holds no certificate in PEM"));
            }
            for certificate in found {
                roots.add(certificate.clone()).map_err(|_| unreadable())?;
                own.push(certificate);
            }
        }
        if roots.is_empty() {
            return Err(Error::argument(NAME, "must hold a certificate"));
        }
        let roots = Arc::new(roots);
        Ok(Self(Arc::new(Trusted { roots, own })))
    }
}

impl RootSources {
    /// The caller's authorities alone, or the system's store, Mozilla's list (slim container images have no store), and the
    /// further ones.
    fn trusted(&self) -> Arc<Trusted> {
        if let Some(Authorities(trusted)) = &self.only {
            return Arc::clone(trusted);
        }
        let common = Trusted::by_default(of_the_system());
        if self.extra.is_empty() {
            return common;
        }
        let mut roots = RootCertStore::clone(&common.roots);
        roots.add_parsable_certificates(self.extra.iter().cloned());
        let own = common.own.iter().chain(&self.extra).cloned().collect();
        let roots = Arc::new(roots);
        Arc::new(Trusted { roots, own })
    }

    /// What checks the certificates of servers.
    pub(super) fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>> {
        let trusted = self.trusted();
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::clone(&trusted.roots), Arc::clone(provider))
            .build()
            .map_err(|error| Error::Internal(format!("certificates cannot be verified: {error}")))?;
        Ok(Arc::new(Verifier { chains, trusted }))
    }
}

/// The system's store, or what the variables of OpenSSL name in its place. What they name is opened without a look at what it
/// is, so that a pipe would keep the first request waiting for ever, and a device fill the memory.
fn of_the_system() -> Vec<CertificateDer<'static>> {
    let named = |variable| env::var_os(variable).map(PathBuf::from);
    match named("SSL_CERT_FILE") {
        Some(file) if !fs::metadata(&file).is_ok_and(|metadata| metadata.is_file()) => {
            rustls_native_certs::load_certs_from_paths(None, named("SSL_CERT_DIR").as_deref()).certs
        }
        _ => rustls_native_certs::load_native_certs().certs,
    }
}

fn has_names(certificate: &CertificateDer<'_>) -> bool {
    certificate
        .windows(ALTERNATIVE_NAMES.len())
        .any(|part| part == ALTERNATIVE_NAMES)
}

/// Reads a PEM file of certificates, bounded and at once. Those that cannot be read are left out.
///
/// # Errors
/// Why there are none, to be read after the path.
pub(crate) fn certificates_of(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    // Looked at before it is opened: opening a pipe waits for whoever writes into it.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let mut pem = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    let read = file.take(LONGEST_FILE + 1).read_to_end(&mut pem).map_err(unreadable)?;
    if read as u64 > LONGEST_FILE {
        return Err(format!("is longer than {} MiB", LONGEST_FILE / 1024 / 1024));
    }
    let found: Vec<_> = CertificateDer::pem_slice_iter(&pem).flatten().collect();
    if found.is_empty() {
        return Err("holds no certificate in PEM".to_owned());
    }
    Ok(found)
}

/// Verifies chains as rustls does, and accepts beside them a certificate that is itself among those that are trusted, such as
/// the self-signed one that openssl makes: it says of itself that it is an authority, which a server's in a chain must not.
#[derive(Debug)]
struct Verifier {
    chains: Arc<WebPkiServerVerifier>,
    trusted: Arc<Trusted>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self
            .chains
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // Its time has been checked, which comes before its issuer. Its key is checked with the signature of the handshake.
            Err(error) if is_about_the_issuer(&error) && self.trusted.own.contains(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chains.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chains.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// Whether a certificate was refused for what says who vouches for it, which does not matter where it is itself trusted.
fn is_about_the_issuer(error: &rustls::Error) -> bool {
    let rustls::Error::InvalidCertificate(error) = error else {
        return false;
    };
    match error {
        CertificateError::UnknownIssuer
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => true,
        CertificateError::Other(other) => {
            matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_certificates_are_looked_through_once_and_others_anew() {
        let certificate = |text: &str| CertificateDer::from(text.as_bytes().to_vec());
        let unnamed = certificate("an authority");
        let named = CertificateDer::from([b"a server ", ALTERNATIVE_NAMES].concat());
        let set = || vec![unnamed.clone(), named.clone()];
        let first = Trusted::by_default(set());
        assert_eq!(first.own, std::slice::from_ref(&named));
        assert!(Arc::ptr_eq(&first, &Trusted::by_default(set())));
        let other = Trusted::by_default(vec![unnamed.clone()]);
        assert!(!Arc::ptr_eq(&first, &other) && other.own.is_empty());
    }
}
