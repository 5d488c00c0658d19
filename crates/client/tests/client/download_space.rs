//! Downloads onto files with holes, on disks of a given size: the space is reserved before the old content changes.
#![cfg(target_os = "linux")]

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use crate::support::{
    disk::Disk,
    folder::Folder,
    options,
    output::{named, whole},
    server::{Reply, Server},
    skipping,
};

const MIB: usize = 1024 * 1024;

/// Writes a file of 2 MiB that is a hole except for its first and last bytes, and gives it another name, so that
/// downloads overwrite it in place. Returns its content.
fn write_file_with_a_hole(place: &Path) -> Vec<u8> {
    let mut file = File::create(place).unwrap();
    file.write_all(b"old").unwrap();
    file.set_len(2 * MIB as u64 - 3).unwrap();
    let mut end = fs::OpenOptions::new().append(true).open(place).unwrap();
    end.write_all(b"end").unwrap();
    fs::hard_link(place, place.with_extension("other")).unwrap();
    assert!(file.metadata().unwrap().blocks() * 512 < MIB as u64);
    fs::read(place).unwrap()
}

#[tokio::test]
async fn space_for_the_holes_of_a_file_is_reserved_before_the_file_is_overwritten() {
    let new = "n".repeat(2 * MIB);
    let server = Server::always(Reply::Keep(whole("", &new))).await;
    let (client, _) = skipping(&server.api());
    // Both disks have room for the temporary file, but the first one not for the hole as well.
    for (size, has_room) in [("3m", false), ("5m", true)] {
        let folder = Folder::new();
        let Some(disk) = Disk::new(&folder, size) else {
            eprintln!("skipped: no file system can be mounted on this system");
            return;
        };
        let place = disk.path().join("output.bin");
        let old = write_file_with_a_hole(&place);
        let done = client.download_output(&named(), &place, &options(), |_| {}).await;
        let expected = if has_room {
            assert_eq!(done.unwrap().bytes, new.len() as u64);
            new.as_bytes()
        } else {
            let error = done.unwrap_err();
            assert!(error.to_string().contains("No space left on device"), "{error}");
            &old
        };
        assert!(fs::read(&place).unwrap() == expected, "{size}");
        assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 2, "{size}");
    }
}
