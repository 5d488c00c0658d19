//! The functions of the models that read a text.

use indexmap::IndexMap;
use serde_json::json;

use crate::models::description::{Values, Version};
use crate::models::model::{Outcome, json_results, text};

/// The only input of these models.
pub(super) const INPUT: &str = "input.txt";

/// The most keywords in a result.
const KEYWORDS: usize = 5;

/// The most common words of each language.
const LANGUAGES: [(&str, &[&str]); 4] = [
    (
        "en",
        &[
            "the", "of", "and", "to", "is", "in", "that", "it", "was", "for", "not", "a", "are", "with",
        ],
    ),
    (
        "de",
        &[
            "der", "die", "das", "und", "ist", "nicht", "ein", "eine", "zu", "den", "dem", "mit", "ich", "auf",
        ],
    ),
    (
        "fr",
        &[
            "le", "la", "les", "et", "est", "pas", "un", "une", "de", "des", "je", "que", "dans", "pour",
        ],
    ),
    (
        "es",
        &[
            "el", "la", "los", "y", "es", "no", "un", "una", "de", "que", "en", "por", "con", "para",
        ],
    ),
];

const PRAISE: [&str; 10] = [
    "good",
    "great",
    "love",
    "loved",
    "excellent",
    "happy",
    "best",
    "nice",
    "wonderful",
    "friendly",
];

const BLAME: [&str; 10] = [
    "bad", "terrible", "hate", "hated", "awful", "sad", "worst", "poor", "horrible", "rude",
];

/// Returns the words of a text in lower case, without the punctuation around them.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

pub(super) fn word_count(_: &Version, values: &Values) -> Outcome {
    let text = text(values, INPUT)?;
    Ok(json_results(json!({
        "lines": text.lines().count(),
        "words": text.split_whitespace().count(),
        "characters": text.chars().count(),
    })))
}

pub(super) fn language(_: &Version, values: &Values) -> Outcome {
    let text = text(values, INPUT)?;
    let mut counts = [0_u32; LANGUAGES.len()];
    for word in words(text) {
        for ((_, common), count) in LANGUAGES.iter().zip(&mut counts) {
            *count += u32::from(common.contains(&word.as_str()));
        }
    }
    let best = LANGUAGES.iter().zip(counts).rev().max_by_key(|(_, count)| *count);
    let best = best.filter(|(_, count)| *count > 0).map(|((language, _), _)| language);
    let matches: IndexMap<_, _> = LANGUAGES.iter().map(|(language, _)| *language).zip(counts).collect();
    Ok(json_results(json!({ "language": best, "matches": matches })))
}

pub(super) fn upper_case(_: &Version, values: &Values) -> Outcome {
    Ok(json_results(json!({ "text": text(values, INPUT)?.to_uppercase() })))
}

pub(super) fn length(_: &Version, values: &Values) -> Outcome {
    let text = text(values, INPUT)?;
    Ok(json_results(json!({
        "bytes": text.len(),
        "utf16": text.encode_utf16().count(),
        "characters": text.chars().count(),
    })))
}

pub(super) fn sentiment_words(_: &Version, values: &Values) -> Outcome {
    let words: Vec<_> = words(text(values, INPUT)?).collect();
    let among = |list: &[&str]| -> Vec<_> { words.iter().filter(|word| list.contains(&word.as_str())).collect() };
    Ok(json_results(
        json!({ "praise": among(&PRAISE), "blame": among(&BLAME) }),
    ))
}

pub(super) fn keywords(_: &Version, values: &Values) -> Outcome {
    let mut counts = IndexMap::<String, u32>::new();
    for word in words(text(values, INPUT)?) {
        let is_common = LANGUAGES.iter().any(|(_, common)| common.contains(&word.as_str()));
        if !is_common {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts.sort_by(|_, first, _, second| second.cmp(first));
    let keywords = counts.iter().take(KEYWORDS);
    Ok(json_results(
        keywords
            .map(|(word, count)| json!({ "word": word, "count": count }))
            .collect(),
    ))
}

pub(super) fn readability(_: &Version, values: &Values) -> Outcome {
    let text = text(values, INPUT)?;
    let (mut count, mut letters) = (0_u32, 0_u32);
    for word in words(text) {
        count += 1;
        letters += u32::try_from(word.chars().count()).unwrap_or(u32::MAX);
    }
    let sentences = text
        .split(['.', '!', '?'])
        .filter(|sentence| words(sentence).next().is_some());
    let sentences = u32::try_from(sentences.count()).unwrap_or(u32::MAX);
    let mean = |sum: u32, count: u32| f64::from(sum) / f64::from(count.max(1));
    Ok(json_results(json!({
        "sentences": sentences,
        "wordsPerSentence": mean(count, sentences),
        "lettersPerWord": mean(letters, count),
    })))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::Value;

    use super::*;
    use crate::models::description::{JSON, RESULTS};
    use crate::models::model::Output;

    const VERSION: Version = Version {
        number: "1.0.0",
        created_at: Timestamp::UNIX_EPOCH,
        is_active: true,
        description: "",
        inputs: &[],
        outputs: JSON,
        sample: &[],
    };

    fn run(process: fn(&Version, &Values) -> Outcome, text: &str) -> Value {
        let values = Values::from([(INPUT.to_owned(), text.to_owned().into())]);
        match process(&VERSION, &values).unwrap().swap_remove(RESULTS) {
            Some(Output::Json(value)) => value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn counts_and_lengths_are_those_of_the_text() {
        assert_eq!(
            run(word_count, "one two\nthr\u{e9}e"),
            json!({ "lines": 2, "words": 3, "characters": 13 })
        );
        assert_eq!(run(length, "ü😀"), json!({ "bytes": 6, "utf16": 3, "characters": 2 }));
        assert_eq!(run(upper_case, "straße"), json!({ "text": "STRASSE" }));
        assert_eq!(
            run(readability, "Aa bbbb. Cc!  "),
            json!({ "sentences": 2, "wordsPerSentence": 1.5, "lettersPerWord": 8.0 / 3.0 })
        );
    }

    #[test]
    fn languages_are_detected_by_their_common_words() {
        for (text, language) in [
            ("This is the end of it", json!("en")),
            ("Das ist nicht das Ende", json!("de")),
            ("Je ne sais pas, les enfants et des amis", json!("fr")),
            ("No es por los amigos y para una", json!("es")),
            ("xyz", Value::Null),
            ("", Value::Null),
        ] {
            assert_eq!(run(super::language, text)["language"], language, "{text}");
        }
    }

    #[test]
    fn words_are_found_and_counted() {
        assert_eq!(
            run(sentiment_words, "GOOD food, terrible and rude staff. Good!"),
            json!({ "praise": ["good", "good"], "blame": ["terrible", "rude"] })
        );
        assert_eq!(
            run(keywords, "The whale; white whale of the sea"),
            json!([{ "word": "whale", "count": 2 }, { "word": "white", "count": 1 }, { "word": "sea", "count": 1 }])
        );
    }

    #[test]
    fn an_empty_text_has_figures_too() {
        assert_eq!(run(word_count, ""), json!({ "lines": 0, "words": 0, "characters": 0 }));
        assert_eq!(
            run(readability, ""),
            json!({ "sentences": 0, "wordsPerSentence": 0.0, "lettersPerWord": 0.0 })
        );
        assert_eq!(run(keywords, ""), json!([]));
    }
}
