//! The similarity of two names: the Dice coefficient of their pairs of characters, by the rules of the `string-similarity`
//! package, which Modzy's SDKs use. Both find the same models.

use std::collections::HashMap;

/// Returns the similarity, from 0 (no common pair of characters) to 1 (equal). Ignores white space, but not the case of letters.
pub(crate) fn similarity(one: &str, other: &str) -> f64 {
    let (one, other) = (units(one), units(other));
    if one == other {
        return 1.0;
    }
    if one.len() < 2 || other.len() < 2 {
        return 0.0;
    }
    let mut pairs: HashMap<&[u16], u32> = HashMap::new();
    for pair in one.windows(2) {
        *pairs.entry(pair).or_default() += 1;
    }
    let mut shared = 0;
    for pair in other.windows(2) {
        if let Some(left) = pairs.get_mut(pair).filter(|left| **left > 0) {
            *left -= 1;
            shared += 1;
        }
    }
    2.0 * number(shared) / number(one.len() + other.len() - 2)
}

/// Whether a name contains the requested one, or a pair of its characters, ignoring case.
pub(crate) fn has_something_in_common(name: &str, asked: &str) -> bool {
    let (name, asked) = (name.to_lowercase(), asked.to_lowercase());
    similarity(&name, &asked) > 0.0 || name.contains(&asked)
}

/// Returns the UTF-16 units of a text, without those that `\s` matches in JavaScript.
fn units(text: &str) -> Vec<u16> {
    let is_space = |c: char| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}';
    let kept: String = text.chars().filter(|c| !is_space(*c)).collect();
    kept.encode_utf16().collect()
}

/// Exact for every length that a name can have.
fn number(count: usize) -> f64 {
    u32::try_from(count).unwrap_or(u32::MAX).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: &str, other: &str, expected: f64) {
        for found in [similarity(one, other), similarity(other, one)] {
            assert!((found - expected).abs() < 1e-9, "{one:?}, {other:?}: {found}");
        }
    }

    #[test]
    fn likeness_is_that_of_the_published_package() {
        // From the package's own tests.
        close("french", "quebec", 0.0);
        close("france", "france", 1.0);
        close("fRaNce", "france", 0.2);
        close("healed", "sealed", 0.8);
        close("web applications", "applications of the web", 0.787_878_787_878_787_8);
        close(
            "this will have a typo somewhere",
            "this will huve a typo somewhere",
            0.92,
        );
        close(
            "Olive-green table for sale, in extremely good condition.",
            "For sale: table in very good  condition, olive green in color.",
            0.612_244_897_959_183_7,
        );
        close("", "", 1.0);
        close("a", "a", 1.0);
        close("a", "b", 0.0);
        close("", "a", 0.0);
        close("a", "ab", 0.0);
        close("apple event", "apple    event", 1.0);
    }

    #[test]
    fn a_pair_counts_as_often_as_it_occurs_in_both() {
        close("aaaa", "aa", 0.5);
        close("iphone", "iphone x", 0.909_090_909_090_909_1);
    }

    #[test]
    fn characters_beyond_the_basic_plane_are_two() {
        close("\u{1f600}", "\u{1f600}x", 2.0 / 3.0);
    }

    #[test]
    fn case_decides_between_names_but_not_whether_they_match() {
        assert!(has_something_in_common("SENTIMENT", "sentiment"));
        assert!(has_something_in_common("Sentiment", "s"));
        assert!(!has_something_in_common("s", "Sentiment"));
        assert!(!has_something_in_common("Translation", "Blur"));
        assert!(!has_something_in_common("", "Blur"));
    }
}
