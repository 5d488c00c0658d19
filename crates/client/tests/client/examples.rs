//! The programs under `examples/`.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::{process::Command, sync::OnceCell};

use super::support::{KEY, emulator};

/// Builds the examples once, with the features of the whole workspace like these tests, and returns their folder.
async fn examples() -> &'static Path {
    static FOLDER: OnceCell<PathBuf> = OnceCell::const_new();
    let build = async || {
        let arguments = ["build", "--quiet", "--locked", "--workspace", "--examples"];
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments);
        // With other features, cargo would build ring and its dependents again, now and in the next build.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(&*name);
            }
        }
        let built = cargo.status().await.unwrap();
        assert!(built.success(), "cargo build --workspace --examples: {built}");
        let tests = env::current_exe().unwrap();
        tests.ancestors().nth(2).unwrap().join("examples")
    };
    FOLDER.get_or_init(build).await
}

/// Runs an example against an emulator whose jobs take no time, and returns what it prints.
async fn run(name: &str, arguments: &[&str]) -> String {
    let (emulator, _) = emulator(0, 0).await;
    let program = examples().await.join(format!("{name}{}", env::consts::EXE_SUFFIX));
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
async fn wait_prints_the_result_of_each_text() {
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
async fn deploy_goes_from_an_image_to_the_result_of_a_job() {
    assert_eq!(run("deploy", &["modzy/echo:1", "LICENSE"]).await, "COMPLETED\n");
}

#[tokio::test]
async fn many_counts_the_jobs_that_have_completed() {
    assert_eq!(run("many", &["60"]).await, "60 of 60 completed\n");
}
