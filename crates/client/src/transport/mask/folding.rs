//! Removes the difference between capital and small letters, so that `finder` finds a secret in any letter case.

use std::borrow::Cow;

/// Returns a text in small letters. Its length does not change, so places in it are places in the text: a letter whose small form has
/// another length stays.
pub(super) fn folded(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            let small = small(character);
            folded.extend_from_slice(small.encode_utf8(&mut [0; 4]).as_bytes());
        }
        folded.extend_from_slice(chunk.invalid());
    }
    folded
}

fn small(character: char) -> char {
    let mut small = character.to_lowercase();
    match (small.next(), small.next()) {
        (Some(small), None) if small.len_utf8() == character.len_utf8() => small,
        _ => character,
    }
}

/// Returns the forms of a secret that a server may create by changing its letter case, as far as folding does not make them equal:
/// `STRASSE` for `straße`.
pub(super) fn cases(secret: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let other = (!secret.is_ascii()).then(|| [secret.to_uppercase(), secret.to_lowercase()]);
    let other = other.into_iter().flatten().map(Cow::Owned);
    std::iter::once(Cow::Borrowed(secret)).chain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_text_has_its_length_and_no_capital_letter_of_that_length() {
        for (text, expected) in [
            ("Ab-9", "ab-9"),
            ("ÄÖÜ É Ж Ω", "äöü é ж ω"),
            ("\u{1e9e} \u{212a} \u{130}", "\u{1e9e} \u{212a} \u{130}"),
            ("\u{1f511}A", "\u{1f511}a"),
        ] {
            assert_eq!(folded(text.as_bytes()), expected.as_bytes(), "{text}");
        }
        assert_eq!(folded(b"A\xff\xc3B\xc3"), b"a\xff\xc3b\xc3");
    }
}
