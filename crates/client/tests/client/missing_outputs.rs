//! Successful responses that are not the output: the client requests the output again, and never uses them as the
//! output.

use std::{fs, path::Path};

use modzy_client::{BodyFault, Client, Downloaded, Error};

use crate::support::{
    attempts, body_fault,
    folder::Folder,
    options,
    output::{named, whole},
    server::{Reply, Server, answer},
    skipping,
};

const V1: &str = "etag: \"one\"\r\n";

async fn download(client: &Client, place: &Path) -> Result<Downloaded, Error> {
    client.download_output(&named(), place, &options(), |_| {}).await
}

#[tokio::test]
async fn a_success_without_the_output_is_an_error_and_leaves_the_old_file() {
    for code in [201, 202, 204, 205, 207] {
        // Once at the beginning, and once instead of the rest.
        for is_cut in [false, true] {
            let mut cut = whole(V1, "0123456789");
            cut.truncate(cut.len() - 6);
            let server = Server::start(move |_, nth| {
                if is_cut && nth == 0 {
                    return Reply::Close(cut.clone());
                }
                Reply::Keep(answer(code, V1, ""))
            })
            .await;
            let (client, _) = skipping(&server.api());
            let folder = Folder::new();
            fs::write(folder.place(), "good").unwrap();
            let error = download(&client, &folder.place()).await.unwrap_err();
            assert_eq!(
                (error.status(), body_fault(&error)),
                (Some(code), Some(BodyFault::NoOutput)),
                "{error:?}"
            );
            // Three attempts have two retries.
            assert_eq!((attempts(&error), server.count()), (3, 3), "{error:?}");
            let expected = format!("the answer is not the output (status {code})");
            assert_eq!(error.to_string(), expected);
            assert_eq!(fs::read_to_string(folder.place()).unwrap(), "good");
            assert_eq!(folder.files(), ["output.bin"]);
            if !is_cut {
                let error = client.open_output(&named(), &options()).await.unwrap_err();
                assert_eq!(body_fault(&error), Some(BodyFault::NoOutput), "{error:?}");
                let error = client.get_output_contents(&named(), &options()).await.unwrap_err();
                assert_eq!(body_fault(&error), Some(BodyFault::NoOutput), "{error:?}");
            }
        }
    }
    // An output may be empty, and a proxy may have transformed it.
    for code in [200, 203] {
        let server = Server::always(Reply::Keep(answer(code, "", ""))).await;
        let (client, _) = skipping(&server.api());
        let folder = Folder::new();
        assert_eq!(download(&client, &folder.place()).await.unwrap().bytes, 0);
        assert_eq!(fs::read_to_string(folder.place()).unwrap(), "");
    }
}

/// Answers a range as if it were a whole output: with the status 200, and with or without the range's place.
fn rest_in_disguise(with_range: bool) -> Reply {
    let range = if with_range {
        "content-range: bytes 4-9/10\r\n"
    } else {
        ""
    };
    Reply::Keep(answer(200, &format!("{range}{V1}"), "456789"))
}

#[tokio::test]
async fn a_part_without_the_status_of_a_part_is_never_the_whole() {
    for with_range in [false, true] {
        let mut cut = whole(V1, "0123456789");
        cut.truncate(cut.len() - 6);
        let server = Server::start(move |_, nth| match nth {
            0 => Reply::Close(cut.clone()),
            1 => rest_in_disguise(with_range),
            _ => Reply::Keep(whole(V1, "0123456789")),
        })
        .await;
        let (client, _) = skipping(&server.api());
        let folder = Folder::new();
        assert_eq!(download(&client, &folder.place()).await.unwrap().bytes, 10);
        assert_eq!(fs::read_to_string(folder.place()).unwrap(), "0123456789");
        assert_eq!(server.count(), 3);
    }
    let server = Server::always(rest_in_disguise(true)).await;
    let (client, _) = skipping(&server.api());
    let folder = Folder::new();
    fs::write(folder.place(), "good").unwrap();
    let error = download(&client, &folder.place()).await.unwrap_err();
    assert_eq!(body_fault(&error), Some(BodyFault::Partial), "{error:?}");
    assert_eq!(fs::read_to_string(folder.place()).unwrap(), "good");
    let error = client.get_output_contents(&named(), &options()).await.unwrap_err();
    assert_eq!(body_fault(&error), Some(BodyFault::Partial), "{error:?}");
}
