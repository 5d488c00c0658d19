//! A relative path is resolved in the working folder at the time of the call, not when the future is polled.

use std::{env, fs, path::Path, process::Command};

use modzy_client::{
    Abort, DeployOptions, Error, FileSource, JobInput, ModelSpec, Sample, SpecInput, Step, path_to_data_uri,
};

use crate::support::{
    folder::Folder,
    options,
    output::{named, whole},
    plain,
    server::{Reply, Server, job, ok, status},
    skipping,
    upload::file_job,
};

#[tokio::test]
async fn a_relative_path_is_resolved_in_the_call_and_not_in_the_first_poll() {
    const CHILD: &str = "MODZY_CLIENT_TEST_CHILD";
    // All tests of a process share its working folder.
    if let Some(root) = env::var_os(CHILD) {
        let root = Path::new(&root);
        Box::pin(calls_are_made_in_one_folder_and_polled_in_another(root)).await;
        return a_journal_is_opened_in_the_folder_of_its_call(root).await;
    }
    let root = Folder::new();
    let name = "working_folder::a_relative_path_is_resolved_in_the_call_and_not_in_the_first_poll";
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", name])
        .env(CHILD, root.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

async fn calls_are_made_in_one_folder_and_polled_in_another(root: &Path) {
    for folder in ["here", "there", "gone"] {
        fs::create_dir(root.join(folder)).unwrap();
        fs::write(root.join(folder).join("file.txt"), folder).unwrap();
    }
    let server = Server::start(|request, _| match request.line() {
        "GET /api/jobs/features" => ok("{}"),
        "POST /api/jobs/j/k/n" => status(202),
        line if line.starts_with("POST /api/models/m/") => ok(""),
        line if line.starts_with("GET /api/models/m/") => {
            ok(r#"{"version":"1.0.0","percentage":100,"result":{"status":"SUCCESSFUL"}}"#)
        }
        line if line.starts_with("PUT ") || line.starts_with("PATCH ") => ok(""),
        line if line.contains("/output/") => Reply::Keep(whole("", "output")),
        _ => job("OPEN"),
    })
    .await;
    let (client, _) = skipping(&server.api());
    let (options, never, output) = (options(), Abort::default(), named());
    let source = || FileSource::Path("file.txt".into());
    let sources = || file_job(vec![("k", "n", source())]);
    let input = || JobInput::new("j", "k", "n", source());
    let enter = |folder: &str| env::set_current_dir(root.join(folder)).unwrap();
    let chunks = || {
        let requests = server.requests();
        let chunks = requests.iter().filter(|request| request.line().ends_with("/k/n"));
        let bodies = chunks.map(|chunk| String::from_utf8_lossy(&chunk.body).into_owned());
        bodies.collect::<Vec<_>>()
    };

    enter("here");
    let upload = client.submit_job_files(sources(), &options, &never, |_| {});
    let append = client.append_input(input(), &options, |_| {});
    let download = client.download_output(&output, Path::new("output.bin"), &options, |_| {});
    let data_uri = path_to_data_uri("file.txt", "text/plain", 100);
    let sample = Sample::from_file("n", "file.txt");
    let mut spec = ModelSpec::new("", "1.0.0", "image", vec![SpecInput::new("n", "file.txt")]);
    (spec.model_id, spec.picture) = (Some("m".to_owned()), Some("file.txt".into()));
    let deploying = DeployOptions::default().from(Step::TestInput).until(Step::Picture);
    let deployment = client.deploy_model(&spec, &deploying, |_| {});
    enter("there");
    assert_eq!(sample.await.unwrap().data, "here");
    deployment.await.unwrap();
    let requests = server.requests();
    let files = requests.iter().filter(|request| {
        let line = request.line();
        line.contains("/testInput") || line.contains("/image?")
    });
    let bodies: Vec<_> = files
        .map(|file| String::from_utf8_lossy(&file.body).into_owned())
        .collect();
    assert_eq!(bodies.len(), 2);
    assert!(
        bodies.iter().all(|body| body.contains("\r\n\r\nhere\r\n")),
        "{bodies:?}"
    );
    upload.await.result.unwrap();
    append.await.unwrap();
    download.await.unwrap();
    assert_eq!(data_uri.await.unwrap(), "data:text/plain;base64,aGVyZQ==");
    let chunks_before = chunks();
    assert_eq!(chunks_before.len(), 2);
    assert!(chunks_before.iter().all(|chunk| chunk.contains("\r\n\r\nhere\r\n")));
    assert_eq!(fs::read_to_string(root.join("here/output.bin")).unwrap(), "output");
    assert_eq!(fs::read_dir(root.join("there")).unwrap().count(), 1);

    // In a removed folder, a relative path can never be resolved.
    enter("gone");
    fs::remove_dir_all(root.join("gone")).unwrap();
    let before = server.count();
    let upload = client.submit_job_files(sources(), &options, &never, |_| {});
    let append = client.append_input(input(), &options, |_| {});
    let download = client.download_output(&output, Path::new("output.bin"), &options, |_| {});
    let data_uri = path_to_data_uri("file.txt", "text/plain", 100);
    let sample = Sample::from_file("n", "file.txt");
    let deployment = client.deploy_model(&spec, &deploying, |_| {});
    enter("there");
    for (error, name) in [
        (sample.await.unwrap_err(), "file"),
        (deployment.await.unwrap_err(), "inputs"),
    ] {
        assert!(
            matches!(error, Error::Argument { name: at, .. } if at == name),
            "{error:?}"
        );
        assert!(error.to_string().contains("cannot be read: file.txt"), "{error}");
    }
    for error in [
        upload.await.result.unwrap_err(),
        append.await.unwrap_err(),
        data_uri.await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Input { .. }), "{error:?}");
        assert!(error.to_string().contains("cannot be opened: file.txt"), "{error}");
    }
    let error = download.await.unwrap_err();
    assert!(
        matches!(&error, Error::File { path, .. } if path == Path::new("output.bin")),
        "{error:?}"
    );
    assert_eq!(server.count(), before);
}

async fn a_journal_is_opened_in_the_folder_of_its_call(root: &Path) {
    let enter = |folder: &str| env::set_current_dir(root.join(folder)).unwrap();
    let client = plain("http://127.0.0.1:9/api").build().unwrap();
    for (folder, is_removed) in [("here", false), ("gone", true)] {
        fs::create_dir_all(root.join(folder)).unwrap();
        enter(folder);
        if is_removed {
            fs::remove_dir(root.join(folder)).unwrap();
        }
        let opening = client.open_journal("batch.jsonl");
        enter("there");
        match opening.await {
            Ok(_) => assert!(!is_removed && root.join("here/batch.jsonl").exists()),
            Err(error) => assert!(
                is_removed && matches!(&error, Error::Journal { path, .. } if path == Path::new("batch.jsonl")),
                "{error:?}"
            ),
        }
        assert!(!root.join("there/batch.jsonl").exists(), "{folder}");
    }
}
