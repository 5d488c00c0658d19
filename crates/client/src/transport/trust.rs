//! Which certificates of servers the client trusts. `extra_ca` reads those of a file, `stores` those of the system, and `tls` handles
//! the client certificate.

use std::{
    env,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use rustls::{
    CertificateError, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

use super::{
    algorithm::key_length,
    extra_ca::Extra,
    pem::{self, Fault},
    stores::{OF_OPENSSL, of_the_system},
};
use crate::error::{Error, Result};

/// The object identifier of the extension with the names of a certificate (2.5.29.17), in DER.
const ALTERNATIVE_NAMES: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x11];

/// Where trusted certificates come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct RootSources {
    /// The only trusted certificates, in place of every other source.
    pub(crate) only: Option<Authorities>,
    /// Certificates that are trusted in addition to the store of the system and the list of Mozilla.
    pub(crate) extra: Option<Arc<Extra>>,
}

/// The store of the system is what the variables of OpenSSL name when it is read.
impl Hash for RootSources {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.only.hash(state);
        if self.only.is_none() {
            self.extra.hash(state);
            OF_OPENSSL.map(env::var_os).hash(state);
        }
    }
}

/// Certificates that a caller trusts.
#[derive(Debug, Clone)]
pub(crate) struct Authorities(Arc<Trusted>);

/// Trusted certificates.
#[derive(Debug)]
struct Trusted {
    roots: Arc<RootCertStore>,
    /// The certificates among them that may belong to a server.
    own: Vec<CertificateDer<'static>>,
}

/// All certificates that a caller gives are among its own.
impl Hash for Authorities {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.own.hash(state);
    }
}

impl Trusted {
    /// The certificates of the system and the list of Mozilla. All clients share them, because reading and scanning
    /// several hundred takes milliseconds.
    fn by_default(systems: Vec<CertificateDer<'static>>) -> Arc<Self> {
        static LAST: Mutex<Option<(Vec<CertificateDer<'static>>, Arc<Trusted>)>> = Mutex::new(None);
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, trusted)) = last.as_ref().filter(|(known, _)| *known == systems) {
            return Arc::clone(trusted);
        }
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        // An unreadable certificate is skipped: the others still serve.
        roots.add_parsable_certificates(systems.iter().cloned());
        // Most belong to authorities and have no names, so they cannot be those of a server.
        let own = systems.iter().filter(|one| has_names(one)).cloned().collect();
        let roots = Arc::new(roots);
        let trusted = Arc::new(Self { roots, own });
        *last = Some((systems, Arc::clone(&trusted)));
        trusted
    }
}

impl Authorities {
    /// Reads PEM texts with at least one certificate each.
    pub(crate) fn from_pem(texts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Self> {
        const NAME: &str = "ca";
        let refuse = |fault: Fault| Error::argument(NAME, fault.to_string());
        let (mut roots, mut own) = (RootCertStore::empty(), Vec::new());
        for text in texts {
            let read: Result<Vec<_>, _> = pem::certificates(text.as_ref()).into_iter().collect();
            let found = read.map_err(refuse)?;
            if found.is_empty() {
                return Err(Error::argument(NAME, "holds no certificate in PEM"));
            }
            for certificate in found {
                roots.add(certificate.clone()).map_err(|_| refuse(Fault::Unreadable))?;
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
    /// Returns the authorities of the caller alone or, without them, the store of the system, the list of Mozilla (slim
    /// container images have no store) and the additional certificates.
    fn trusted(&self) -> Arc<Trusted> {
        if let Some(Authorities(trusted)) = &self.only {
            return Arc::clone(trusted);
        }
        let common = Trusted::by_default(of_the_system());
        let Some(extra) = &self.extra else {
            return common;
        };
        let mut roots = RootCertStore::clone(&common.roots);
        roots.add_parsable_certificates(extra.certificates.iter().cloned());
        let own = common.own.iter().chain(&extra.certificates).cloned().collect();
        let roots = Arc::new(roots);
        Arc::new(Trusted { roots, own })
    }

    /// Returns the verifier of server certificates.
    pub(super) fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>> {
        let trusted = self.trusted();
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::clone(&trusted.roots), Arc::clone(provider))
            .build()
            .map_err(|error| Error::Internal(format!("certificates cannot be verified: {error}")))?;
        Ok(Arc::new(Verifier { chains, trusted }))
    }
}

fn has_names(certificate: &CertificateDer<'_>) -> bool {
    certificate
        .windows(ALTERNATIVE_NAMES.len())
        .any(|part| part == ALTERNATIVE_NAMES)
}

/// Verifies chains as rustls does. Also accepts a certificate that is itself trusted, such as the self-signed one that
/// openssl makes: it marks itself as an authority, which the certificate of a server in a chain must not.
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
        let verified = match verified {
            // Its validity period has been checked before its issuer. Its key is checked with the signature of the
            // handshake.
            Err(error) if is_about_the_issuer(&error) && self.trusted.own.contains(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                ServerCertVerified::assertion()
            }
            Err(rustls::Error::InvalidCertificate(CertificateError::BadSignature)) => {
                let chain = [end_entity].into_iter().chain(intermediates);
                let unsupported = key_length::of_certificate(end_entity)
                    .or_else(|| key_length::of_issuers(chain, &self.trusted.roots.roots));
                return Err(unsupported.map_or(CertificateError::BadSignature, other).into());
            }
            verified => verified.map_err(|error| say_why(error, end_entity, intermediates))?,
        };
        // Otherwise, the signature of the handshake would be reported as a wrong one.
        match key_length::of_certificate(end_entity) {
            Some(unsupported) => Err(other(unsupported).into()),
            None => Ok(verified),
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

fn other(error: impl std::error::Error + Send + Sync + 'static) -> CertificateError {
    CertificateError::Other(OtherError(Arc::new(error)))
}

/// Why a chain leads to no trusted certificate. rustls says only that the issuer is unknown.
#[derive(Debug, thiserror::Error)]
pub(super) enum Untrusted {
    #[error("it is self-signed and is not itself trusted")]
    SelfSigned,
    #[error("it belongs to a certificate authority (CA:TRUE) and is not itself trusted")]
    SelfSignedAuthority,
    #[error("its issuer is not trusted: the chain ends with a self-signed certificate")]
    SelfSignedInChain,
    #[error("its issuer is not trusted")]
    WithoutIssuer,
}

/// Replaces the error for a chain that leads to no trusted certificate by one that says why.
fn say_why(error: rustls::Error, own: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) -> rustls::Error {
    let rustls::Error::InvalidCertificate(certificate) = &error else {
        return error;
    };
    let is_authority = matches!(
        certificate,
        CertificateError::Other(other) if matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
    );
    let untrusted = match certificate {
        _ if is_authority && is_self_signed(own) => Untrusted::SelfSignedAuthority,
        CertificateError::UnknownIssuer if is_self_signed(own) => Untrusted::SelfSigned,
        CertificateError::UnknownIssuer if chain.iter().any(is_self_signed) => Untrusted::SelfSignedInChain,
        CertificateError::UnknownIssuer if chain.is_empty() => Untrusted::WithoutIssuer,
        _ => return error,
    };
    other(untrusted).into()
}

/// Whether a certificate names itself as its issuer.
fn is_self_signed(certificate: &CertificateDer<'_>) -> bool {
    webpki::EndEntityCert::try_from(certificate).is_ok_and(|certificate| certificate.issuer() == certificate.subject())
}

/// Whether a certificate was refused because of its issuer, which does not matter if it is itself trusted.
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
    fn equal_certificates_are_scanned_once() {
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
