//! The names of the algorithms of certificates, from their identifiers in DER.

mod der;
pub(super) mod key_length;
mod names;

use std::fmt::Write as _;

use der::{INTEGER, OBJECT_IDENTIFIER, SEQUENCE, split};
use names::name_of;

const ECDSA: &str = "1.2.840.10045.2.1";
const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";

/// Returns the name of an algorithm, with its curve if it has one, from the content of an `AlgorithmIdentifier`. An
/// unknown one is named by its number.
pub(super) fn name(identifier: &[u8]) -> String {
    let Some((algorithm, parameters)) = object(identifier) else {
        return "an unknown algorithm".to_owned();
    };
    let name = name_of(&algorithm);
    match (object(parameters), split(SEQUENCE, parameters)) {
        (Some((curve, _)), _) => format!("{name} {}", name_of(&curve)),
        (None, Some((parameters, _))) if algorithm == RSASSA_PSS => format!("{name} ({})", pss(parameters)),
        (None, Some(_)) if algorithm == ECDSA => format!("{name} with explicit curve parameters"),
        (None, _) => name.to_owned(),
    }
}

/// Describes the parameters of RSASSA-PSS: the hash functions and the length of the salt.
fn pss(parameters: &[u8]) -> String {
    const SHA1: &str = "1.3.14.3.2.26";
    let (hash, parameters) = tagged(0, parameters);
    let (mask, parameters) = tagged(1, parameters);
    let (salt, _) = tagged(2, parameters);
    let number = |found: Option<(String, _)>| found.map_or_else(|| SHA1.to_owned(), |(number, _)| number);
    let hash = number(hash.and_then(algorithm));
    // The parameter of the mask function is its hash function.
    let mask = mask.and_then(algorithm);
    let hash_of_mask = number(mask.and_then(|(_, parameters)| algorithm(parameters)));
    let salt = salt.and_then(|salt| split(INTEGER, salt));
    let salt = salt.map_or(20, |(bytes, _)| {
        bytes.iter().fold(0_u64, |value, &byte| (value << 8) | u64::from(byte))
    });
    let mut text = name_of(&hash).to_owned();
    if hash_of_mask != hash {
        // Writing to a string cannot fail.
        let _ = write!(text, ", MGF1 with {}", name_of(&hash_of_mask));
    }
    let _ = write!(text, ", a salt of {salt} bytes");
    text
}

/// Returns the number and the parameters of an `AlgorithmIdentifier`.
fn algorithm(identifier: &[u8]) -> Option<(String, &[u8])> {
    let (content, _) = split(SEQUENCE, identifier)?;
    object(content)
}

/// Splits an optional member with this tag off the front of a sequence.
fn tagged(tag: u8, der: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match split(0xa0 | tag, der) {
        Some((content, rest)) => (Some(content), rest),
        None => (None, der),
    }
}

/// Returns the number of the leading object identifier, if there is one, and the rest.
fn object(der: &[u8]) -> Option<(String, &[u8])> {
    let (content, rest) = split(OBJECT_IDENTIFIER, der)?;
    Some((number(content), rest))
}

fn number(content: &[u8]) -> String {
    let (mut text, mut value) = (String::new(), 0_u64);
    for byte in content {
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        // The first two components share a number. Writing to a string cannot fail.
        let _ = if text.is_empty() {
            let first = (value / 40).min(2);
            write!(text, "{first}.{}", value - first * 40)
        } else {
            write!(text, ".{value}")
        };
        value = 0;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_have_names_with_curves_and_unknown_ones_have_numbers() {
        for (identifier, expected) in [
            (
                &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04][..],
                "ecdsa-with-SHA512",
            ),
            (
                &[
                    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23,
                ],
                "ECDSA P-521",
            ),
            (
                &[
                    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00,
                ],
                "sha1WithRSAEncryption",
            ),
            (
                &[
                    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x09, 0x2b, 0x24, 0x03, 0x03, 0x02,
                    0x08, 0x01, 0x01, 0x07,
                ],
                "ECDSA brainpoolP256r1",
            ),
            (
                &[
                    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x30, 0x03, 0x02, 0x01, 0x01,
                ],
                "ECDSA with explicit curve parameters",
            ),
            (
                &[
                    0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x0e, 0x05, 0x00,
                ],
                "RSA-SHA3-256",
            ),
            (
                &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a],
                "RSASSA-PSS",
            ),
            (
                &[
                    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x00,
                ],
                "RSASSA-PSS (SHA-1, a salt of 20 bytes)",
            ),
            (&[0x06, 0x03, 0x55, 0x1d, 0x11], "2.5.29.17"),
            (&[], "an unknown algorithm"),
            (&[0x06, 0x09, 0x2a], "an unknown algorithm"),
            (&[0x30, 0x00], "an unknown algorithm"),
        ] {
            assert_eq!(name(identifier), expected);
        }
    }
}
