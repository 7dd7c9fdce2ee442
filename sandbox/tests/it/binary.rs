//! Thin binary: prints what a program needs to call it, and serves.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Binary, which ends with the test, however it ends.
pub(crate) struct Running {
    process: Child,
    /// Facts that it printed about itself, by name.
    pub(crate) facts: HashMap<String, String>,
}

impl Running {
    pub(crate) fn start(arguments: &[&str]) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nd8-sandbox"));
        let mut process = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut facts = HashMap::new();
        for line in lines {
            if line.starts_with("ND8_BASE_URL=") {
                facts.insert("line".to_owned(), line);
                break;
            }
            if let Some((name, fact)) = line.split_once("  ").or(line.rsplit_once(' ')) {
                facts.insert(name.to_owned(), fact.trim().to_owned());
            }
        }
        Running { process, facts }
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.facts["base URL"]
    }

    /// Ends it as nothing can prevent or prepare for.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn the_printed_line_is_enough_to_call_it() {
    let running = Running::start(&[]);
    let (base_url, api_key) = running.facts["line"].split_once(' ').unwrap();
    let (base_url, api_key) = (base_url.split_once('=').unwrap().1, api_key.split_once('=').unwrap().1);

    let request = crate::support::http().get(format!("{base_url}/refunds/")).header("Api-Key", api_key);

    assert_eq!(request.send().await.unwrap().text().await.unwrap(), "[]");
}

#[test]
fn one_seed_prints_the_same_keys() {
    let keys = |seed| {
        let mut facts = Running::start(&["--seed", seed]).facts.clone();
        ["API key", "session token", "webhook secret"].map(|name| facts.remove(name).unwrap())
    };
    assert_eq!(keys("7"), keys("7"));
    assert_ne!(keys("7"), keys("8"));
}

#[cfg(unix)]
#[test]
fn the_signal_of_services_ends_it_cleanly() {
    let mut running = Running::start(&[]);
    let kill = Command::new("kill").args(["-TERM", &running.process.id().to_string()]).status();
    assert!(kill.unwrap().success());
    assert_eq!(running.process.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn faults_are_set_from_the_command_line() {
    let running = Running::start(&["--json-logs", "--fault", "status=502,on=GET /refunds/,nth=1,body=a, b"]);
    let url = format!("{}/refunds/", running.base_url());
    let request = || crate::support::http().get(&url).header("Api-Key", &running.facts["API key"]).send();

    let hit = request().await.unwrap();
    assert_eq!((hit.status().as_u16(), hit.text().await.unwrap().as_str()), (502, "a, b"));
    assert_eq!(request().await.unwrap().status(), 200);
}

#[test]
fn other_machines_need_an_option_to_be_let_in() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_nd8-sandbox")).args(["--bind", "0.0.0.0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--allow-remote"));
    let running = Running::start(&["--bind", "0.0.0.0", "--allow-remote"]);
    assert!(running.base_url().starts_with("http://127.0.0.1:"), "an address that can be connected to");
}

#[test]
fn arguments_that_make_no_sense_are_an_error() {
    for arguments in [
        &["8080"][..],
        &["--port", "65536"],
        &["--seed", "x"],
        &["--state"],
        &["--nothing"],
        &["--fault", "explode"],
        &["--quirk", "explode"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_nd8-sandbox")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "), "{output:?}");
    }
}

/// Without the check of a write, a closed pipe is a panic.
#[cfg(unix)]
#[test]
fn a_closed_pipe_and_a_half_open_connection_do_not_prevent_a_clean_end() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_nd8-sandbox"));
    let mut process = process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(process.stdout.take());
    let mut running = Running::start(&[]);
    let address = running.base_url().trim_start_matches("http://").trim_end_matches("/api").to_owned();
    let mut half_open = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(&mut half_open, b"GET / HTTP/1.1\r\nhost: ").unwrap();
    for process in [&mut process, &mut running.process] {
        let kill = Command::new("kill").args(["-TERM", &process.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }
    assert_eq!(running.process.wait().unwrap().code(), Some(0));
    let output = process.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("panicked"), "{errors}");
}
