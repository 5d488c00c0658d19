//! Reads values in DER, as far as the algorithms and keys of certificates need it.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// Splits a value with this tag off the front. Returns its content and the bytes after it.
pub(super) fn split(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first().filter(|_| *found == tag)?;
    let (length, rest) = match length {
        0..=0x7f => (length.into(), rest),
        // Further lengths would not fit into the longest certificate.
        0x80 | 0x84.. => return None,
        // The length is in as many bytes as the other bits say.
        _ => {
            let (bytes, rest) = rest.split_at_checked((length & 0x7f).into())?;
            let length = bytes.iter().fold(0, |length, &byte| (length << 8) | usize::from(byte));
            (length, rest)
        }
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_split_off_only_if_it_is_complete_and_of_that_type() {
        assert_eq!(split(INTEGER, &[2, 1, 5, 9]), Some((&[5][..], &[9][..])));
        let long = [&[0x30, 0x82, 1, 0][..], &[7; 300]].concat();
        assert_eq!(split(SEQUENCE, &long), Some((&[7; 256][..], &[7; 44][..])));
        for der in [
            &[][..],
            &[2],
            &[3, 1, 5],
            &[2, 2, 5],
            &[2, 0x80],
            &[2, 0x81],
            &[2, 0x84, 0, 0, 0, 0],
        ] {
            assert_eq!(split(INTEGER, der), None, "{der:?}");
        }
    }
}
