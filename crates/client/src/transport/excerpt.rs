//! What a message shows of a body that is not JSON: its media type and its first words.

/// How many characters of the text are shown.
const MOST: usize = 80;

/// How many bytes of a body are searched for words.
pub(super) const SEARCHED: usize = 4 * 1024;

/// Describes a body by its media type and its beginning, to follow the fault in a message.
pub(super) fn describe(media_type: Option<&str>, beginning: &str) -> String {
    let media_type = media_type.map(|media_type| media_type.split(';').next().unwrap_or_default().trim());
    let words = words(beginning);
    match (media_type.filter(|media_type| !media_type.is_empty()), words.is_empty()) {
        (None, true) => String::new(),
        (None, false) => format!(", but begins {words:?}"),
        (Some(media_type), true) => format!(", but {media_type}"),
        (Some(media_type), false) => format!(", but {media_type} that begins {words:?}"),
    }
}

/// Returns the first words: of a page those of its title, or of its text without the tags.
fn words(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|at| {
        let begin = at + lower.get(at..)?.find('>')? + 1;
        let length = lower.get(begin..)?.find("</title")?;
        text.get(begin..begin + length)
    });
    let title = title.filter(|title| !title.trim().is_empty());
    let shown = title.map_or_else(|| without_tags(text), str::to_owned);
    let mut words = String::new();
    for word in shown.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.extend(word.chars().filter(|letter| !letter.is_control()));
        if words.chars().count() >= MOST {
            let kept = words.chars().take(MOST).collect();
            return kept;
        }
    }
    words
}

fn without_tags(text: &str) -> String {
    let mut is_in_tag = false;
    let visible = text.chars().filter_map(|letter| match letter {
        '<' => {
            is_in_tag = true;
            Some(' ')
        }
        '>' if is_in_tag => {
            is_in_tag = false;
            None
        }
        _ if is_in_tag => None,
        _ => Some(letter),
    });
    visible.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_described_by_its_title_or_its_text() {
        for (media_type, body, shown) in [
            (
                Some("text/html; charset=utf-8"),
                "<!DOCTYPE html><html><head><TITLE lang=en>\n Sign in\n to Modzy </title><style>a{}</style>",
                ", but text/html that begins \"Sign in to Modzy\"",
            ),
            (
                Some("text/html"),
                "<html><body><h1>Welcome</h1><p>to nginx",
                ", but text/html that begins \"Welcome to nginx\"",
            ),
            (Some("text/plain"), "OK", ", but text/plain that begins \"OK\""),
            (Some("image/png"), "", ", but image/png"),
            (
                None,
                "down\u{7} for \"repair\"",
                ", but begins \"down for \\\"repair\\\"\"",
            ),
            (None, "  ", ""),
        ] {
            assert_eq!(describe(media_type, body), shown);
        }
        let long = describe(None, &"word ".repeat(100));
        assert_eq!(long.chars().count(), ", but begins \"\"".len() + MOST);
    }
}
