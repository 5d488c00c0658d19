//! Tests in a separate network namespace, for those who may create one.

use std::{
    process::{Command, Output},
    sync::atomic::{AtomicUsize, Ordering},
};

const CHILD: &str = "MODZY_CLIENT_TEST_NAMESPACE";

pub(crate) fn ip(arguments: &[&str]) -> Option<Output> {
    let run = Command::new("ip").args(arguments).output().ok()?;
    run.status.success().then_some(run)
}

/// A network namespace with its own `resolv.conf`, which the command `ip` mounts. The drop removes both.
struct Namespace(String);

impl Namespace {
    fn new() -> Option<Self> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("modzy-client-{}-{nth}", std::process::id());
        let files = format!("/etc/netns/{name}");
        std::fs::create_dir_all(&files).ok()?;
        let made = Self(name);
        std::fs::write(
            format!("{files}/resolv.conf"),
            "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n",
        )
        .ok()?;
        std::fs::write(format!("{files}/nsswitch.conf"), "hosts: files dns\n").ok()?;
        ip(&["netns", "add", &made.0])?;
        ip(&["-n", &made.0, "link", "set", "lo", "up"])?;
        Some(made)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        ip(&["netns", "del", &self.0]);
        // A folder that stays is harmless.
        let _ = std::fs::remove_dir_all(format!("/etc/netns/{}", self.0));
    }
}

/// Runs a test, given by its whole name, in a separate namespace.
pub(crate) fn in_a_namespace(name: &str, test: impl Future<Output = ()>) {
    if std::env::var_os(CHILD).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        return runtime.unwrap().block_on(test);
    }
    let Some(namespace) = Namespace::new() else {
        eprintln!("skipped: no network namespace can be made here");
        return;
    };
    let child = Command::new("ip")
        .args(["netns", "exec", &namespace.0])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}
