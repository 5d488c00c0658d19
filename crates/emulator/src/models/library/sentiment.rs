//! Sentiment Analysis: scores a text with the VADER lexicon.

use std::sync::LazyLock;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Value, json};
use vader_sentimental::SentimentIntensityAnalyzer;

use crate::models::description::{About, EXPLAINABLE, ModelInput, ModelOutput, Values, Version};
use crate::models::model::{Model, Outcome, Output, text};
use crate::models::tags::{LANGUAGE, LANGUAGE_AND_TEXT, MACHINE_LEARNING, OPINIONS, TEXT_CLASSIFICATION};

const INPUT: &str = "input.txt";
const OUTPUT: &str = "results.json";

/// The version whose results have no `data` member.
const FLAT_VERSION: &str = "0.0.27";

/// The least size of the parts of a text that are scored separately. The lexicon's rules read a whole part for each word, so the
/// time for one part grows with the square of its length.
const PART_BYTES: usize = 512;

/// The lexicon, loaded for the first text. Loading takes a few milliseconds.
static ANALYZER: LazyLock<SentimentIntensityAnalyzer<'static>> = LazyLock::new(SentimentIntensityAnalyzer::new);

static ABOUT: About = About {
    identifier: "ed542963de",
    name: "Sentiment Analysis",
    description: "Gives sentiment scores to English text, from a lexicon of words, emoticons and emoji.",
    permalink: "ed542963de-open-source-sentiment-analysis",
    tags: &[
        &LANGUAGE_AND_TEXT,
        &TEXT_CLASSIFICATION,
        &MACHINE_LEARNING,
        &LANGUAGE,
        &OPINIONS,
    ],
    has_images: true,
    features: &[EXPLAINABLE],
    is_recommended: true,
    last_active_at: Some(Timestamp::constant(1_612_137_600, 0)),
    ..About::BASE
};

const INPUTS: &[ModelInput] = &[ModelInput {
    name: INPUT,
    accepted_media_types: "text/plain",
    maximum_size: 64 << 20,
    description: "The text, in UTF-8.",
    is_optional: false,
}];

const OUTPUTS: &[ModelOutput] = &[ModelOutput {
    name: OUTPUT,
    media_type: "application/json",
    maximum_size: 1 << 20,
    description: "The classes neutral, positive and negative with their scores, best first.",
}];

const SAMPLE: &[(&str, &[u8])] = &[(INPUT, b"The staff was friendly, and I really loved the food!")];

const VERSION: Version = Version {
    number: "1.0.1",
    created_at: Timestamp::constant(1_612_137_600, 0),
    is_active: true,
    description: "Results have the members result, explanation and drift under data.",
    inputs: INPUTS,
    outputs: OUTPUTS,
    sample: SAMPLE,
};

/// The highest version is not active.
static VERSIONS: [Version; 4] = [
    Version {
        number: FLAT_VERSION,
        created_at: Timestamp::constant(1_572_566_400, 0),
        description: "Results have the members modelType, result and explanation.",
        ..VERSION
    },
    Version {
        number: "0.0.28",
        created_at: Timestamp::constant(1_580_515_200, 0),
        is_active: false,
        ..VERSION
    },
    VERSION,
    Version {
        number: "1.0.27",
        created_at: Timestamp::constant(1_619_827_200, 0),
        is_active: false,
        ..VERSION
    },
];

/// The model.
pub(crate) struct SentimentAnalysis;

impl Model for SentimentAnalysis {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn versions(&self) -> &'static [Version] {
        &VERSIONS
    }

    fn process(&self, version: &Version, values: &Values, explain: bool) -> Outcome {
        let text = text(values, INPUT)?;
        let result = json!({ "classPredictions": predictions(&Scores::of(text)) });
        let explanation = explain.then(|| json!({ "wordImportances": importances(text) }));
        let output = if version.number == FLAT_VERSION {
            json!({ "modelType": "textClassification", "result": result, "explanation": explanation })
        } else {
            json!({ "data": { "result": result, "explanation": explanation, "drift": null } })
        };
        Ok(IndexMap::from([(OUTPUT.into(), Output::Json(output))]))
    }
}

/// The shares of a text's words that are neutral, positive and negative. Their sum is 1.
#[derive(Debug, Default, PartialEq)]
struct Scores {
    neutral: f64,
    positive: f64,
    negative: f64,
}

impl Scores {
    /// Returns the mean of the parts' scores, weighted by their lengths. A text without words is neutral.
    fn of(text: &str) -> Self {
        let mut sum = Self::default();
        for part in parts(text) {
            let scores = ANALYZER.polarity_scores(part);
            let weight = f64::from(u32::try_from(part.len()).unwrap_or(u32::MAX));
            sum.neutral += scores.neu * weight;
            sum.positive += scores.pos * weight;
            sum.negative += scores.neg * weight;
        }
        let total = sum.neutral + sum.positive + sum.negative;
        if total > 0.0 {
            Self {
                neutral: sum.neutral / total,
                positive: sum.positive / total,
                negative: sum.negative / total,
            }
        } else {
            Self {
                neutral: 1.0,
                ..Self::default()
            }
        }
    }
}

/// Splits a text before whitespace into parts of at least `PART_BYTES`, except for the last one.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest
            .char_indices()
            .find(|(index, c)| *index >= PART_BYTES && c.is_whitespace())
            .map_or(rest.len(), |(index, _)| index);
        let (part, remainder) = rest.split_at_checked(end)?;
        rest = remainder;
        (!part.is_empty()).then_some(part)
    })
}

/// Returns the lexicon's words in a text, in their order, each once, with scores from -1 for the worst to 1 for the best.
fn importances(text: &str) -> Vec<Value> {
    let mut words = IndexMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'') {
        let score = ANALYZER.polarity_scores(word).compound;
        if score != 0.0 {
            words.entry(word).or_insert(score);
        }
    }
    words
        .iter()
        .map(|(word, score)| json!({ "word": word, "score": score }))
        .collect()
}

/// Returns the classes, best first, with scores of at most four decimals.
fn predictions(scores: &Scores) -> Vec<Value> {
    let mut classes = [
        ("neutral", scores.neutral),
        ("positive", scores.positive),
        ("negative", scores.negative),
    ]
    .map(|(class, score)| (class, (score * 10_000.0).round() / 10_000.0));
    classes.sort_by(|(_, first), (_, second)| second.total_cmp(first));
    classes
        .iter()
        .map(|(class, score)| json!({ "class": class, "score": score }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(text: &str) -> &'static str {
        let scores = Scores::of(text);
        [
            ("neutral", scores.neutral),
            ("positive", scores.positive),
            ("negative", scores.negative),
        ]
        .into_iter()
        .max_by(|first, second| first.1.total_cmp(&second.1))
        .unwrap()
        .0
    }

    #[test]
    fn texts_are_scored_by_their_meaning() {
        assert_eq!(best("Great! I love it!"), "positive");
        assert_eq!(best("Terrible. I hate it."), "negative");
        assert_eq!(best("The train leaves at noon."), "neutral");
    }

    #[test]
    fn a_text_without_words_is_neutral() {
        let neutral = Scores {
            neutral: 1.0,
            ..Scores::default()
        };
        for text in ["", " ", "\n\t", "a", "\u{0}", "\u{200b}"] {
            assert_eq!(Scores::of(text), neutral, "{text:?}");
        }
    }

    #[test]
    fn odd_texts_have_scores_that_add_up_to_one() {
        let long_word = "x".repeat(100_000);
        let marks = "?!".repeat(50_000);
        for text in [
            "😀",
            "👨🏿‍🎓 🖖🏻 ❤️",
            "e\u{301}\u{301}\u{301} \u{202e}drow",
            "kind of",
            "so so so so love but not never without doubt",
            ":) :( :D ...",
            "一二三 你好 مرحبا",
            &long_word,
            &marks,
        ] {
            let scores = Scores::of(text);
            let total = scores.neutral + scores.positive + scores.negative;
            assert!((total - 1.0).abs() < 1e-9, "{total} for {}", text.len());
        }
    }

    #[test]
    fn no_mixture_of_words_and_signs_crashes() {
        const PARTS: [&str; 24] = [
            "good",
            "BAD",
            "not",
            "n't",
            "very",
            "kind",
            "of",
            "so",
            "never",
            "without",
            "doubt",
            "least",
            "at",
            "but",
            "the bomb",
            "yeah right",
            "😀",
            "ß",
            ":)",
            "!!!",
            "?",
            "\u{0}",
            "'",
            "--",
        ];
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..2000 {
            let parts = (0..random.usize(..12)).filter_map(|_| random.choice(PARTS));
            let text = parts.collect::<Vec<_>>().join(" ");
            let scores = Scores::of(&text);
            let all = [scores.neutral, scores.positive, scores.negative];
            assert!(all.iter().all(|score| (0.0..=1.0).contains(score)), "{text:?}");
        }
    }

    #[test]
    fn a_long_text_takes_time_in_proportion_and_scores_like_its_parts() {
        let sentence = "I love this great and wonderful product. ";
        let (short, long) = (Scores::of(sentence), Scores::of(&sentence.repeat(5000)));
        assert!((short.positive - long.positive).abs() < 0.1);
    }

    #[test]
    fn parts_end_at_whitespace_and_lose_nothing() {
        let text = "äöü 😀 word ".repeat(500);
        let split: Vec<_> = parts(&text).collect();
        assert!(split.len() > 10);
        assert_eq!(split.concat(), text);
        for part in &split[1..] {
            assert!(part.starts_with(char::is_whitespace));
        }
        for part in &split[..split.len() - 1] {
            assert!((PART_BYTES..PART_BYTES + 20).contains(&part.len()));
        }
    }

    #[test]
    fn predictions_are_sorted_and_rounded() {
        let scores = Scores {
            neutral: 0.123_456,
            positive: 0.5,
            negative: 0.376_544,
        };
        assert_eq!(
            predictions(&scores),
            [
                json!({ "class": "positive", "score": 0.5 }),
                json!({ "class": "negative", "score": 0.3765 }),
                json!({ "class": "neutral", "score": 0.1235 }),
            ]
        );
    }

    #[test]
    fn scored_words_are_listed_once_and_with_their_sign() {
        let words = importances("A lovely, LOVELY day; what a horrible train. Lovely day!");
        let listed: Vec<_> = words
            .iter()
            .map(|entry| (entry["word"].as_str().unwrap(), entry["score"].as_f64().unwrap() > 0.0))
            .collect();
        assert_eq!(
            listed,
            [
                ("lovely", true),
                ("LOVELY", true),
                ("horrible", false),
                ("Lovely", true)
            ]
        );
        assert_eq!(importances("The train leaves at noon."), [] as [Value; 0]);
    }
}
