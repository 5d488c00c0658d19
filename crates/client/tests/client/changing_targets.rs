//! Downloads to targets that change meanwhile: the target at the end counts, and is refused if it would have been
//! refused at the beginning.

#![cfg(unix)]

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
};

use modzy_client::{Downloaded, Error};

use crate::support::{
    folder::Folder,
    options,
    output::{named, whole},
    server::{Reply, Server, status},
    skipping,
};

const OLD: &str = "something older and longer";
const NEW: &str = "bytes";

/// Downloads to a target that changes as soon as the request has arrived.
async fn download_while(place: &Path, happens: impl Fn(&Path) + Send + Sync + 'static) -> Result<Downloaded, Error> {
    let changed = place.to_owned();
    let server = Server::start(move |_, _| {
        happens(&changed);
        Reply::Keep(whole("", NEW))
    })
    .await;
    let (client, _) = skipping(&server.api());
    client.download_output(&named(), place, &options(), |_| {}).await
}

fn with_mode(path: &Path, content: &str, mode: u32) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn sorted(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

type Happens = fn(&Path);

#[tokio::test]
async fn a_file_gets_the_permissions_of_the_target_at_the_end() {
    let happen: [(&str, Option<u32>, Happens, u32); 7] = [
        (
            "closed to others",
            Some(0o644),
            |place| fs::set_permissions(place, Permissions::from_mode(0o600)).unwrap(),
            0o600,
        ),
        (
            "opened to others",
            Some(0o600),
            |place| fs::set_permissions(place, Permissions::from_mode(0o644)).unwrap(),
            0o644,
        ),
        ("deleted", Some(0o600), |place| fs::remove_file(place).unwrap(), 0o600),
        (
            "replaced",
            Some(0o644),
            |place| {
                with_mode(&place.with_extension("new"), OLD, 0o620);
                fs::rename(place.with_extension("new"), place).unwrap();
            },
            0o620,
        ),
        (
            "deleted and made anew",
            Some(0o644),
            |place| {
                fs::remove_file(place).unwrap();
                with_mode(place, OLD, 0o600);
            },
            0o600,
        ),
        ("new", None, |place| with_mode(place, OLD, 0o600), 0o600),
        ("new, and empty", None, |place| with_mode(place, "", 0o640), 0o640),
    ];
    for (name, before, happens, expected) in happen {
        let folder = Folder::new();
        if let Some(before) = before {
            with_mode(&folder.place(), OLD, before);
        }
        download_while(&folder.place(), happens).await.unwrap();
        assert_eq!(fs::read_to_string(folder.place()).unwrap(), NEW, "{name}");
        assert_eq!(mode(&folder.place()), expected, "{name}");
        assert_eq!(folder.files(), ["output.bin"], "{name}");
    }
}

#[tokio::test]
async fn a_file_gets_the_owner_of_the_target_at_the_end() {
    let folder = Folder::new();
    let place = folder.file("output.bin", OLD.as_bytes());
    if fs::metadata(&place).unwrap().uid() != 0 {
        eprintln!("skipped: only root can change the owner of a file");
        return;
    }
    for owner in [(1234, 4321), (0, 4321), (0, 0)] {
        let give = move |place: &Path| chown(place, Some(owner.0), Some(owner.1)).unwrap();
        download_while(&place, give).await.unwrap();
        let metadata = fs::metadata(&place).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), owner);
        assert_eq!(fs::read_to_string(&place).unwrap(), NEW);
    }
}

#[tokio::test]
async fn a_file_that_gets_a_second_name_meanwhile_is_written_in_place() {
    for is_new in [true, false] {
        let folder = Folder::new();
        if !is_new {
            fs::write(folder.place(), OLD).unwrap();
        }
        let link = move |place: &Path| {
            if is_new {
                fs::write(place, OLD).unwrap();
            }
            fs::hard_link(place, place.with_file_name("other")).unwrap();
        };
        download_while(&folder.place(), link).await.unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("other")).unwrap(), NEW);
        assert_eq!(fs::metadata(folder.place()).unwrap().nlink(), 2);
        assert_eq!(sorted(folder.path()), ["other", "output.bin"]);
    }
}

#[tokio::test]
async fn a_symbolic_link_that_appears_or_changes_meanwhile_is_followed() {
    // A missing file, a file, and a link to a file become a link to another file, or to a missing one.
    for before in ["nothing", "file", "link"] {
        for is_there in [true, false] {
            let folder = Folder::new();
            let elsewhere = folder.path().join("elsewhere");
            fs::create_dir(&elsewhere).unwrap();
            match before {
                "file" => with_mode(&folder.place(), OLD, 0o644),
                "link" => {
                    fs::write(folder.path().join("first"), OLD).unwrap();
                    symlink("first", folder.place()).unwrap();
                }
                _ => {}
            }
            let turn = move |place: &Path| {
                let target = place.with_file_name("elsewhere/target");
                if is_there {
                    with_mode(&target, OLD, 0o600);
                }
                let _ = fs::remove_file(place);
                symlink("elsewhere/target", place).unwrap();
            };
            download_while(&folder.place(), turn).await.unwrap();
            assert!(folder.place().symlink_metadata().unwrap().is_symlink());
            assert_eq!(fs::read_to_string(folder.place()).unwrap(), NEW, "{before} {is_there}");
            assert!(!is_there || mode(&elsewhere.join("target")) == 0o600);
            assert_eq!(sorted(&elsewhere), ["target"]);
            if before == "link" {
                assert_eq!(fs::read_to_string(folder.path().join("first")).unwrap(), OLD);
                assert_eq!(sorted(folder.path()), ["elsewhere", "first", "output.bin"]);
            } else {
                assert_eq!(sorted(folder.path()), ["elsewhere", "output.bin"]);
            }
        }
    }
}

#[tokio::test]
async fn a_target_that_is_refused_at_the_beginning_is_refused_at_the_end() {
    let happen: [(&str, Happens); 5] = [
        ("it is a pipe, a socket or a device", |place| {
            let folder = Folder::new();
            fs::rename(folder.pipe("pipe"), place).unwrap();
        }),
        ("it is a pipe, a socket or a device", |place| {
            drop(UnixListener::bind(place).unwrap());
        }),
        ("is a directory", |place| fs::create_dir(place).unwrap()),
        ("it is a pipe, a socket or a device", |place| {
            symlink("/dev/null", place).unwrap();
        }),
        ("symbolic links", |place| symlink("output.bin", place).unwrap()),
    ];
    for is_there in [true, false] {
        for (reason, happens) in happen {
            let folder = Folder::new();
            if is_there {
                fs::write(folder.place(), OLD).unwrap();
            }
            let replace = move |place: &Path| {
                let _ = fs::remove_file(place);
                happens(place);
            };
            let error = download_while(&folder.place(), replace).await.unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
            let place: PathBuf = folder.place();
            assert!(
                matches!(&error, Error::File { path, .. } if *path == place),
                "{error:?}"
            );
            assert!(!place.symlink_metadata().unwrap().is_file());
            assert_eq!(folder.files(), ["output.bin"], "{reason}");
        }
    }
}

/// Renames the folder of a target, and makes what takes its place.
fn rename_folder(place: &Path, instead: impl Fn(&Path)) {
    let folder = place.parent().unwrap();
    fs::rename(folder, folder.with_file_name("renamed")).unwrap();
    instead(folder);
}

#[tokio::test]
async fn a_folder_that_is_renamed_meanwhile_keeps_no_part() {
    let make = |folder: &Path| fs::create_dir(folder).unwrap();
    let make_with_target = |folder: &Path| {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("output.bin"), OLD).unwrap();
    };
    let link = |folder: &Path| symlink("renamed", folder).unwrap();
    let happen: [(Happens, Option<&str>); 4] = [
        (|_| {}, None),
        (make, Some("folder")),
        (make_with_target, Some("folder")),
        (link, Some("renamed")),
    ];
    for (instead, place_at_end) in happen {
        for is_there in [true, false] {
            let outer = Folder::new();
            let [within, renamed] = ["folder", "renamed"].map(|name| outer.path().join(name));
            fs::create_dir(&within).unwrap();
            let place = within.join("output.bin");
            if is_there {
                fs::write(&place, OLD).unwrap();
            }
            let ended = download_while(&place, move |place| rename_folder(place, instead)).await;
            let Some(at_end) = place_at_end else {
                let error = ended.unwrap_err().to_string();
                assert!(error.contains("No such file or directory"), "{error}");
                assert_eq!(sorted(&renamed), ["output.bin"][..usize::from(is_there)]);
                continue;
            };
            assert_eq!(ended.unwrap().bytes, NEW.len() as u64);
            let written = outer.path().join(at_end);
            assert_eq!(fs::read_to_string(written.join("output.bin")).unwrap(), NEW);
            assert_eq!(sorted(&written), ["output.bin"]);
            assert_eq!(
                sorted(&renamed),
                ["output.bin"][..usize::from(is_there || at_end == "renamed")]
            );
        }
    }
}

#[tokio::test]
async fn a_failure_after_the_folder_was_renamed_leaves_no_part() {
    let outer = Folder::new();
    let within = outer.path().join("folder");
    fs::create_dir(&within).unwrap();
    let place = within.join("output.bin");
    let target = place.clone();
    let server = Server::start(move |_, _| {
        // The part of another download to the new folder.
        rename_folder(&target, |folder| {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join(".output.bin.modzy-0.part"), "another").unwrap();
        });
        status(404)
    })
    .await;
    let (client, _) = skipping(&server.api());
    let ended = client.download_output(&named(), &place, &options(), |_| {}).await;
    assert!(matches!(ended, Err(Error::Status { status: 404, .. })), "{ended:?}");
    assert_eq!(sorted(&outer.path().join("renamed")), [""; 0]);
    assert_eq!(sorted(&within), [".output.bin.modzy-0.part"]);
}

#[tokio::test]
async fn another_file_with_the_name_of_the_part_is_never_taken_for_the_output() {
    for is_there in [true, false] {
        let folder = Folder::new();
        if is_there {
            fs::write(folder.place(), OLD).unwrap();
        }
        let replace = |place: &Path| {
            let part = place.with_file_name(".output.bin.modzy-0.part");
            fs::remove_file(&part).unwrap();
            let other = fs::File::create(&part).unwrap();
            fs::write(&part, "another").unwrap();
            // Held for as long as the process runs, as by a download.
            other.lock().unwrap();
            std::mem::forget(other);
        };
        let downloaded = download_while(&folder.place(), replace).await.unwrap();
        assert_eq!(downloaded.bytes, NEW.len() as u64);
        assert_eq!(fs::read_to_string(folder.place()).unwrap(), NEW);
        assert_eq!(sorted(folder.path()), [".output.bin.modzy-0.part", "output.bin"]);
        let other = folder.path().join(".output.bin.modzy-0.part");
        assert_eq!(fs::read_to_string(other).unwrap(), "another");
    }
}
