//! Finds secrets in a text: any number, of any length, in any letter case, in time linear in the text. `reading` and `encoded`
//! handle other spellings.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
    ops::{Bound, Range},
};

use aho_corasick::{Input, MatchKind, automaton::Automaton, nfa::noncontiguous::NFA};

use super::folding::folded;

/// The automaton looks for this many bytes of a secret, and the rest is compared, so that it stays small. With many
/// secrets the number is lower, to keep the total near a million bytes.
const LONGEST_BEGINNING: usize = 256;
const LEAST_OF_MANY: usize = 16;
const MOST_BYTES: usize = 1 << 20;

/// How many bytes count as the beginning of a secret at the end of a text that was cut off.
const SHORTEST_BEGINNING: usize = 4;

/// Looks for secrets. All of them are in small letters, and so is each text that is searched.
pub(super) struct Finder {
    /// `None` if there are too many secrets for it: then the whole text counts as secret.
    automaton: Option<NFA>,
    secrets: Vec<Secrets>,
}

/// Secrets with the same beginning.
struct Secrets {
    all: BTreeSet<Vec<u8>>,
    /// Whether they are encoded forms, and make the whole word around them a secret.
    encoded: bool,
}

impl Finder {
    /// Builds a finder of plain secrets and of encoded forms.
    pub(super) fn new(plain: impl Iterator<Item = Vec<u8>>, encoded: impl Iterator<Item = Vec<u8>>) -> Self {
        let plain = plain.map(|secret| (secret, false));
        let all: Vec<_> = plain.chain(encoded.map(|secret| (secret, true))).collect();
        let length = (MOST_BYTES / all.len().max(1)).clamp(LEAST_OF_MANY, LONGEST_BEGINNING);
        let mut beginnings = BTreeMap::<Vec<u8>, Secrets>::new();
        for (secret, encoded) in all {
            let secret = folded(&secret);
            let beginning = secret.get(..length).unwrap_or(&secret).to_vec();
            let alike = beginnings.entry(beginning).or_insert_with(|| Secrets {
                all: BTreeSet::new(),
                encoded,
            });
            alike.all.insert(secret);
        }
        let automaton = NFA::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(beginnings.keys())
            .ok();
        Self {
            automaton,
            secrets: beginnings.into_values().collect(),
        }
    }

    /// Returns where the secrets are, in order. A beginning of the length that the automaton knows counts as a secret.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let text = &*folded(text);
        let everything = || iter::once(0..text.len()).collect();
        let Some(automaton) = &self.automaton else {
            return everything();
        };
        let Ok(matches) = automaton.try_find_iter(Input::new(text)) else {
            return everything();
        };
        let mut found: Vec<Range<usize>> = Vec::new();
        for each in matches {
            let Some(secrets) = self.secrets.get(each.pattern().as_usize()) else {
                continue;
            };
            let seen = found.last().map_or(0, |last| last.end);
            if each.end() <= seen {
                continue;
            }
            let part = secrets.around(text, seen, each.range());
            match found.last_mut() {
                // It begins within a secret that turned out to be longer.
                Some(last) if each.start() < seen => last.end = part.end,
                _ => found.push(part),
            }
        }
        found
    }

    /// Returns where the longest beginning of a secret is that the end of the text cuts off.
    pub(super) fn find_cut(&self, text: &[u8]) -> Option<Range<usize>> {
        let text = &*folded(text);
        let starts = self.secrets.iter().flat_map(|secrets| {
            let cut = secrets.all.iter().filter_map(|secret| cut_off(text, secret));
            cut.map(|length| {
                let start = text.len() - length;
                if secrets.encoded {
                    start - word_before(text, 0..start)
                } else {
                    start
                }
            })
        });
        starts.min().map(|start| start..text.len())
    }
}

impl Secrets {
    /// Extends the beginning of a secret to the whole, except for what was found before.
    fn around(&self, text: &[u8], seen: usize, beginning: Range<usize>) -> Range<usize> {
        if self.encoded {
            let rest = text.get(beginning.end..).unwrap_or_default();
            let behind = rest.iter().take_while(|byte| is_of_base64(**byte)).count();
            let start = beginning.start - word_before(text, seen..beginning.start);
            return start..beginning.end + behind;
        }
        let longest = self.longest_in(text.get(beginning.start..).unwrap_or_default());
        beginning.start..beginning.end.max(beginning.start + longest)
    }

    /// Returns the length of the longest beginning of a secret that a text begins with. In the order of the secrets, this one is next
    /// to the text, so thousands of alike secrets cost no more than a few.
    fn longest_in(&self, text: &[u8]) -> usize {
        let mut below = self.all.range::<[u8], _>((Bound::Unbounded, Bound::Included(text)));
        let mut above = self.all.range::<[u8], _>((Bound::Excluded(text), Bound::Unbounded));
        let in_common = |secret: &Vec<u8>| {
            secret
                .iter()
                .zip(text)
                .take_while(|(ours, theirs)| ours == theirs)
                .count()
        };
        let nearest = [below.next_back(), above.next()].into_iter().flatten();
        nearest.map(in_common).max().unwrap_or_default()
    }
}

/// Counts the base64 characters at the end of a part of a text.
fn word_before(text: &[u8], part: Range<usize>) -> usize {
    let before = text.get(part).unwrap_or_default();
    before.iter().rev().take_while(|byte| is_of_base64(**byte)).count()
}

/// Whether a byte is a base64 character in either alphabet.
fn is_of_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// Returns the length of the longest beginning of a secret at the end of a text, by the algorithm of Knuth, Morris and
/// Pratt.
fn cut_off(text: &[u8], secret: &[u8]) -> Option<usize> {
    // For each beginning of the secret, the length of its longest proper border.
    let mut borders = vec![0; secret.len()];
    let longer = |borders: &[usize], mut length: usize, byte: u8| loop {
        if secret.get(length) == Some(&byte) {
            return length + 1;
        }
        match length.checked_sub(1).and_then(|last| borders.get(last)) {
            Some(border) => length = *border,
            None => return 0,
        }
    };
    let mut length = 0;
    for (at, &byte) in secret.iter().enumerate().skip(1) {
        length = longer(&borders, length, byte);
        if let Some(border) = borders.get_mut(at) {
            *border = length;
        }
    }
    // A complete secret is not cut off.
    let tail = (text.len() + 1).saturating_sub(secret.len());
    let tail = text.get(tail..)?;
    let length = tail.iter().fold(0, |length, &byte| longer(&borders, length, byte));
    (length >= SHORTEST_BEGINNING).then_some(length)
}
