//! RSA keys of a length that ring does not support. It reports a signature by such a key as a wrong one.

use std::fmt;

use rustls::pki_types::{CertificateDer, TrustAnchor};
use webpki::EndEntityCert;

use super::der::{BIT_STRING, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, split};

/// The object identifier of RSA keys (1.2.840.113549.1.1.1), in DER.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

const SHORTEST: usize = 2048;
const LONGEST: usize = 8192;

/// An RSA key of a length that is not supported.
#[derive(Debug)]
pub(in crate::transport) struct UnsupportedLength {
    bits: usize,
    /// Whether it is the key of the certificate, or the one that signed it.
    is_own: bool,
}

impl fmt::Display for UnsupportedLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.is_own {
            "its RSA key"
        } else {
            "the RSA key of its issuer"
        };
        let (limit, remedy) = if self.bits < SHORTEST {
            (format_args!("at least {SHORTEST} are required"), "longer")
        } else {
            (format_args!("at most {LONGEST} are supported"), "shorter")
        };
        write!(
            f,
            "{whose} has {} bits, but {limit}; replace it with a {remedy} key",
            self.bits
        )
    }
}

impl std::error::Error for UnsupportedLength {}

/// Returns what is wrong with the length of a certificate's key, if it has an RSA key.
pub(in crate::transport) fn of_certificate(certificate: &CertificateDer<'_>) -> Option<UnsupportedLength> {
    let certificate = EndEntityCert::try_from(certificate).ok()?;
    unsupported(&public_key(&certificate)?, true)
}

/// Returns what is wrong with the length of the key that signed a certificate of a chain. `chain` begins with the
/// certificate of the server.
pub(in crate::transport) fn of_issuers<'a>(
    chain: impl Iterator<Item = &'a CertificateDer<'a>>,
    roots: &[TrustAnchor<'_>],
) -> Option<UnsupportedLength> {
    let chain: Vec<_> = chain.filter_map(|one| EndEntityCert::try_from(one).ok()).collect();
    let has_issued = |subject: &[u8]| chain.iter().any(|one| one.issuer() == subject);
    let intermediates = chain.iter().filter(|one| has_issued(one.subject()));
    let roots = roots.iter().filter(|root| has_issued(&root.subject));
    intermediates
        .filter_map(public_key)
        .chain(roots.map(|root| root.subject_public_key_info.to_vec()))
        .find_map(|key| unsupported(&key, false))
}

/// The content of the public key of a certificate.
fn public_key(certificate: &EndEntityCert<'_>) -> Option<Vec<u8>> {
    let key = certificate.subject_public_key_info();
    split(SEQUENCE, &key).map(|(content, _)| content.to_vec())
}

fn unsupported(public_key: &[u8], is_own: bool) -> Option<UnsupportedLength> {
    let bits = rsa_bits(public_key)?;
    // Like ring, which rounds up to whole bytes.
    let is_supported = bits.next_multiple_of(8) >= SHORTEST && bits <= LONGEST;
    (!is_supported).then_some(UnsupportedLength { bits, is_own })
}

/// Returns the length of the modulus of an RSA key, from the content of a `SubjectPublicKeyInfo`.
fn rsa_bits(public_key: &[u8]) -> Option<usize> {
    let (identifier, key) = split(SEQUENCE, public_key)?;
    let (algorithm, _) = split(OBJECT_IDENTIFIER, identifier)?;
    let (key, _) = split(BIT_STRING, key).filter(|_| algorithm == RSA)?;
    let (_, key) = key.split_first()?;
    let (numbers, _) = split(SEQUENCE, key)?;
    let (modulus, _) = split(INTEGER, numbers)?;
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let modulus = modulus.get(zeros..)?;
    let unused = modulus.first()?.leading_zeros() as usize;
    Some(modulus.len() * 8 - unused)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The content of a public key with a modulus of this many bits.
    fn key(bits: usize) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| {
            let length = u16::try_from(content.len()).unwrap().to_be_bytes();
            [&[tag, 0x82], &length[..], content].concat()
        };
        let mut modulus = vec![0; bits.div_ceil(8) + 1];
        modulus[1] = 1 << ((bits - 1) % 8);
        let exponent = [INTEGER, 3, 1, 0, 1];
        let numbers = wrap(SEQUENCE, &[&wrap(INTEGER, &modulus)[..], &exponent].concat());
        let identifier = wrap(SEQUENCE, &[&[OBJECT_IDENTIFIER, 9], RSA, &[5, 0]].concat());
        [identifier, wrap(BIT_STRING, &[&[0], &numbers[..]].concat())].concat()
    }

    #[test]
    fn rsa_keys_from_2048_to_8192_bits_are_supported() {
        for bits in [2041, 2048, 3072, 8192] {
            assert_eq!(rsa_bits(&key(bits)), Some(bits));
            assert!(unsupported(&key(bits), true).is_none(), "{bits}");
        }
        for (bits, is_own, message) in [
            (
                1024,
                true,
                "its RSA key has 1024 bits, but at least 2048 are required; replace it with a longer key",
            ),
            (
                2040,
                true,
                "its RSA key has 2040 bits, but at least 2048 are required; replace it with a longer key",
            ),
            (
                8193,
                false,
                "the RSA key of its issuer has 8193 bits, but at most 8192 are supported; replace it with a shorter key",
            ),
        ] {
            assert_eq!(unsupported(&key(bits), is_own).unwrap().to_string(), message);
        }
        assert_eq!(rsa_bits(&[]), None);
    }
}
