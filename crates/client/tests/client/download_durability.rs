//! Downloads that survive a crash of the machine. A trace of system calls shows what is written to the disk, and when.

#![cfg(target_os = "linux")]

use std::{env, fs, path::Path, process::Command};

use crate::support::{
    folder::Folder,
    options,
    output::{named, whole},
    server::{Reply, Server},
    skipping,
};

#[tokio::test]
async fn a_file_is_on_the_disk_before_it_is_renamed_and_its_name_before_the_call_ends() {
    const CHILD: &str = "MODZY_CLIENT_TEST_CHILD";
    let name = "download_durability::a_file_is_on_the_disk_before_it_is_renamed_and_its_name_before_the_call_ends";
    if let Some(place) = env::var_os(CHILD) {
        let server = Server::always(Reply::Keep(whole("", "bytes"))).await;
        let (client, _) = skipping(&server.api());
        let place = Path::new(&place);
        let done = client.download_output(&named(), place, &options(), |_| {}).await;
        assert_eq!(done.unwrap().bytes, 5);
        return;
    }
    let moved = ["fsync PART", "rename PART", "fsync FOLDER"];
    let written = ["fsync PART", "ftruncate FOLDER/output.bin", "fsync FOLDER/output.bin"];
    for (names, expected) in [(0, moved), (1, moved), (2, written)] {
        let folder = Folder::new();
        if names > 0 {
            fs::write(folder.place(), "something older").unwrap();
        }
        if names > 1 {
            fs::hard_link(folder.place(), folder.path().join("other")).unwrap();
        }
        let traced = Command::new("strace")
            .args(["-f", "-y", "-z", "-e", "trace=fsync,/^rename,ftruncate"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", name])
            .env(CHILD, folder.place())
            .output();
        let Some(traced) = traced.ok().filter(|traced| traced.status.success()) else {
            eprintln!("skipped: system calls cannot be traced on this system");
            return;
        };
        let trace = String::from_utf8(traced.stderr).unwrap();
        let within = folder.path().display().to_string();
        // For example, `[pid 7] fsync(9</tmp/folder>) = 0` and `renameat(9</tmp/folder>, "a", 9</tmp/folder>, "b") = 0`.
        let call = |line: &str| {
            let (before, arguments) = line.split_once('(')?;
            let mut arguments = arguments.split(['<', '>', '"']);
            let path = arguments.nth(1)?.strip_prefix(&within)?;
            let name = before.rsplit(' ').next()?;
            if name.starts_with("rename") {
                return Some(format!("rename FOLDER{path}/{}", arguments.nth(1)?));
            }
            Some(format!("{name} FOLDER{path}"))
        };
        let of_part = |call: String| call.replace("FOLDER/.output.bin.modzy-0.part", "PART");
        let calls: Vec<_> = trace.lines().filter_map(call).map(of_part).collect();
        assert_eq!(calls, expected, "{trace}");
    }
}
