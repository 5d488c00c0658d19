//! Paths of an upload that do not name a plain file.
#![cfg(unix)]

use std::path::PathBuf;

use modzy_client::{Error, FileSource, InputFault};

use crate::support::{
    folder::Folder,
    input_fault,
    server::{Server, status},
    skipping,
    upload::{file_job, upload},
};

#[tokio::test]
async fn a_path_that_is_not_a_file_or_has_no_size_is_refused_before_anything_is_sent() {
    let folder = Folder::new();
    let pipe = folder.pipe("pipe");
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    let server = Server::always(status(500)).await;
    let (client, _) = skipping(&server.api());
    let mut refused: Vec<(PathBuf, &str)> = vec![
        (pipe, "is not a file"),
        (link, "is not a file"),
        (socket, "is not a file"),
        ("/dev/zero".into(), "is not a file"),
        ("/dev/null".into(), "is not a file"),
    ];
    if cfg!(target_os = "linux") {
        refused.push(("/proc/cpuinfo".into(), "does not say how long it is"));
    }
    let of_sys = PathBuf::from("/sys/class/net/lo/mtu");
    if of_sys.exists() {
        refused.push((of_sys, "is shorter than the system says"));
    }
    for (path, reason) in refused {
        let shown = path.display().to_string();
        let error = upload(&client, file_job(vec![("k", "n", FileSource::Path(path))]))
            .await
            .result
            .unwrap_err();
        assert_eq!(input_fault(&error), Some(InputFault::Unusable), "{shown}: {error:?}");
        assert!(
            matches!(&error, Error::Input { reason: text, .. } if text.contains(reason)),
            "{shown}: {error}"
        );
    }
    assert_eq!(server.count(), 0);
}
