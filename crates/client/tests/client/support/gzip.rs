//! Gzip bodies, some of them bombs.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

/// Encodes one member.
pub(crate) fn member(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Encodes the two halves of a text, each as a member.
pub(crate) fn two_members(text: &str) -> Vec<u8> {
    let (first, second) = text.as_bytes().split_at(text.len() / 2);
    [member(first), member(second)].concat()
}

/// Writes bits in the order of DEFLATE.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn push(&mut self, bits: impl IntoIterator<Item = u8>) {
        for bit in bits {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= bit << (self.used % 8);
            self.used += 1;
        }
    }
}

/// Returns a gzip stream of blanks, 258 for every 13 bits. It has no trailer, since no client should read to its end.
pub(crate) fn bomb(blanks: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // The final block with fixed codes: a literal blank, then copies of the bytes before.
    bits.push([1, 1, 0]);
    bits.push([0, 1, 0, 1, 0, 0, 0, 0]);
    for _ in 0..blanks / 258 {
        bits.push([1, 1, 0, 0, 0, 1, 0, 1]);
        bits.push([0; 5]);
    }
    let mut stream = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    stream.extend(bits.bytes);
    stream
}
