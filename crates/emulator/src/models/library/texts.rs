//! The descriptions of small models that read a text. `words` has their functions.

use jiff::Timestamp;

use super::words::{INPUT, keywords, language, length, readability, sentiment_words, upper_case, word_count};
use crate::models::description::{About, Feature, JSON, ModelInput, Version};
use crate::models::model::Described;
use crate::models::tags::{LANGUAGE_AND_TEXT, TEXT_CLASSIFICATION, TEXT_STATISTICS};

pub(super) const TEXT: ModelInput = ModelInput {
    name: INPUT,
    accepted_media_types: "text/plain",
    maximum_size: 64 << 20,
    description: "The text, in UTF-8.",
    is_optional: false,
};

const VERSION: Version = Version {
    number: "",
    created_at: Timestamp::UNIX_EPOCH,
    is_active: true,
    description: "",
    inputs: &[TEXT],
    outputs: JSON,
    sample: &[],
};

pub(crate) static WORD_COUNT: Described = Described {
    about: About {
        identifier: "w0rdc0unt1",
        name: "Word Count",
        description: "Counts the lines, words and characters of a text.",
        permalink: "w0rdc0unt1-word-count",
        tags: &[&LANGUAGE_AND_TEXT, &TEXT_STATISTICS],
        author: "Emulator",
        is_recommended: true,
        last_active_at: Some(Timestamp::constant(1_640_995_200, 0)),
        ..About::BASE
    },
    versions: &[
        Version {
            number: "0.9.0",
            created_at: Timestamp::constant(1_577_836_800, 0),
            is_active: false,
            sample: &[(INPUT, b"one two\nthree")],
            ..VERSION
        },
        Version {
            number: "1.0.0",
            created_at: Timestamp::constant(1_609_459_200, 0),
            is_active: true,
            sample: &[(INPUT, b"one two\nthree")],
            ..VERSION
        },
        Version {
            number: "1.10.0",
            created_at: Timestamp::constant(1_635_724_800, 0),
            is_active: true,
            sample: &[(INPUT, b"one two\nthree")],
            ..VERSION
        },
    ],
    process: word_count,
};

pub(crate) static LANGUAGE_GUESS: Described = Described {
    about: About {
        identifier: "l4ngu4g3gs",
        name: "Language Guess",
        description: "Guesses whether a text is English, German, French or Spanish, by its most common words.",
        permalink: "l4ngu4g3gs-language-guess",
        tags: &[&LANGUAGE_AND_TEXT, &TEXT_CLASSIFICATION],
        author: "Emulator Labs",
        created_by: "labs@emulator.local",
        features: &[Feature {
            identifier: "retrainable",
            name: "Retrainable",
            description: "Could learn more languages.",
        }],
        is_commercial: true,
        last_active_at: Some(Timestamp::constant(1_646_092_800, 0)),
        expires_at: Some(Timestamp::constant(4_070_908_800, 0)),
        ..About::BASE
    },
    versions: &[
        Version {
            number: "1.0.0",
            created_at: Timestamp::constant(1_614_556_800, 0),
            is_active: true,
            sample: &[(INPUT, b"Das ist nicht der Weg zu dem Haus.")],
            ..VERSION
        },
        Version {
            number: "2.0.1",
            created_at: Timestamp::constant(1_643_673_600, 0),
            is_active: true,
            sample: &[(INPUT, b"Das ist nicht der Weg zu dem Haus.")],
            ..VERSION
        },
    ],
    process: language,
};

pub(crate) static UPPER_CASE: Described = Described {
    about: About {
        identifier: "upp3rc4s3x",
        name: "Upper Case",
        description: "Puts a text into upper case.",
        permalink: "upp3rc4s3x-upper-case",
        tags: &[&LANGUAGE_AND_TEXT],
        author: "Emulator",
        ..About::BASE
    },
    versions: &[Version {
        number: "0.1.0",
        created_at: Timestamp::constant(1_593_561_600, 0),
        is_active: true,
        sample: &[(INPUT, "straße".as_bytes())],
        ..VERSION
    }],
    process: upper_case,
};

pub(crate) static TEXT_LENGTH: Described = Described {
    about: About {
        identifier: "t3xtl3ngth",
        name: "Text Length",
        description: "Computes the length of a text in bytes, UTF-16 units and characters.",
        permalink: "t3xtl3ngth-text-length",
        tags: &[&LANGUAGE_AND_TEXT, &TEXT_STATISTICS],
        author: "Emulator",
        last_active_at: Some(Timestamp::constant(1_601_510_400, 0)),
        ..About::BASE
    },
    versions: &[
        Version {
            number: "1.0.0",
            created_at: Timestamp::constant(1_580_515_200, 0),
            is_active: false,
            sample: &[(INPUT, "häuser".as_bytes())],
            ..VERSION
        },
        Version {
            number: "1.1.0",
            created_at: Timestamp::constant(1_596_240_000, 0),
            is_active: false,
            sample: &[(INPUT, "häuser".as_bytes())],
            ..VERSION
        },
    ],
    process: length,
};

pub(crate) static SENTIMENT_WORDS: Described = Described {
    about: About {
        identifier: "s3nt1m3ntw",
        name: "Sentiment Words",
        description: "Finds the words of praise and of blame in an English text.",
        permalink: "s3nt1m3ntw-sentiment-words",
        tags: &[&LANGUAGE_AND_TEXT, &TEXT_CLASSIFICATION],
        author: "Emulator Labs",
        created_by: "labs@emulator.local",
        is_commercial: true,
        ..About::BASE
    },
    versions: &[Version {
        number: "0.2.0",
        created_at: Timestamp::constant(1_617_235_200, 0),
        is_active: true,
        sample: &[(INPUT, b"A good start, a terrible end.")],
        ..VERSION
    }],
    process: sentiment_words,
};

pub(crate) static KEYWORDS: Described = Described {
    about: About {
        identifier: "k3yw0rds01",
        name: "Keywords",
        description: "Finds the words that a text uses most, common words apart.",
        permalink: "k3yw0rds01-keywords",
        tags: &[&LANGUAGE_AND_TEXT, &TEXT_STATISTICS],
        is_recommended: true,
        last_active_at: Some(Timestamp::constant(1_651_363_200, 0)),
        ..About::BASE
    },
    versions: &[
        Version {
            number: "1.0.0",
            created_at: Timestamp::constant(1_622_505_600, 0),
            is_active: true,
            sample: &[(INPUT, b"The whale is white. The whale swims.")],
            ..VERSION
        },
        Version {
            number: "1.2.0",
            created_at: Timestamp::constant(1_648_771_200, 0),
            is_active: false,
            sample: &[(INPUT, b"The whale is white. The whale swims.")],
            ..VERSION
        },
    ],
    process: keywords,
};

pub(crate) static READABILITY: Described = Described {
    about: About {
        identifier: "r34d4b1l1t",
        name: "Readability",
        description: "Computes the average length of the words and sentences of a text.",
        permalink: "r34d4b1l1t-readability",
        tags: &[&LANGUAGE_AND_TEXT, &TEXT_STATISTICS],
        author: "Emulator Labs",
        created_by: "labs@emulator.local",
        is_commercial: true,
        last_active_at: Some(Timestamp::constant(1_630_454_400, 0)),
        expires_at: Some(Timestamp::constant(1_672_531_200, 0)),
        ..About::BASE
    },
    versions: &[Version {
        number: "3.0.0",
        created_at: Timestamp::constant(1_627_776_000, 0),
        is_active: true,
        sample: &[(INPUT, b"Short words. They are easy to read!")],
        ..VERSION
    }],
    process: readability,
};
