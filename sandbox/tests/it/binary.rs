//! The thin binary: prints what a program needs to call it, and serves.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Ends the process with the test, however it ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_printed_line_is_enough_to_call_it() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nd8-sandbox"));
    let mut running = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.into_iter().find(|line| line.starts_with("ND8_BASE_URL=")).unwrap();
    let (base_url, api_key) = line.split_once(' ').unwrap();
    let (base_url, api_key) = (base_url.split_once('=').unwrap().1, api_key.split_once('=').unwrap().1);

    let request = crate::support::http().get(format!("{base_url}/refunds/")).header("Api-Key", api_key);

    assert_eq!(request.send().await.unwrap().text().await.unwrap(), "[]");
}

#[test]
fn arguments_that_make_no_sense_are_an_error() {
    for arguments in [&["port"][..], &["65536"], &["--help"], &["0", "http://127.0.0.1/", "more"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_nd8-sandbox")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage: nd8-sandbox"));
    }
}
