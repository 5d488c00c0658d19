//! Single outputs: where they are, and their bytes.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The URL by which the results show an output that is not JSON. It ends in a newline, as in the reference's sample.
pub(super) fn link(base_url: &str, job: &str, key: &str, output: &str) -> String {
    let [key_segment, output] = [key, output].map(|segment| utf8_percent_encode(segment, NON_ALPHANUMERIC));
    // The short form of this key would be taken for the route of the long form.
    let route = if key == "datasource" {
        format!("datasource/{key_segment}/output/{output}")
    } else {
        format!("{key_segment}/{output}")
    };
    format!("{base_url}/results/{job}/{route}\n")
}
