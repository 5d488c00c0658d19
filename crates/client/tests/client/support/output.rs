//! An output, and the responses of its server.

use modzy_client::OutputRef;

use super::server::answer;

pub(crate) fn named() -> OutputRef {
    OutputRef::Named {
        job_id: "j".to_owned(),
        input_key: "a b".to_owned(),
        output_name: "out/put".to_owned(),
    }
}

pub(crate) const ROUTE: &str = "GET /api/results/j/datasource/a%20b/output/out%2Fput";

pub(crate) fn whole(headers: &str, body: &str) -> Vec<u8> {
    answer(200, &format!("content-type: audio/wav\r\n{headers}"), body)
}
