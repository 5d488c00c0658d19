//! Fuzz targets: the parsers of server input, and the encoders of caller input, as functions of any bytes.
//!
//! A target must not panic, and asserts what holds for every outcome. The fuzzers in `dev/fuzz/` run the targets, and
//! so does `cargo test`, with the corpus and with random bytes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a failed assertion must end the run, and only fuzzers and tests call this"
)]

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderMap;
use percent_encoding::percent_decode_str;

use crate::{
    auth::Auth,
    document::{self, Document, Members, without_mark},
    endpoint::{BaseUrl, encoded, segment},
    error::BodyFault,
    jobs::is_final_status,
    results::{self, Found, Section},
    transport::{Data, ErrorText, Mask, Payload, retry},
    uploads::{self, size},
};

/// A target: the name of its corpus, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 7] = [
    ("url", url),
    ("retry_after", retry_after),
    ("size", size),
    ("status", status),
    ("results", results),
    ("error_body", error_body),
    ("multipart", multipart),
];

const SECRET: &str = "theSecretBody";

/// Builds a route from two segments and a query value, below a fixed base URL and below one from the same bytes.
pub fn url(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(4, '\n');
    let [first, second, value, root] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let fixed = BaseUrl::api("https://example.com:8443/api").expect("a base URL");
    let (Ok(one), Ok(two)) = (segment("job_id", first), segment("input_key", second)) else {
        let is_refused = |text: &&str| text.trim().is_empty() || matches!(*text, "." | "..");
        assert!([first, second].iter().any(is_refused));
        return;
    };
    let path = format!("/results/{one}/datasource/{two}?page={}", encoded(value));
    let url = fixed.route(&path);
    assert!(fixed.is_origin_of(&url));
    assert_eq!((url.fragment(), url.username(), url.password()), (None, "", None));
    let segments: Vec<_> = url.path_segments().into_iter().flatten().collect();
    let decoded: Vec<_> = segments
        .iter()
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy())
        .collect();
    assert_eq!(decoded, ["api", "results", first, "datasource", second]);
    let query: Vec<_> = url.query_pairs().collect();
    assert_eq!(query, [("page".into(), value.into())]);
    for base in [BaseUrl::api(root), BaseUrl::host(root)].into_iter().flatten() {
        let url = base.route(&path);
        assert!(base.is_origin_of(&url) && matches!(url.scheme(), "http" | "https"));
        assert!(url.as_str().starts_with(base.as_str()) && url.path().ends_with(&format!("/{one}/datasource/{two}")));
    }
}

/// Reads `Retry-After`.
pub fn retry_after(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let now = UNIX_EPOCH + Duration::from_hours(490_000);
    if let Some(pause) = retry::retry_after(&text, now) {
        assert!(pause <= Duration::from_hours(24 * 365 * 8000));
    }
}

/// Reads a size.
pub fn size(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(bytes) = size::bytes(&text) {
        assert!(bytes > 0 && text.trim().starts_with(|first: char| first.is_ascii_digit()));
    }
}

/// Reads the status of a job.
pub fn status(data: &[u8]) {
    let Ok(document) = Document::from_body(data.to_vec()) else {
        return;
    };
    assert_eq!(document.as_str().as_bytes(), without_mark(data));
    if let Some(status) = document.string_member("status") {
        assert!(document.is_object());
        let _ = is_final_status(&status);
    }
}

/// Finds and reads the inputs of results that arrive in chunks. A chunk ends at each byte `0xff`, which UTF-8 never
/// has.
pub fn results(data: &[u8]) {
    const LIMIT: usize = 16;
    let chunks: Vec<_> = data.split(|byte| *byte == 0xff).collect();
    let text = chunks.concat();
    let whole = results::scan([text.as_slice()], usize::MAX);
    assert_eq!(whole, results::scan(chunks.clone(), usize::MAX));
    assert_eq!(whole, results::scan(text.chunks(1), usize::MAX));
    let (inputs, end) = &whole;
    match document::check(without_mark(&text)) {
        Ok(text) => assert_eq!(whole, inputs_of(text)),
        // The scanner may report another fault before the rest has come.
        Err(_) => assert!(matches!(
            end,
            Err(BodyFault::NotJson | BodyFault::NotUtf8 | BodyFault::NotObject | BodyFault::NoResults)
        )),
    }
    for found in inputs {
        if let Ok(read) = results::read(found) {
            assert_eq!(document::check(read.as_str().as_bytes()), Ok(read.as_str()));
        }
    }
    let (limited, its_end) = results::scan(chunks, LIMIT);
    assert!(inputs.starts_with(&limited));
    assert!(
        limited
            .iter()
            .all(|found| found.key.len().max(found.value.len()) <= LIMIT)
    );
    assert!(its_end == *end || (its_end == Err(BodyFault::TooLarge) && text.len() > LIMIT));
}

/// Returns the inputs that a parser of the whole text finds.
fn inputs_of(text: &str) -> (Vec<Found>, Result<(), BodyFault>) {
    let mut inputs = Vec::new();
    let Some(members) = Members::read(text) else {
        return (inputs, Err(BodyFault::NotObject));
    };
    for (name, member) in members.iter() {
        let section = match document::name(name).as_deref() {
            Some("results") => Section::Results,
            Some("failures") => Section::Failures,
            _ => continue,
        };
        match Members::read(member.get()) {
            Some(members) => inputs.extend(members.iter().map(|(key, value)| Found {
                section,
                key: key.get().to_owned().into(),
                value: value.get().to_owned().into(),
            })),
            None if member.get() == "null" => {}
            None => return (inputs, Err(BodyFault::NoResults)),
        }
    }
    (inputs, Ok(()))
}

/// Reads the body of a response outside 2xx, complete and truncated, and masks the key in it.
pub fn error_body(data: &[u8]) {
    let auth = Auth::api_key(format!("aPrefix.{SECRET}"));
    let headers = HeaderMap::new();
    let mask = Mask::new(&auth, &headers, Bytes::new(), None);
    for is_cut in [false, true] {
        let text = ErrorText::read(&mask, data, is_cut);
        assert!(text.message.as_ref().is_none_or(|message| message.len() <= 1024));
        assert!(text.body.as_ref().is_none_or(|body| body.len() <= 64 * 1024));
        for shown in text.message.iter().chain(&text.body) {
            assert!(!shown.contains(SECRET));
            // Neither must JSON within JSON show the key.
            let mut read = shown.clone();
            while let Ok(serde_json::Value::String(inner)) = serde_json::from_str(&read) {
                assert!(!inner.contains(SECRET), "{shown}");
                read = inner;
            }
            assert!(
                !percent_decode_str(shown).decode_utf8_lossy().contains(SECRET),
                "{shown}"
            );
        }
    }
}

/// Frames a chunk under the name of an input.
pub fn multipart(data: &[u8]) {
    let name = String::from_utf8_lossy(data);
    let chunk = Data::Bytes(data.to_vec().into());
    let Ok(Payload::Framed {
        content_type,
        head,
        tail,
        ..
    }) = uploads::part(&name, chunk)
    else {
        panic!("a chunk is always framed");
    };
    let boundary = content_type.to_str().expect("visible characters");
    let boundary = boundary
        .strip_prefix("multipart/form-data; boundary=")
        .expect("the type of a form");
    assert!(boundary.len() <= 70 && !data.windows(boundary.len()).any(|part| part == boundary.as_bytes()));
    let head = std::str::from_utf8(&head).expect("a head in UTF-8");
    let lines: Vec<_> = head.split("\r\n").collect();
    let [opening, disposition, media_type, "", ""] = lines.as_slice() else {
        panic!("a boundary, two headers and an empty line, not {lines:?}");
    };
    assert_eq!(*opening, format!("--{boundary}"));
    let file_name = disposition
        .strip_prefix("Content-Disposition: form-data; name=\"input\"; filename=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .expect("a name and a file's name");
    assert!(!file_name.contains(['"', '\r', '\n']));
    assert!(media_type.starts_with("Content-Type: ") && media_type.contains('/'));
    assert_eq!(tail, format!("\r\n--{boundary}--\r\n"));
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use proptest::{
        collection::vec,
        prelude::{Just, Strategy, any},
        prop_oneof,
        sample::{Index, select},
        test_runner::{Config, TestRunner},
    };

    use super::*;

    /// The number of random inputs of each target, unless `FUZZ_CASES` sets another.
    const CASES: u32 = 3000;

    fn corpus(name: &str) -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../dev/fuzz/seeds")
            .join(name);
        let files = fs::read_dir(folder).unwrap();
        files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
    }

    /// Parts of seeds between random bytes, or whole seeds with a few random bytes: nearly valid input finds more than
    /// random bytes.
    fn bytes_around(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
        let more = vec((any::<Index>(), prop_oneof![any::<u8>(), Just(0xff)]), 0..6);
        let with_more = (select(seeds.clone()), more).prop_map(|(mut seed, more)| {
            for (at, byte) in more {
                seed.insert(at.index(seed.len() + 1), byte);
            }
            seed
        });
        let numbers = 0..seeds.len();
        let part = (numbers, any::<(u8, u8)>()).prop_map(move |(number, (from, length))| {
            let seed = seeds.get(number).cloned().unwrap_or_default();
            let from = usize::from(from) % (seed.len() + 1);
            seed.into_iter().skip(from).take(usize::from(length)).collect()
        });
        let any = prop_oneof![
            vec(any::<u8>(), 0..24),
            vec(prop_oneof![Just(b'\\'), Just(b'"'), Just(b'%'), Just(b'\n')], 0..4)
        ];
        let in_parts = vec(prop_oneof![2 => part, 1 => any], 0..6).prop_map(|parts| parts.concat());
        prop_oneof![in_parts, with_more]
    }

    #[test]
    fn no_target_panics_with_its_seeds_or_with_random_bytes_around_them() {
        let cases = env::var("FUZZ_CASES").map_or(CASES, |cases| cases.parse().unwrap());
        let only = env::var("FUZZ_TARGET").ok();
        for (name, target) in TARGETS {
            if only.as_deref().is_some_and(|only| only != name) {
                continue;
            }
            let seeds = corpus(name);
            assert!(seeds.len() >= 5, "{name}");
            for seed in &seeds {
                target(seed);
            }
            let config = Config {
                cases,
                failure_persistence: None,
                ..Config::default()
            };
            TestRunner::new(config)
                .run(&bytes_around(seeds), |data| {
                    target(&data);
                    Ok(())
                })
                .unwrap_or_else(|failure| panic!("{name}: {failure}"));
        }
    }
}
