//! Reads several sorted sets as one, in either direction, from any position.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use indexset::BTreeSet;
use jiff::Timestamp;

/// How many members are skipped one by one. More are skipped by a search for the position.
const STEPS: usize = 1000;

/// A position in an order: a point in time, and the number of the job.
pub(super) type Stamp = (Timestamp, u64);

/// Sorted stamps.
enum Stamps<'s> {
    Set(&'s BTreeSet<Stamp>),
    List(Vec<Stamp>),
}

impl Stamps<'_> {
    fn get(&self, position: usize) -> Option<&Stamp> {
        match self {
            Self::Set(set) => set.get_index(position),
            Self::List(list) => list.get(position),
        }
    }

    /// Returns how many of them are before another.
    fn rank(&self, stamp: &Stamp) -> usize {
        match self {
            Self::Set(set) => set.rank(stamp),
            Self::List(list) => list.partition_point(|each| each < stamp),
        }
    }
}

/// A range of positions in sorted stamps.
pub(super) struct Part<'s> {
    stamps: Stamps<'s>,
    range: Range<usize>,
}

impl<'s> Part<'s> {
    pub(super) fn new(set: &'s BTreeSet<Stamp>, range: Range<usize>) -> Self {
        Self {
            stamps: Stamps::Set(set),
            range,
        }
    }

    /// Sorts stamps that are in no set of their own.
    pub(super) fn sorted(mut stamps: Vec<Stamp>) -> Self {
        stamps.sort_unstable();
        Self {
            range: 0..stamps.len(),
            stamps: Stamps::List(stamps),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.range.len()
    }

    /// Returns the numbers of its jobs.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        let stamps = self.range.clone().filter_map(|position| self.stamps.get(position));
        stamps.map(|(_, number)| *number)
    }

    /// Returns how many of its members are before a stamp.
    fn before(&self, stamp: &Stamp) -> usize {
        let rank = self.stamps.rank(stamp).clamp(self.range.start, self.range.end);
        rank - self.range.start
    }

    /// Takes the next member from an end.
    fn next(&mut self, descending: bool) -> Option<Stamp> {
        let position = if descending {
            self.range.next_back()
        } else {
            self.range.next()
        };
        self.stamps.get(position?).copied()
    }

    fn skip(&mut self, count: usize, descending: bool) {
        if descending {
            self.range.end = self.range.end.saturating_sub(count).max(self.range.start);
        } else {
            self.range.start = self.range.start.saturating_add(count).min(self.range.end);
        }
    }
}

/// The parts, with the next member of each. Yields the numbers of jobs.
pub(super) struct Merge<'s> {
    parts: Vec<Part<'s>>,
    descending: bool,
    heads: Option<Heads>,
}

/// The next member of each part, with the number of the part: the smallest or the greatest first.
enum Heads {
    Ascending(BinaryHeap<Reverse<(Stamp, usize)>>),
    Descending(BinaryHeap<(Stamp, usize)>),
}

impl Heads {
    fn push(&mut self, head: (Stamp, usize)) {
        match self {
            Self::Ascending(heads) => heads.push(Reverse(head)),
            Self::Descending(heads) => heads.push(head),
        }
    }

    fn pop(&mut self) -> Option<(Stamp, usize)> {
        match self {
            Self::Ascending(heads) => heads.pop().map(|Reverse(head)| head),
            Self::Descending(heads) => heads.pop(),
        }
    }
}

impl<'s> Merge<'s> {
    pub(super) fn new(mut parts: Vec<Part<'s>>, descending: bool) -> Self {
        parts.retain(|part| !part.range.is_empty());
        Self {
            parts,
            descending,
            heads: None,
        }
    }

    /// Returns the number of members.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    pub(super) fn page(mut self, skip: usize, take: usize) -> Vec<u64> {
        let mut skip = skip;
        if skip >= self.len() {
            return Vec::new();
        }
        if skip > STEPS {
            skip -= self.jump(skip);
        }
        self.skip(skip).take(take).collect()
    }

    /// Skips up to `count` members at once, and returns how many it skipped.
    fn jump(&mut self, count: usize) -> usize {
        if let [part] = self.parts.as_mut_slice() {
            part.skip(count, self.descending);
            return count;
        }
        // Searches the last point in time with at most `count` members before it, or after it.
        let end = |part: &Part<'_>, at| part.stamps.get(at).map(|(at, _)| at.as_nanosecond());
        let first = self.parts.iter().filter_map(|part| end(part, part.range.start)).min();
        let last = self.parts.iter().filter_map(|part| end(part, part.range.end - 1)).max();
        let (Some(mut low), Some(mut high)) = (first, last) else {
            return 0;
        };
        let skipped = |nanosecond: i128| -> Vec<usize> {
            let stamp = (Timestamp::from_nanosecond(nanosecond).unwrap_or(Timestamp::MAX), 0);
            let skipped = |part: &Part<'_>| {
                let before = part.before(&stamp);
                if self.descending {
                    part.range.len() - before
                } else {
                    before
                }
            };
            self.parts.iter().map(skipped).collect()
        };
        let fits = |nanosecond| skipped(nanosecond).iter().sum::<usize>() <= count;
        if self.descending {
            // At `high`, nothing but the members of that point in time is skipped.
            high += 1;
            while low < high {
                let middle = low + (high - low) / 2;
                if fits(middle) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
        } else {
            while low < high {
                let middle = low + (high - low + 1) / 2;
                if fits(middle) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
        }
        let counts = skipped(low);
        for (part, count) in self.parts.iter_mut().zip(&counts) {
            part.skip(*count, self.descending);
        }
        counts.iter().sum()
    }
}

impl Iterator for Merge<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let descending = self.descending;
        if self.heads.is_none() {
            let heads = if descending {
                Heads::Descending(BinaryHeap::new())
            } else {
                Heads::Ascending(BinaryHeap::new())
            };
            let heads = self.heads.insert(heads);
            for (number, part) in self.parts.iter_mut().enumerate() {
                if let Some(stamp) = part.next(descending) {
                    heads.push((stamp, number));
                }
            }
        }
        let heads = self.heads.as_mut()?;
        let ((_, job), number) = heads.pop()?;
        if let Some(stamp) = self.parts.get_mut(number).and_then(|part| part.next(descending)) {
            heads.push((stamp, number));
        }
        Some(job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanosecond: i128) -> Timestamp {
        Timestamp::from_nanosecond(nanosecond).unwrap()
    }

    #[test]
    fn every_page_of_several_sets_is_that_of_their_sorted_union() {
        let mut random = fastrand::Rng::with_seed(7);
        for sets in [1, 2, 5] {
            let mut all = Vec::new();
            let mut parts = vec![BTreeSet::new(); sets];
            for number in 0..5000 {
                let stamp = (at(random.i128(0..400)), number);
                parts[random.usize(0..sets)].insert(stamp);
                all.push(stamp);
            }
            for descending in [false, true] {
                all.sort_unstable();
                if descending {
                    all.reverse();
                }
                for skip in [0, 1, 999, 1000, 1001, 2500, 4990, 4999, 5000, 9000, usize::MAX] {
                    let numbered = parts.iter().enumerate();
                    let parts = numbered.map(|(at, set)| match at % 2 {
                        0 => Part::new(set, 0..set.len()),
                        _ => Part::sorted(set.iter().rev().copied().collect()),
                    });
                    let merge = Merge::new(parts.collect(), descending);
                    let expected: Vec<_> = all.iter().skip(skip).take(20).map(|(_, number)| *number).collect();
                    assert_eq!(merge.page(skip, 20), expected, "{sets} {descending} {skip}");
                }
            }
        }
    }
}
