#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| modzy_client::fuzzing::multipart(data));
