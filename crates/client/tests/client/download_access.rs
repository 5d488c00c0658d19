//! The metadata of a file, and who may read the file, before, during and after a download that replaces it.

#![cfg(target_os = "linux")]

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    sync::{Arc, Mutex},
};

use rustix::fs::{XattrFlags, getxattr, setxattr};

use crate::support::{
    folder::Folder,
    options,
    output::{named, whole},
    server::{Reply, Server},
    skipping,
};

const ACCESS: &str = "system.posix_acl_access";
const DEFAULT: &str = "system.posix_acl_default";

const NEW: &str = "bytes";

/// An access control list in the system's form: user 1234 may read and write as far as the mask allows.
fn list(mask: u16) -> Vec<u8> {
    let nobody = u32::MAX;
    let entries = [
        (0x01_u16, 6_u16, nobody),
        (0x02, 6, 1234),
        (0x04, 4, nobody),
        (0x10, mask, nobody),
        (0x20, 0, nobody),
    ];
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, may, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(may.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

fn attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 4096];
    let length = getxattr(path, name, &mut value[..]).ok()?;
    value.truncate(length);
    Some(value)
}

fn set(path: &Path, name: &str, value: &[u8]) -> bool {
    let set = setxattr(path, name, value, XattrFlags::empty()).is_ok();
    if !set {
        eprintln!("skipped: {name} cannot be set on this system");
    }
    set
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

/// Downloads into a folder, and returns the mode of the temporary file.
async fn download(folder: &Folder) -> u32 {
    let (within, seen) = (folder.path().to_owned(), Arc::new(Mutex::new(0)));
    let noted = Arc::clone(&seen);
    let server = Server::start(move |_, _| {
        *noted.lock().unwrap() = mode(&within.join(".output.bin.modzy-0.part"));
        Reply::Keep(whole("", NEW))
    })
    .await;
    let (client, _) = skipping(&server.api());
    client
        .download_output(&named(), &folder.place(), &options(), |_| {})
        .await
        .unwrap();
    assert_eq!(fs::read_to_string(folder.place()).unwrap(), NEW);
    *seen.lock().unwrap()
}

#[tokio::test]
async fn the_access_control_list_of_a_folder_does_not_open_an_existing_file() {
    for of_file in [0o640, 0o600, 0o644, 0o664] {
        let folder = Folder::new();
        let place = folder.file("output.bin", b"old");
        fs::set_permissions(&place, Permissions::from_mode(of_file)).unwrap();
        if !set(folder.path(), DEFAULT, &list(7)) {
            return;
        }
        assert_eq!(download(&folder).await, 0o600);
        assert_eq!((mode(&place), attribute(&place, ACCESS)), (of_file, None));
        assert_eq!(folder.files(), ["output.bin"]);
    }
}

#[tokio::test]
async fn a_new_file_has_the_permissions_of_every_new_file_in_its_folder() {
    for has_list in [true, false] {
        let folder = Folder::new();
        if has_list && !set(folder.path(), DEFAULT, &list(6)) {
            return;
        }
        File::create(folder.path().join("another")).unwrap();
        assert_eq!(download(&folder).await, 0o600);
        let (place, another) = (folder.place(), folder.path().join("another"));
        assert_eq!(mode(&place), mode(&another));
        assert_eq!(attribute(&place, ACCESS), attribute(&another, ACCESS));
        assert_eq!(attribute(&place, ACCESS).is_some(), has_list);
        assert_eq!(folder.files().len(), 2);
    }
}

#[tokio::test]
async fn a_replaced_file_keeps_its_access_control_list_and_its_attributes() {
    let kept: [(&str, &[u8]); 4] = [
        ("user.note", b"mine"),
        ("user.empty", b""),
        ("user.long", &[7; 1000]),
        ("trusted.note", b"of root"),
    ];
    for of_folder in [None, Some(7)] {
        let folder = Folder::new();
        let place = folder.file("output.bin", b"old");
        if of_folder.is_some_and(|mask| !set(folder.path(), DEFAULT, &list(mask))) || !set(&place, ACCESS, &list(4)) {
            return;
        }
        let before = (mode(&place), attribute(&place, ACCESS));
        let set: Vec<_> = kept
            .into_iter()
            .filter(|(name, value)| set(&place, name, value))
            .collect();
        let number = fs::metadata(&place).unwrap().ino();
        assert_eq!(download(&folder).await, 0o600);
        assert_ne!(fs::metadata(&place).unwrap().ino(), number);
        assert_eq!((mode(&place), attribute(&place, ACCESS)), before);
        for (name, value) in set {
            assert_eq!(attribute(&place, name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(folder.files(), ["output.bin"]);
    }
}

#[tokio::test]
async fn capabilities_of_a_program_are_not_passed_on_to_new_content() {
    // The value that `setcap cap_net_bind_service=ep` sets.
    let capability = [0x0200_0001_u32, 0x400, 0, 0, 0].map(u32::to_le_bytes).concat();
    for links in [1, 2] {
        let folder = Folder::new();
        let place = folder.file("output.bin", b"old");
        if links == 2 {
            fs::hard_link(&place, folder.path().join("other")).unwrap();
        }
        fs::set_permissions(&place, Permissions::from_mode(0o6755)).unwrap();
        if !set(&place, "security.capability", &capability) {
            return;
        }
        download(&folder).await;
        assert_eq!(attribute(&place, "security.capability"), None, "{links}");
        assert_eq!(mode(&place), 0o755, "{links}");
    }
}

#[tokio::test]
async fn an_unreadable_file_is_downloaded_to_a_part_that_can_be_removed() {
    for of_file in [0o200, 0o222] {
        let folder = Folder::new();
        let place = folder.file("output.bin", b"old");
        fs::set_permissions(&place, Permissions::from_mode(of_file)).unwrap();
        assert_eq!(download(&folder).await, 0o600);
        assert_eq!(mode(&place), of_file);
    }
}
