//! The names of the algorithms of certificates, from their identifiers in DER.

use std::fmt::Write as _;

/// The unsupported algorithms that occur in practice, and the curves.
const NAMES: [(&str, &str); 14] = [
    ("1.2.840.10045.2.1", "ECDSA"),
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.3.101.113", "Ed448"),
];

/// Returns the name of an algorithm, with its curve if it has one, from the content of an `AlgorithmIdentifier`. An
/// unknown one is named by its number.
pub(super) fn name(identifier: &[u8]) -> String {
    let (algorithm, rest) = object(identifier);
    let algorithm = algorithm.unwrap_or_else(|| "an unknown algorithm".to_owned());
    match object(rest) {
        (Some(curve), _) => format!("{algorithm} {curve}"),
        (None, _) => algorithm,
    }
}

/// Returns the name of the leading object identifier, if there is one, and the rest.
fn object(der: &[u8]) -> (Option<String>, &[u8]) {
    let [0x06, length, rest @ ..] = der else {
        return (None, der);
    };
    let Some((content, rest)) = rest.split_at_checked((*length).into()) else {
        return (None, der);
    };
    let number = number(content);
    let known = NAMES.iter().find(|(known, _)| *known == number);
    (Some(known.map_or(number, |(_, name)| (*name).to_owned())), rest)
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
            (&[0x06, 0x03, 0x55, 0x1d, 0x11], "2.5.29.17"),
            (&[], "an unknown algorithm"),
            (&[0x06, 0x09, 0x2a], "an unknown algorithm"),
            (&[0x30, 0x00], "an unknown algorithm"),
        ] {
            assert_eq!(name(identifier), expected);
        }
    }
}
