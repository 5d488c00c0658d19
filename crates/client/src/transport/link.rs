//! Reads the `Link` header of a collection (RFC 8288): whether there is a next page.

use http::{HeaderMap, header::LINK};

/// Whether one of the links of the response has the relation `next`.
pub(crate) fn has_next(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    values.any(names_next)
}

fn names_next(value: &str) -> bool {
    // Targets and quoted texts may contain the characters that separate links and parameters.
    let mut closed_by = None;
    let mut parameters = value.split(|c: char| {
        if let Some(end) = closed_by {
            if c == end {
                closed_by = None;
            }
            return false;
        }
        closed_by = match c {
            '<' => Some('>'),
            '"' => Some('"'),
            _ => None,
        };
        matches!(c, ';' | ',')
    });
    parameters.any(|parameter| {
        let Some((name, relations)) = parameter.split_once('=') else {
            return false;
        };
        let mut relations = relations.trim().trim_matches('"').split_whitespace();
        name.trim().eq_ignore_ascii_case("rel") && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_page_is_found_in_every_spelling() {
        for value in [
            r#"<https://example.com/api/models?page=2>; rel="next""#,
            "<https://example.com/api/models?page=2>;rel=next",
            r#"<a>; rel="prev", <b>; rel="next""#,
            r#"<a,b;c>; title="x, y; z" ; REL = "last NEXT""#,
        ] {
            assert!(names_next(value), "{value}");
        }
    }

    #[test]
    fn other_links_are_not_a_next_page() {
        for value in [
            "",
            "next",
            r#"<a>; rel="prev""#,
            r#"<https://example.com/?x=1; rel=next>; rel="last""#,
            r#"<a>; title="; rel=next"; rel="first""#,
            r#"<a>; rel="nextish""#,
            r#"<a>; rev="next""#,
        ] {
            assert!(!names_next(value), "{value}");
        }
    }
}
