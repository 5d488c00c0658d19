//! The URLs of single outputs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that are encoded in a segment of a path: all but the unreserved ones.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the URL that the results contain for an output that is not JSON. It ends in a newline, as in the reference's sample.
pub(super) fn link(base_url: &str, job: &str, key: &str, output: &str) -> String {
    let [key_segment, output] = [key, output].map(|segment| utf8_percent_encode(segment, SEGMENT));
    // The router would mistake the short form of this key for the route of the long form.
    let route = if key == "datasource" {
        format!("datasource/{key_segment}/output/{output}")
    } else {
        format!("{key_segment}/{output}")
    };
    format!("{base_url}/results/{job}/{route}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_encodes_the_key_and_ends_in_a_newline() {
        assert_eq!(
            link("http://h/api", "j", "a/b?# ü", "results.wav"),
            "http://h/api/results/j/a%2Fb%3F%23%20%C3%BC/results.wav\n"
        );
        assert_eq!(
            link("http://h/api", "j", "datasource", "o"),
            "http://h/api/results/j/datasource/datasource/output/o\n"
        );
    }
}
