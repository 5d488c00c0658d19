//! Downloads to existing targets: which file gets the content, what the file keeps, and which targets are refused.

#![cfg(unix)]

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
    pin::pin,
    process::Command,
    sync::Mutex,
};

use modzy_client::{Client, Downloaded, Error};

use crate::support::{
    folder::Folder,
    options,
    output::{named, whole},
    server::{Reply, Server, status},
    skipping, until,
};

const OLD: &str = "something older and longer";
const NEW: &str = "bytes";

async fn server() -> (Server, Client) {
    let server = Server::always(Reply::Keep(whole("", NEW))).await;
    let (client, _) = skipping(&server.api());
    (server, client)
}

async fn download(client: &Client, place: &Path) -> Result<Downloaded, Error> {
    client.download_output(&named(), place, &options(), |_| {}).await
}

fn sorted(folder: &Folder) -> Vec<String> {
    let mut files = folder.files();
    files.sort();
    files
}

fn is_root(folder: &Folder) -> bool {
    fs::metadata(folder.path()).unwrap().uid() == 0
}

#[tokio::test]
async fn a_symbolic_link_stays_and_its_target_gets_the_content() {
    let (_server, client) = server().await;
    for leads_to_a_file in [true, false] {
        let folder = Folder::new();
        fs::create_dir(folder.path().join("inner")).unwrap();
        let target = folder.path().join("inner/target");
        if leads_to_a_file {
            fs::write(&target, OLD).unwrap();
        }
        // The links are absolute, relative, through a folder that is itself a link, and to another link.
        symlink(&target, folder.path().join("absolute")).unwrap();
        symlink("inner/target", folder.path().join("relative")).unwrap();
        symlink("inner", folder.path().join("door")).unwrap();
        symlink("../inner/target", folder.path().join("inner/back")).unwrap();
        symlink("door/back", folder.path().join("chain")).unwrap();
        for link in ["absolute", "relative", "door/target", "inner/back", "chain"] {
            let place = folder.path().join(link);
            download(&client, &place).await.unwrap();
            assert!(
                place.symlink_metadata().unwrap().is_symlink() || link == "door/target",
                "{link}"
            );
            assert_eq!(fs::read_to_string(&target).unwrap(), NEW, "{link}");
            assert_eq!(sorted(&folder), ["absolute", "chain", "door", "inner", "relative"]);
            assert_eq!(fs::read_dir(folder.path().join("inner")).unwrap().count(), 2, "{link}");
            if leads_to_a_file {
                fs::write(&target, OLD).unwrap();
            } else {
                fs::remove_file(&target).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_target_that_is_not_a_file_is_refused_before_anything_is_sent_and_stays_unchanged() {
    let (server, client) = server().await;
    let folder = Folder::new();
    folder.pipe("pipe");
    symlink("pipe", folder.path().join("link to a pipe")).unwrap();
    symlink("one", folder.path().join("two")).unwrap();
    symlink("two", folder.path().join("one")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    symlink("folder", folder.path().join("link to a folder")).unwrap();
    symlink("missing/at/all", folder.path().join("dangling")).unwrap();
    let open = File::create(folder.path().join("open")).unwrap();
    let descriptor = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&open));
    let before = sorted(&folder);
    let special = "it is a pipe, a socket or a device; open the output, and write what is read from it";
    let mut refused = vec![
        ("pipe", special),
        ("link to a pipe", special),
        ("socket", special),
        ("/dev/null", special),
        ("folder", "is a directory"),
        ("link to a folder", "is a directory"),
        ("new/", "is a directory"),
        ("new/.", "is a directory"),
        ("new/..", "is a directory"),
        ("one", "symbolic links"),
        ("dangling", "No such file or directory"),
        ("open/below", "Not a directory"),
    ];
    if cfg!(target_os = "linux") {
        refused.push((&descriptor, "it is an open descriptor"));
    }
    for (name, reason) in refused {
        let place = folder.path().join(name);
        let error = download(&client, &place).await.unwrap_err();
        assert!(
            matches!(&error, Error::File { path, .. } if *path == place),
            "{error:?}"
        );
        assert!(error.to_string().contains(reason), "{name}: {error}");
        assert_eq!(sorted(&folder), before, "{name}");
    }
    assert!(fs::metadata("/dev/null").unwrap().rdev() != 0);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_file_keeps_its_mode_and_its_owner_and_is_never_readable_by_more_users_than_before() {
    for mode in [0o640, 0o600, 0o755, 0o666] {
        let server = Server::always(Reply::Stall(whole("", NEW)[..whole("", NEW).len() - 2].to_vec())).await;
        let (client, _) = skipping(&server.api());
        let folder = Folder::new();
        let place = folder.file("output.bin", OLD.as_bytes());
        fs::set_permissions(&place, Permissions::from_mode(mode)).unwrap();
        let expected = if is_root(&folder) {
            chown(&place, Some(1234), Some(4321)).unwrap();
            (1234, 4321)
        } else {
            let metadata = fs::metadata(&place).unwrap();
            (metadata.uid(), metadata.gid())
        };
        let seen = Mutex::new(false);
        {
            let options = options();
            let output = named();
            let mut downloading =
                pin!(client.download_output(&output, &place, &options, |_| *seen.lock().unwrap() = true));
            tokio::select! {
                done = &mut downloading => panic!("{done:?}"),
                () = until(|| *seen.lock().unwrap()) => {}
            }
            for name in folder.files() {
                let metadata = fs::metadata(folder.path().join(&name)).unwrap();
                assert_eq!(metadata.mode() & 0o7777 & !mode, 0, "{name}");
            }
        }
        let (_server, client) = self::server().await;
        download(&client, &place).await.unwrap();
        let metadata = fs::metadata(&place).unwrap();
        assert_eq!(metadata.mode() & 0o7777, mode);
        assert_eq!((metadata.uid(), metadata.gid()), expected);
        assert_eq!(fs::read_to_string(&place).unwrap(), NEW);
        assert_eq!(folder.files(), ["output.bin"]);
    }
}

#[tokio::test]
async fn a_file_with_another_name_is_written_in_place() {
    let (_server, client) = server().await;
    for content in [OLD, "", "1234", NEW] {
        let folder = Folder::new();
        let place = folder.file("output.bin", content.as_bytes());
        let other = folder.path().join("other");
        fs::hard_link(&place, &other).unwrap();
        download(&client, &place).await.unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), NEW);
        assert_eq!(fs::metadata(&place).unwrap().nlink(), 2);
        assert_eq!(sorted(&folder), ["other", "output.bin"]);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_is_a_mount_point_is_written_in_place() {
    let (_server, client) = server().await;
    let folder = Folder::new();
    let source = folder.file("source", OLD.as_bytes());
    let place = folder.file("output.bin", b"covered");
    let mounted = Command::new("mount").arg("--bind").args([&source, &place]).output();
    if !mounted.is_ok_and(|mounted| mounted.status.success()) {
        eprintln!("skipped: no file system can be mounted on this system");
        return;
    }
    let done = download(&client, &place).await;
    let read = fs::read_to_string(&source);
    assert!(Command::new("umount").arg(&place).status().unwrap().success());
    done.unwrap();
    assert_eq!(read.unwrap(), NEW);
    assert_eq!(fs::read_to_string(&place).unwrap(), "covered");
    assert_eq!(sorted(&folder), ["output.bin", "source"]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_leaves_only_the_old_content() {
    let large = "n".repeat(2 * 1024 * 1024);
    let server = Server::always(Reply::Keep(whole("", &large))).await;
    let (client, _) = skipping(&server.api());
    // The first disk is too small for the temporary file, and the second for the target beside it.
    for (size, links) in [("1m", 1), ("3m", 2)] {
        let folder = Folder::new();
        let disk = folder.path().join("disk");
        fs::create_dir(&disk).unwrap();
        let options = format!("size={size}");
        let mounting = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "none"])
            .arg(&disk)
            .output();
        if !mounting.is_ok_and(|mounted| mounted.status.success()) {
            eprintln!("skipped: no file system can be mounted on this system");
            return;
        }
        let place = disk.join("output.bin");
        fs::write(&place, OLD).unwrap();
        if links == 2 {
            fs::hard_link(&place, disk.join("other")).unwrap();
        }
        let error = download(&client, &place).await;
        let (left, files) = (fs::read_to_string(&place), fs::read_dir(&disk).unwrap().count());
        assert!(Command::new("umount").arg(&disk).status().unwrap().success());
        let error = error.unwrap_err();
        assert!(error.to_string().contains("No space left on device"), "{error}");
        assert_eq!((left.unwrap().as_str(), files), (OLD, links), "{size}");
    }
}

#[tokio::test]
async fn a_folder_behind_a_link_is_resolved_when_the_download_begins() {
    let folder = Folder::new();
    for name in ["first", "second"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let link = folder.path().join("link");
    symlink("first", &link).unwrap();
    let (turned, second) = (link.clone(), folder.path().join("second"));
    let server = Server::start(move |_, _| {
        fs::remove_file(&turned).unwrap();
        symlink(&second, &turned).unwrap();
        Reply::Keep(whole("", NEW))
    })
    .await;
    let (client, _) = skipping(&server.api());
    download(&client, &link.join("output.bin")).await.unwrap();
    let written = fs::read_to_string(folder.path().join("first/output.bin"));
    assert_eq!(written.unwrap(), NEW);
    assert_eq!(fs::read_dir(folder.path().join("second")).unwrap().count(), 0);
}

fn part(folder: &Folder, number: usize) -> PathBuf {
    folder.path().join(format!(".output.bin.modzy-{number}.part"))
}

#[tokio::test]
async fn parts_of_a_killed_process_are_removed_and_parts_of_running_downloads_are_not() {
    let (_server, client) = server().await;
    let folder = Folder::new();
    for number in [0, 3] {
        fs::write(part(&folder, number), "left").unwrap();
    }
    let held = File::create(part(&folder, 1)).unwrap();
    held.lock().unwrap();
    fs::write(folder.path().join(".another.bin.modzy-0.part"), "of another target").unwrap();
    // A link is not one of our files, and must not be written through.
    let elsewhere = folder.file("elsewhere", b"kept");
    symlink(&elsewhere, part(&folder, 2)).unwrap();
    download(&client, &folder.place()).await.unwrap();
    assert_eq!(fs::read_to_string(folder.place()).unwrap(), NEW);
    assert_eq!(fs::read_to_string(elsewhere).unwrap(), "kept");
    let expected = [
        ".another.bin.modzy-0.part",
        ".output.bin.modzy-1.part",
        ".output.bin.modzy-2.part",
        "elsewhere",
        "output.bin",
    ];
    assert_eq!(sorted(&folder), expected);
}

#[tokio::test]
async fn concurrent_downloads_to_the_same_target_do_not_interfere() {
    const LENGTH: usize = 3_000_000;
    let server = Server::start(|_, nth| {
        let letter = char::from(b'a' + u8::try_from(nth).unwrap());
        Reply::Keep(whole("", &letter.to_string().repeat(LENGTH)))
    })
    .await;
    let (client, _) = skipping(&server.api());
    // The targets are a new file, a file that is replaced, and a file that is written in place.
    for links in 0..3 {
        let folder = Folder::new();
        let place = folder.place();
        if links > 0 {
            fs::write(&place, OLD).unwrap();
        }
        if links > 1 {
            fs::hard_link(&place, folder.path().join("other")).unwrap();
        }
        let all = (0..4).map(|_| {
            let (client, place) = (client.clone(), place.clone());
            tokio::spawn(async move { download(&client, &place).await.unwrap().bytes })
        });
        for one in all.collect::<Vec<_>>() {
            assert_eq!(one.await.unwrap(), LENGTH as u64);
        }
        let content = fs::read(&place).unwrap();
        assert_eq!(content.len(), LENGTH);
        assert!(content.iter().all(|&byte| byte == content[0]));
        assert_eq!(folder.files().len(), links.max(1));
    }
}

#[tokio::test]
async fn a_failure_leaves_only_the_old_content() {
    let cut = whole("", NEW);
    let cut = Server::always(Reply::Close(cut[..cut.len() - 1].to_vec())).await;
    for server in [cut, Server::always(status(404)).await] {
        let (client, _) = skipping(&server.api());
        for links in [1, 2] {
            let folder = Folder::new();
            let place = folder.file("output.bin", OLD.as_bytes());
            if links == 2 {
                fs::hard_link(&place, folder.path().join("other")).unwrap();
            }
            download(&client, &place).await.unwrap_err();
            assert_eq!(fs::read_to_string(&place).unwrap(), OLD);
            assert_eq!(folder.files().len(), links);
        }
    }
}

#[tokio::test]
async fn names_of_any_length_have_room_for_a_part() {
    let (_server, client) = server().await;
    let folder = Folder::new();
    for name in ["x".repeat(255), "ü".repeat(127)] {
        download(&client, &folder.path().join(&name)).await.unwrap();
        assert_eq!(folder.files().concat(), name);
        fs::remove_file(folder.path().join(name)).unwrap();
    }
}
