//! An output, and the responses of its server.

use modzy_client::{Client, Downloaded, Error, OutputRef};

use super::{folder::Folder, options, server::answer};

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

/// Returns the head of a response and this many bytes of its body.
pub(crate) fn begun(answer: &[u8], bytes: usize) -> Vec<u8> {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    answer[..head + bytes].to_vec()
}

/// Downloads the output to the place of a folder.
pub(crate) async fn download(client: &Client, folder: &Folder) -> Result<Downloaded, Error> {
    client
        .download_output(&named(), &folder.place(), &options(), |_| {})
        .await
}

/// Returns the content of the only file of a folder.
pub(crate) fn content(folder: &Folder) -> String {
    assert_eq!(folder.files(), ["output.bin"]);
    std::fs::read_to_string(folder.place()).unwrap()
}
