//! Reads certificates and keys from PEM texts as files contain them: with a byte order mark in front of any block, with
//! lines that end in CR, LF or both, indented, with other text between the blocks. Nothing that may be a certificate is
//! dropped without an error. `trust` and `tls` decide what follows from one.

use std::mem;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// The labels of certificates. The second is an older one for the same.
const CERTIFICATES: [&[u8]; 2] = [b"CERTIFICATE", b"X509 CERTIFICATE"];

/// A certificate with settings of OpenSSL, which no other program reads.
const TRUSTED: &[u8] = b"TRUSTED CERTIFICATE";

/// The ends of the labels of blocks that are not certificates, and may be beside them.
const OTHERS: [&[u8]; 4] = [b"KEY", b"PARAMETERS", b"CERTIFICATE REQUEST", b"CRL"];

/// What is wrong with a block. Worded to follow the name of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("holds a certificate that cannot be read")]
    Unreadable,
    #[error("holds a block in PEM without its first or its last line")]
    Cut,
    #[error(r#"holds a "TRUSTED CERTIFICATE", a format of OpenSSL; "openssl x509" converts it to a "CERTIFICATE""#)]
    Trusted,
    #[error(r#"holds a block in PEM that is not a "CERTIFICATE""#)]
    Unknown,
}

/// Returns the certificates of a text, and what is wrong with the others. Keys, certificate requests, revocation lists
/// and parameters are ignored.
pub(super) fn certificates(text: &[u8]) -> Vec<Result<CertificateDer<'static>, Fault>> {
    let mut found = Vec::new();
    let mut open: Option<(&[u8], Vec<u8>)> = None;
    for line in lines(text) {
        if let Some(label) = label(line, BEGIN) {
            if open.replace((label, Vec::new())).is_some() {
                found.push(Err(Fault::Cut));
            }
        } else if let Some(end) = label(line, END) {
            match open.take() {
                Some((label, base64)) if label == end => found.extend(block(label, &base64)),
                _ => found.push(Err(Fault::Cut)),
            }
        } else if let Some((_, base64)) = &mut open {
            base64.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()));
        }
    }
    found.extend(open.map(|_| Err(Fault::Cut)));
    found
}

/// Returns the first private key of a text.
pub(super) fn private_key(text: &[u8]) -> Option<PrivateKeyDer<'static>> {
    let lines: Vec<_> = lines(text).collect();
    PrivateKeyDer::from_pem_slice(&lines.join(&b'\n')).ok()
}

fn block(label: &[u8], base64: &[u8]) -> Option<Result<CertificateDer<'static>, Fault>> {
    if CERTIFICATES.contains(&label) {
        let der = STANDARD.decode(base64).map(CertificateDer::from);
        // Checked here, because stores of certificates skip what they cannot read.
        let der = der.ok().filter(|der| webpki::anchor_from_trusted_cert(der).is_ok());
        return Some(der.ok_or(Fault::Unreadable));
    }
    if OTHERS.iter().any(|other| label.ends_with(other)) {
        return None;
    }
    Some(Err(if label == TRUSTED {
        Fault::Trusted
    } else {
        Fault::Unknown
    }))
}

/// The label of a line that begins or ends a block.
fn label<'l>(line: &'l [u8], mark: &[u8]) -> Option<&'l [u8]> {
    line.strip_prefix(mark)?.strip_suffix(DASHES)
}

/// The lines without what surrounds them. Two marks on one line, as in files that were joined without a line break
/// between them, count as two lines.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| matches!(byte, b'\n' | b'\r')).flat_map(|line| {
        let line = trimmed(line);
        let second = memchr::memmem::find(line, BEGIN);
        let parts = second.and_then(|at| line.split_at_checked(at));
        let parts = parts.map(|(first, second)| [trimmed(first), second]);
        parts
            .filter(|[first, _]| first.ends_with(DASHES))
            .unwrap_or([line, b""])
    })
}

/// Removes white space and byte order marks from both ends of a line.
fn trimmed(line: &[u8]) -> &[u8] {
    let mut rest = line;
    loop {
        let shorter = rest.trim_ascii();
        let shorter = shorter.strip_prefix(BYTE_ORDER_MARK).unwrap_or(shorter);
        let shorter = shorter.strip_suffix(BYTE_ORDER_MARK).unwrap_or(shorter);
        if mem::replace(&mut rest, shorter).len() == shorter.len() {
            return rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::{Fault::*, *};

    const MARK: &str = "\u{feff}";

    fn made() -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["server.example".to_owned()]).unwrap();
        (
            params.self_signed(&key).unwrap().pem().replace("\r\n", "\n"),
            key.serialize_pem(),
        )
    }

    #[test]
    fn certificates_are_read_in_every_spelling_and_none_is_dropped_without_an_error() {
        let (a, key) = made();
        let (b, _) = made();
        let labeled = |label: &str| b.replace("CERTIFICATE", label);
        let (begin, end) = ("-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n");
        let middle = b.len() / 2;
        for (case, text, expected) in [
            ("plain", format!("{a}{b}"), vec![]),
            ("a mark at the start", format!("{MARK}{a}{b}"), vec![]),
            ("a mark between joined files", format!("{a}{MARK}{b}"), vec![]),
            (
                "a mark on a line of its own, and at the end",
                format!("{a}{MARK}\n{b}{MARK}"),
                vec![],
            ),
            ("an older label", format!("{a}{}", labeled("X509 CERTIFICATE")), vec![]),
            ("CRLF", format!("{a}{b}").replace('\n', "\r\n"), vec![]),
            ("CR", format!("{a}{b}").replace('\n', "\r"), vec![]),
            ("blank lines", format!("{a}{b}").replace('\n', "\n\n"), vec![]),
            ("indented", format!("{a}{b}").replace('\n', "\n\t "), vec![]),
            ("trailing white space", format!("{a}{b}").replace('\n', " \t\n"), vec![]),
            ("no last line end", format!("{a}{}", b.trim_end()), vec![]),
            ("joined without a line end", format!("{}{b}", a.trim_end()), vec![]),
            (
                "joined without a line end, with a mark",
                format!("{}{MARK}{b}", a.trim_end()),
                vec![],
            ),
            (
                "text around",
                format!("# one\nsubject: x\n{a}\nissuer: BEGIN\n{b}end"),
                vec![],
            ),
            (
                "one line of base64",
                format!(
                    "{a}{begin}{}\n{end}",
                    b.lines().filter(|l| !l.starts_with('-')).collect::<String>()
                ),
                vec![],
            ),
            ("a key first", format!("{key}{a}{b}"), vec![]),
            ("a key between", format!("{a}{key}{b}"), vec![]),
            (
                "a request and a list",
                format!("{a}{}{}{b}", labeled("NEW CERTIFICATE REQUEST"), labeled("X509 CRL")),
                vec![],
            ),
            (
                "a certificate of OpenSSL",
                format!("{a}{}{b}", labeled("TRUSTED CERTIFICATE")),
                vec![Trusted],
            ),
            (
                "a lower-case label",
                format!("{a}{}{b}", labeled("certificate")),
                vec![Unknown],
            ),
            (
                "a list of certificates",
                format!("{a}{}{b}", labeled("PKCS7")),
                vec![Unknown],
            ),
            ("cut at the end", format!("{a}{b}{}", &b[..middle]), vec![Cut]),
            ("cut before a good one", format!("{}\n{a}{b}", &b[..middle]), vec![Cut]),
            ("cut at the start", format!("{}{a}{b}", &b[middle..]), vec![Cut]),
            (
                "another end",
                format!("{a}{b}{}", b.replace("END CERT", "END X509 CERT")),
                vec![Cut],
            ),
            (
                "a damaged mark",
                format!("{a}{b}{}", b.replace("-----BEGIN", "----BEGIN")),
                vec![Cut],
            ),
            (
                "lost characters",
                format!("{a}{}{b}", b.replacen(&b[100..110], "", 1)),
                vec![Unreadable],
            ),
            ("no base64", format!("{a}{begin}!!!!\n{end}{b}"), vec![Unreadable]),
            ("no certificate", format!("{a}{begin}AAAA\n{end}{b}"), vec![Unreadable]),
            ("an empty block", format!("{a}{b}{begin}{end}"), vec![Unreadable]),
        ] {
            let (good, bad): (Vec<_>, Vec<_>) = certificates(text.as_bytes()).into_iter().partition(Result::is_ok);
            assert_eq!(good.len(), 2, "{case}");
            let bad: Vec<_> = bad.into_iter().map(Result::unwrap_err).collect();
            assert_eq!(bad, expected, "{case}");
        }
        let utf16: Vec<u8> = a.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for text in [&b""[..], b"# nothing\n", key.as_bytes(), &utf16] {
            assert_eq!(certificates(text), []);
        }
    }

    #[test]
    fn a_key_is_read_behind_a_mark_a_certificate_and_text() {
        let (certificate, key) = made();
        for text in [
            key.clone(),
            format!("{MARK}{key}"),
            format!("{certificate}{MARK}{key}"),
            format!("text\n{}", key.replace('\n', "\t\r\n")),
            format!("{}{key}", certificate.trim_end()),
        ] {
            assert!(private_key(text.as_bytes()).is_some(), "{text}");
        }
        assert!(private_key(certificate.as_bytes()).is_none());
    }
}
