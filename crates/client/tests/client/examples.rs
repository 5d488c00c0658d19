//! The programs under `examples/`, as cargo builds them beside these tests.

use std::{env, path::Path, process::Stdio};

use tokio::process::Command;

use super::support::{KEY, emulator};

/// Runs an example against an emulator whose jobs take no time, and returns what it prints.
async fn run(name: &str, arguments: &[&str]) -> String {
    let (emulator, _) = emulator(0, 0).await;
    let tests = env::current_exe().unwrap();
    let profile = tests.parent().and_then(Path::parent).unwrap();
    let program = profile
        .join("examples")
        .join(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "{} is missing: `cargo build --examples` makes it",
        program.display()
    );
    let output = Command::new(program)
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .env("MODZY_BASE_URL", emulator.base_url())
        .env("MODZY_API_KEY", KEY)
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn wait_shows_what_became_of_each_text() {
    let printed = run("wait", &["What a lovely day!", "I hate waiting."]).await;
    let (job, rest) = printed.split_once('\n').unwrap();
    assert!(job.starts_with("Job ") && job.ends_with(" COMPLETED"), "{job}");
    assert_eq!(rest, "positive: What a lovely day!\nnegative: I hate waiting.\n");
}

#[tokio::test]
async fn upload_sends_its_files_whole() {
    let bytes = std::fs::metadata(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../LICENSE"))
        .unwrap()
        .len();
    let printed = run("upload", &["LICENSE"]).await;
    assert_eq!(printed, format!("LICENSE: {bytes} bytes arrived\n"));
}

#[tokio::test]
async fn many_counts_the_jobs_that_have_completed() {
    assert_eq!(run("many", &["60"]).await, "60 of 60 completed\n");
}
