//! The program: its output, its arguments, its exit.

#[cfg(test)]
mod program {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::process::{Child, ChildStdin, Command, Output, Stdio};
    use std::time::{Duration, Instant};

    use serde_json::Value;

    /// A running program. The drop kills it.
    struct Program {
        child: Child,
        stdin: Option<ChildStdin>,
        ready: Value,
    }

    impl Program {
        fn start(arguments: &[&str]) -> Self {
            let mut child = command(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let stdin = child.stdin.take();
            let mut line = String::new();
            let stdout = child.stdout.as_mut().unwrap();
            BufReader::with_capacity(1, stdout).read_line(&mut line).unwrap();
            let ready = serde_json::from_str(&line).unwrap();
            Self { child, stdin, ready }
        }

        fn connect(&self) -> TcpStream {
            let url = self.ready["url"].as_str().unwrap();
            TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap()
        }

        /// Returns the next line of standard error.
        fn error_line(&mut self) -> String {
            let mut line = String::new();
            let stderr = self.child.stderr.as_mut().unwrap();
            BufReader::with_capacity(1, stderr).read_line(&mut line).unwrap();
            line
        }

        /// Sends a request, and returns the status line of the response.
        fn request(&self, method: &str, path: &str, body: &str) -> String {
            let mut line = String::new();
            BufReader::new(self.send(method, path, body))
                .read_line(&mut line)
                .unwrap();
            line.trim_end().to_owned()
        }

        fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
            let mut socket = self.connect();
            let key = self.ready["apiKey"].as_str().unwrap();
            let length = body.len();
            write!(
                socket,
                "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: ApiKey {key}\r\ncontent-length: {length}\r\n\r\n{body}"
            )
            .unwrap();
            socket
        }

        #[cfg(unix)]
        fn signal(&self, name: &str) {
            let id = self.child.id().to_string();
            let sent = Command::new("kill").args(["-s", name, &id]).status().unwrap();
            assert!(sent.success());
        }

        /// Waits for the program to exit, and returns the exit code and the output after the first line.
        fn end(&mut self) -> (Option<i32>, String) {
            let deadline = Instant::now() + Duration::from_secs(5);
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    let mut rest = String::new();
                    self.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
                    return (status.code(), rest);
                }
                assert!(Instant::now() < deadline, "the program did not end");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    impl Drop for Program {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    fn command(arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modzy-emulator"));
        command.args(arguments);
        command
    }

    fn failure(arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = command(arguments).output().unwrap();
        assert_eq!(stdout, b"");
        (status.code(), String::from_utf8(stderr).unwrap())
    }

    #[test]
    fn it_prints_one_line_of_json_when_it_listens() {
        let program = Program::start(&[]);
        let url = program.ready["url"].as_str().unwrap();
        assert!(url.starts_with("http://127.0.0.1:"));
        assert_eq!(program.ready["baseURL"], format!("{url}/api"));
        assert_eq!(program.ready["apiKey"].as_str().unwrap().len(), 41);
        assert_eq!(program.ready["restrictedKey"], Value::Null);
        assert_eq!(program.ready.as_object().unwrap().len(), 4);
        assert_eq!(program.request("GET", "/api/models", ""), "HTTP/1.1 200 OK");
        assert_eq!(
            program.request("GET", "/control/requests", ""),
            "HTTP/1.1 404 Not Found"
        );
    }

    #[test]
    fn with_the_page_it_prints_its_url_in_the_line_and_on_standard_error() {
        let mut program = Program::start(&["--page"]);
        let url = format!("{}/", program.ready["url"].as_str().unwrap());
        assert_eq!(program.ready["pageURL"], url);
        assert_eq!(program.error_line(), format!("modzy-emulator: the page is {url}\n"));
        assert_eq!(program.request("GET", "/", ""), "HTTP/1.1 200 OK");
    }

    #[test]
    fn its_arguments_are_the_options() {
        let program = Program::start(&[
            "--api-key=a.b",
            "--restricted-key=c.d",
            "--submitted-ms=3600000",
            "--in-progress-ms=1",
            "--store-delay-ms=3600000",
            "--chunk-size=1.5Ki",
            "--max-chunks=7",
            "--max-inputs=3",
            "--max-finished-jobs=5",
            "--max-job-bytes=1000000",
            "--max-model-bytes=1000000",
            "--control",
        ]);
        assert_eq!(program.ready["apiKey"], "a.b");
        assert_eq!(program.ready["restrictedKey"], "c.d");
        assert_eq!(program.request("GET", "/control/requests", ""), "HTTP/1.1 200 OK");
        let mut features = program.send("GET", "/api/jobs/features", "");
        let body = r#"{"inputChunkMaximumSize":"1.5Ki","maximumInputChunks":7,"maximumInputsPerJob":3}"#;
        let mut answer = String::new();
        let mut chunk = [0; 1024];
        // The connection stays open, so the stream does not end with the response.
        while !answer.ends_with('}') {
            let length = features.read(&mut chunk).unwrap();
            assert_ne!(length, 0, "{answer}");
            answer.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
        }
        assert!(answer.ends_with(body), "{answer}");
    }

    #[cfg(unix)]
    #[test]
    fn a_signal_ends_it_with_0_though_a_request_is_stalled() {
        for signal in ["TERM", "INT"] {
            let mut program = Program::start(&["--control"]);
            let stall = r#"{"path":"/api/models","connection":"stall"}"#;
            let added = program.request("POST", "/control/faults", stall);
            assert_eq!(added, "HTTP/1.1 204 No Content");
            let mut stalled = program.send("GET", "/api/models", "");
            let idle = program.connect();
            let started = Instant::now();
            program.signal(signal);
            assert_eq!(program.end(), (Some(0), String::new()), "{signal}");
            assert!(started.elapsed() < Duration::from_secs(2));
            let mut answer = String::new();
            assert_eq!(stalled.read_to_string(&mut answer).unwrap_or(0), 0);
            drop(idle);
        }
    }

    #[test]
    fn it_ends_with_its_standard_input_if_requested() {
        let mut program = Program::start(&["--exit-with-stdin"]);
        program.stdin.as_mut().unwrap().write_all(b"ignored\n").unwrap();
        assert_eq!(program.request("GET", "/api/models", ""), "HTTP/1.1 200 OK");
        drop(program.stdin.take());
        assert_eq!(program.end(), (Some(0), String::new()));
    }

    #[test]
    fn otherwise_it_outlives_its_standard_input() {
        let mut program = Program::start(&[]);
        drop(program.stdin.take());
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(program.request("GET", "/api/models", ""), "HTTP/1.1 200 OK");
    }

    #[test]
    fn the_first_job_that_makes_room_for_another_is_reported_on_standard_error() {
        let mut program = Program::start(&["--submitted-ms=0", "--in-progress-ms=0", "--max-finished-jobs=1"]);
        let job = r#"{"model":{"identifier":"ed542963de","version":"1.0.1"},
            "input":{"type":"text","sources":{"a":{"input.txt":"x"}}}}"#;
        for _ in 0..3 {
            assert_eq!(program.request("POST", "/api/jobs", job), "HTTP/1.1 202 Accepted");
        }
        let mut line = String::new();
        let stderr = program.child.stderr.take().unwrap();
        BufReader::new(stderr).read_line(&mut line).unwrap();
        let expected = "modzy-emulator: finished jobs are being dropped, the oldest first: at most 1 are kept \
            (max_finished_jobs), and at most 2147483648 bytes (max_job_bytes)\n";
        assert_eq!(line, expected);
    }

    #[test]
    fn with_verbose_it_reports_each_request_without_its_query_and_key() {
        let mut program = Program::start(&["--verbose", "--control"]);
        assert_eq!(program.request("GET", "/api/models?name=secret", ""), "HTTP/1.1 200 OK");
        let line = program.error_line();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[..5], ["modzy-emulator:", "GET", "/api/models", "200", "after"]);
        assert_eq!(words[6..], ["ms"]);
        assert_eq!(program.request("GET", "/control/requests", ""), "HTTP/1.1 200 OK");
        assert_eq!(program.request("GET", "/api/nothing", ""), "HTTP/1.1 404 Not Found");
        assert!(
            program
                .error_line()
                .starts_with("modzy-emulator: GET /api/nothing 404 after ")
        );
        let reset = r#"{"path":"/api/models","connection":"reset"}"#;
        program.request("POST", "/control/faults", reset);
        let _socket = program.send("GET", "/api/models", "");
        assert!(
            program
                .error_line()
                .starts_with("modzy-emulator: GET /api/models aborted after ")
        );
    }

    #[test]
    fn it_lists_the_models_and_exits() {
        let output = command(&["--models"]).output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
        let text = String::from_utf8(output.stdout).unwrap();
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split("  ").collect()).collect();
        let row = |start: &str| {
            let cells = rows.iter().find(|row| row[0] == start).unwrap().iter();
            cells
                .map(|cell| cell.trim())
                .filter(|cell| !cell.is_empty())
                .collect::<Vec<_>>()
        };
        assert_eq!(row("MODEL"), ["MODEL", "VERSION", "INPUTS", "OUTPUTS", "NAME"]);
        assert_eq!(
            row("ed542963de"),
            ["ed542963de", "1.0.1", "input.txt", "results.json", "Sentiment Analysis"]
        );
        assert_eq!(row("t3xtl3ngth")[1], "-");
        assert_eq!(row("g3n3r4t0r1")[3], "results.json, results.bin");
        let others = ["--port=1", "--api-key=a.b", "--exit-with-stdin", "--models"];
        assert_eq!(command(&others).output().unwrap().stdout, text.as_bytes());
    }

    #[test]
    fn bad_arguments_exit_with_2_and_say_why() {
        for (arguments, words) in [
            (&["--port", "x"][..], "invalid value 'x' for '--port <PORT>'"),
            (&["--port", "65536"], "65536 is not in 0..=65535"),
            (&["--submitted-ms=-1"], "invalid value '-1' for '--submitted-ms <MS>'"),
            (
                &["--chunk-size", "1kb"],
                "chunk_size must be a size of at least one byte",
            ),
            (&["--max-chunks", "0"], "max_chunks must be at least 1"),
            (&["--max-inputs", "0"], "max_inputs must be at least 1"),
            (&["--max-finished-jobs", "0"], "max_finished_jobs must be at least 1"),
            (&["--max-job-bytes", "0"], "max_job_bytes must be at least 1"),
            (&["--max-model-bytes", "0"], "max_model_bytes must be at least 1"),
            (&["--nothing"], "unexpected argument '--nothing'"),
            (&["--api-key", "nodot"], "api_key must be a prefix and a body"),
            (
                &["--api-key=a.b", "--restricted-key=a.b"],
                "restricted_key must differ from api_key",
            ),
        ] {
            let (code, text) = failure(arguments);
            assert_eq!(code, Some(2), "{text}");
            assert!(text.contains(words), "{text}");
        }
    }

    #[test]
    fn a_port_in_use_exits_with_1_and_says_which() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let (code, text) = failure(&["--port", &port.to_string()]);
        assert_eq!(code, Some(1));
        assert!(
            text.starts_with(&format!("modzy-emulator: cannot listen on 127.0.0.1:{port}: ")),
            "{text}"
        );
    }
}
