//! Certificates, good and bad, and the file of trusted ones.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{RootCertStore, ServerConfig, crypto::ring, pki_types::PrivateKeyDer, server::WebPkiClientVerifier};

/// A certificate authority, and a PEM file of its certificate that exists as long as this value.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
    file: PathBuf,
}

impl Drop for Authority {
    fn drop(&mut self) {
        // A file that stays in the directory for temporary files is harmless.
        let _ = std::fs::remove_file(&self.file);
    }
}

impl Authority {
    pub(crate) fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        let mut params = named(CertificateParams::default(), &format!("authority {nth}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let name = format!("modzy-client-test-{}-{nth}.pem", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, certificate.pem()).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
            file,
        }
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Returns the certificate of the authority.
    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Issues a certificate for a client, and returns it with its key.
    pub(crate) fn client(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = params("client.example").signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// Configures a server that requires certificates of this authority from its clients.
    pub(crate) fn server_for_clients(&self, host: &str) -> ServerConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params(host).signed_by(&key, &self.issuer).unwrap();
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![certificate.into()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap()
    }

    /// Configures a server with a certificate of this authority for a host.
    pub(crate) fn server(&self, host: &str) -> ServerConfig {
        self.server_with(&params(host))
    }

    /// Configures a server with an expired certificate.
    pub(crate) fn expired(&self, host: &str) -> ServerConfig {
        let mut params = params(host);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        self.server_with(&params)
    }

    /// Configures a server with a certificate that is not valid yet.
    pub(crate) fn premature(&self, host: &str) -> ServerConfig {
        let mut params = params(host);
        params.not_before = date_time_ymd(2999, 1, 1);
        params.not_after = date_time_ymd(3000, 1, 1);
        self.server_with(&params)
    }

    fn server_with(&self, params: &CertificateParams) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        config(certificate, &key)
    }
}

/// Configures a server with a self-signed certificate.
pub(crate) fn self_signed(host: &str) -> ServerConfig {
    let key = KeyPair::generate().unwrap();
    let certificate = named(params(host), "a self-signed server").self_signed(&key).unwrap();
    config(certificate, &key)
}

/// Configures a server with a self-signed certificate that claims to be one of an authority, as openssl makes them, and
/// returns both.
pub(crate) fn self_signed_authority(mut params: CertificateParams) -> (ServerConfig, String) {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let pem = certificate.pem();
    (config(certificate, &key), pem)
}

pub(crate) fn params(host: &str) -> CertificateParams {
    named(CertificateParams::new(vec![host.to_owned()]).unwrap(), host)
}

/// Two issuers need different names, or only their signatures would differ.
fn named(mut params: CertificateParams, name: &str) -> CertificateParams {
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn config(certificate: rcgen::Certificate, key: &KeyPair) -> ServerConfig {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.into()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap()
}
