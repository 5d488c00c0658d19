//! Certificates that are themselves trusted, and the file of additional ones.

use modzy_client::ConnectionFault;
use rcgen::date_time_ymd;

use crate::support::{
    builder,
    certificates::{Authority, params, self_signed_authority},
    connection_fault,
    folder::Folder,
    options,
    server::Server,
};

#[tokio::test]
async fn a_trusted_self_signed_certificate_is_accepted() {
    let (config, pem) = self_signed_authority(params("localhost"));
    let server = Server::tls(config).await;
    let file = Folder::new();
    let path = file.file("own.pem", pem.as_bytes());
    let root = server.https("localhost");
    for builder in [builder(&root).ca([&pem]).unwrap(), builder(&root).extra_ca_file(&path)] {
        builder.build().unwrap().get_job("j", &options()).await.unwrap();
    }
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_trusted_self_signed_certificate_must_still_be_valid() {
    let expired = {
        let mut params = params("localhost");
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        params
    };
    let nameless = {
        let mut params = params("localhost");
        params.subject_alt_names.clear();
        params
    };
    let is_not_trusted = "it belongs to a certificate authority (CA:TRUE) and is not itself trusted";
    for (params, is_given, reason) in [
        (expired, true, "it has expired"),
        (params("other.example"), true, "it was issued for another host name"),
        (nameless, true, "it names no host (it has no subjectAltName)"),
        (params("localhost"), false, is_not_trusted),
    ] {
        let (config, pem) = self_signed_authority(params);
        let server = Server::tls(config).await;
        let given = if is_given { pem } else { Authority::new().pem() };
        let client = builder(&server.https("localhost"))
            .ca([given])
            .unwrap()
            .build()
            .unwrap();
        let error = client.get_job("j", &options()).await.unwrap_err();
        assert_eq!(
            connection_fault(&error),
            Some(ConnectionFault::Certificate),
            "{error:?}"
        );
        assert!(
            error.to_string().ends_with(&format!("is not accepted: {reason}")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_file_of_additional_certificates_is_read_when_the_client_is_built() {
    let authority = Authority::new();
    let server = Server::tls(authority.server("localhost")).await;
    let folder = Folder::new();
    let path = folder.file("ca.pem", authority.pem().as_bytes());
    let client = builder(&server.https("localhost"))
        .extra_ca_file(&path)
        .build()
        .unwrap();
    std::fs::remove_file(path).unwrap();
    client.get_job("j", &options()).await.unwrap();
    assert!(client.warnings().is_empty());
}

/// A bundle of joined files with a certificate behind a byte order mark, and one with the older label.
fn bundle(mark: &str, own: &str) -> String {
    let first = Authority::new().pem().replace("CERTIFICATE", "X509 CERTIFICATE");
    format!("{first}{mark}{own}{}", Authority::new().pem())
}

#[tokio::test]
async fn certificates_of_joined_files_are_read_whole() {
    let authority = Authority::new();
    let server = Server::tls(authority.server("localhost")).await;
    let (root, folder) = (server.https("localhost"), Folder::new());
    for (nth, text) in [
        bundle("\u{feff}", &authority.pem()),
        bundle("", &authority.pem().replace("CERTIFICATE", "X509 CERTIFICATE")),
        bundle("", authority.pem().trim_end()),
        bundle("", &authority.pem()).replace('\n', "\r"),
    ]
    .iter()
    .enumerate()
    {
        let path = folder.file(&format!("{nth}.pem"), text.as_bytes());
        for builder in [builder(&root).ca([text]).unwrap(), builder(&root).extra_ca_file(&path)] {
            let client = builder.build().unwrap();
            client.get_job("j", &options()).await.unwrap();
            assert!(client.warnings().is_empty());
        }
    }
    assert_eq!(server.count(), 8);
}

#[tokio::test]
async fn a_bundle_with_a_block_that_cannot_be_read_is_refused_or_causes_a_warning_and_is_never_silently_shorter() {
    let authority = Authority::new();
    let server = Server::tls(authority.server("localhost")).await;
    let (root, folder, good) = (server.https("localhost"), Folder::new(), authority.pem());
    let middle = good.len() / 2;
    for (bad, reason) in [
        (
            good[..middle].to_owned(),
            "holds a block in PEM without its first or its last line",
        ),
        (
            good[middle..].to_owned(),
            "holds a block in PEM without its first or its last line",
        ),
        (
            good.replacen(&good[100..110], "", 1),
            "holds a certificate that cannot be read",
        ),
        (
            good.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
            r#"holds a "TRUSTED CERTIFICATE", a format of OpenSSL; "openssl x509" converts it to a "CERTIFICATE""#,
        ),
        (
            good.replace("CERTIFICATE", "PKCS7"),
            r#"holds a block in PEM that is not a "CERTIFICATE""#,
        ),
    ] {
        for text in [format!("{good}{bad}"), format!("{bad}\n{good}")] {
            let refused = builder(&root).ca([&text]).err().unwrap();
            assert_eq!(refused.to_string(), format!("ca {reason}"));
            let path = folder.file("bundle.pem", text.as_bytes());
            let client = builder(&root).extra_ca_file(&path).build().unwrap();
            let warning = format!("some certificates of {} are ignored: it {reason}", path.display());
            assert_eq!(client.warnings(), [warning]);
            client.get_job("j", &options()).await.unwrap();
        }
        let path = folder.file("bad.pem", bad.as_bytes());
        let client = builder(&root).extra_ca_file(&path).build().unwrap();
        let warning = format!("the certificates of {} are ignored: it {reason}", path.display());
        assert_eq!(client.warnings(), [warning]);
    }
    assert_eq!(server.count(), 10);
}

#[cfg(target_os = "linux")]
#[test]
fn the_certificates_of_the_system_may_be_in_joined_files_and_in_several_folders() {
    const CHILD: &str = "MODZY_CLIENT_TEST_SYSTEM";
    if std::env::var_os(CHILD).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            let [in_file, first, last] = [Authority::new(), Authority::new(), Authority::new()];
            let file = std::env::var_os("SSL_CERT_FILE").unwrap();
            std::fs::write(file, bundle("\u{feff}", &in_file.pem())).unwrap();
            let folders = std::env::var_os("SSL_CERT_DIR").unwrap();
            for (folder, authority) in std::env::split_paths(&folders).zip([&first, &last]) {
                std::fs::create_dir(&folder).unwrap();
                std::fs::write(folder.join("own.pem"), bundle("\u{feff}", &authority.pem())).unwrap();
                std::os::unix::fs::symlink("own.pem", folder.join("0a1b2c3d.0")).unwrap();
                std::os::unix::fs::symlink("missing.pem", folder.join("4e5f6a7b.0")).unwrap();
                std::fs::create_dir(folder.join("below")).unwrap();
                let made = std::process::Command::new("mkfifo").arg(folder.join("pipe")).status();
                assert!(made.unwrap().success());
            }
            for authority in [in_file, first, last] {
                let server = Server::tls(authority.server("localhost")).await;
                let client = builder(&server.https("localhost")).build().unwrap();
                client.get_job("j", &options()).await.unwrap();
            }
        });
        std::process::exit(0);
    }
    let folder = Folder::new();
    let folders = ["first", "last"].map(|name| folder.path().join(name));
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "trust::the_certificates_of_the_system_may_be_in_joined_files_and_in_several_folders",
            "--nocapture",
        ])
        .env(CHILD, "1")
        .env("SSL_CERT_FILE", folder.path().join("system.pem"))
        .env("SSL_CERT_DIR", std::env::join_paths(folders).unwrap())
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
}

#[cfg(unix)]
#[test]
fn an_invalid_file_of_certificates_is_ignored_at_once_with_a_warning() {
    let folder = Folder::new();
    let pipe = folder.path().join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let long = folder.path().join("long");
    std::fs::File::create(&long)
        .unwrap()
        .set_len(16 * 1024 * 1024 + 1)
        .unwrap();
    let empty = folder.file("empty.pem", b"no certificate");
    for (path, reason) in [
        (pipe.as_path(), "is not a regular file"),
        (std::path::Path::new("/dev/zero"), "is not a regular file"),
        (folder.path(), "is not a regular file"),
        (&long, "is longer than 16 MiB"),
        (&empty, "holds no certificate in PEM"),
        (
            std::path::Path::new("/does/not/exist.pem"),
            "cannot be read: No such file or directory (os error 2)",
        ),
    ] {
        let client = builder("https://localhost/api").extra_ca_file(path).build().unwrap();
        let warning = format!("the certificates of {} are ignored: it {reason}", path.display());
        assert_eq!(client.warnings(), [warning]);
        let client = builder("https://localhost/api").ca([Authority::new().pem()]).unwrap();
        let client = client.extra_ca_file(path).build().unwrap();
        assert!(client.warnings().is_empty(), "the file is not read if `ca` replaces it");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_instead_of_the_systems_certificates_does_not_block_requests() {
    const CHILD: &str = "MODZY_CLIENT_TEST_TRUST";
    if std::env::var_os(CHILD).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let server = Server::tls(Authority::new().server("localhost")).await;
            let client = builder(&server.https("localhost")).build().unwrap();
            let (limit, options) = (std::time::Duration::from_secs(20), options());
            let asked = tokio::time::timeout(limit, client.get_job("j", &options));
            let error = asked.await.expect("it waits for the pipe").unwrap_err();
            assert_eq!(
                connection_fault(&error),
                Some(ConnectionFault::Certificate),
                "{error:?}"
            );
        });
        std::process::exit(0);
    }
    let folder = Folder::new();
    let pipe = folder.path().join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    for file in [pipe.as_path(), std::path::Path::new("/dev/zero")] {
        let name = "trust::a_pipe_instead_of_the_systems_certificates_does_not_block_requests";
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(CHILD, "1")
            .env("SSL_CERT_FILE", file)
            .output()
            .unwrap();
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    }
}
