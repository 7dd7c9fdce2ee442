//! `cargo xtask probe` as people run it: the commands of `docs/probing.md`, and what is refused, against `nd8-sandbox`.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use nd8_sandbox::{Quirk, Sandbox};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::{Copy, top};
use crate::walkthrough::{Block, blocks, compare};

/// A sandbox with a paid payment.
struct Server {
    sandbox: Sandbox,
    payment: String,
    runtime: Runtime,
}

/// What a command did.
struct Ran {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Server {
    fn start(quirks: &[Quirk]) -> Server {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("starts");
        let sandbox = runtime.block_on(Sandbox::builder().seed(7).start()).expect("starts");
        let checkout = json!({
            "billing_country": "FR", "billing_first_name": "Ada", "billing_last_name": "Lovelace",
            "billing_email": "ada@example.com", "products": [{ "name": "Mug", "quantity": 2, "unit_price": 30 }],
        });
        let response = ureq::post(format!("{}/checkout/create/", sandbox.base_url()))
            .header("authorization", format!("Api-Key {}", sandbox.api_key()))
            .header("content-type", "application/json")
            .send(checkout.to_string());
        let body = response.expect("is created").body_mut().read_to_string().expect("is text");
        let checkout: Value = serde_json::from_str(&body).expect("is JSON");
        let customer = sandbox.customer(checkout["checkout_id"].as_str().expect("has an id"));
        let payment = runtime.block_on(customer.pay()).expect("pays");
        sandbox.quirks().set(quirks);
        Server { sandbox, payment, runtime }
    }

    /// A command on a copy of the repository, with this server in its environment.
    fn command(&self, copy: &Copy, arguments: &[&str]) -> Command {
        let mut command = Command::new(snapbox::cmd::cargo_bin!("xtask"));
        command.arg("--repository").arg(copy.path()).args(["--today", "2026-12-01"]).args(arguments);
        command.env("ND8_API_KEY", self.sandbox.api_key());
        command.env("ND8_SESSION_TOKEN", self.sandbox.session_token());
        command.env("ND8_BASE_URL", self.sandbox.base_url());
        command
    }

    /// Runs a command. Each hosted page that it prints is paid.
    fn run(&self, mut command: Command) -> Ran {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("runs");
        let stderr = BufReader::new(child.stderr.take().expect("is piped"));
        let out = child.stdout.take().expect("is piped");
        let reading = std::thread::spawn(move || std::io::read_to_string(out).expect("is text"));
        let mut printed = String::new();
        for line in stderr.lines().map(|line| line.expect("is text")) {
            if let Some((_, token)) = line.split_once("/pay/") {
                let checkout = token.split('.').next().expect("begins with the id");
                self.runtime.block_on(self.sandbox.customer(checkout).pay()).expect("pays");
            }
            printed.push_str(&line);
            printed.push('\n');
        }
        let status = child.wait().expect("ends").code();
        Ran { status, stdout: reading.join().expect("reads"), stderr: printed }
    }

    fn probe(&self, copy: &Copy, arguments: &[&str]) -> Ran {
        let payment = ["probe", "--yes", "--payment", &self.payment, "--refunds"];
        self.run(self.command(copy, &[&payment, arguments].concat()))
    }
}

#[test]
fn the_commands_of_the_guide_do_what_it_says() {
    let (server, copy) = (Server::start(&[]), Copy::new());
    let guide = std::fs::read_to_string(top().join("docs/probing.md")).expect("readable");
    let mut commands = 0;
    for Block { command, excerpt } in blocks(&guide) {
        let command = command.expect("each block begins with a command");
        let arguments = command.strip_prefix("cargo xtask ").expect("is a command of xtask");
        let arguments = arguments.replace("\"$PAYMENT\"", &server.payment);
        let ran = server.run(server.command(&copy, &arguments.split(' ').collect::<Vec<_>>()));
        assert_eq!(ran.status, Some(0), "{command}: {}\n{}", ran.stdout, ran.stderr);
        if !excerpt.is_empty()
            && let Err(problem) = compare(&excerpt, &ran.stdout)
        {
            panic!("docs/probing.md: the excerpt of `{command}`\n{problem}\n\nthe output:\n{}", ran.stdout);
        }
        commands += 1;
    }
    assert_eq!(commands, 8, "the guide has other blocks than this test expects");
    assert_eq!(guide.matches("$ ").count(), commands, "a command is in a block that no test runs");
}

#[test]
fn without_yes_nothing_is_sent() {
    let copy = Copy::new();
    let server = Server::start(&[]);
    let before = server.sandbox.snapshot();
    let ran = server.run(server.command(&copy, &["probe", "--refunds", "--payment", &server.payment]));
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), ""));
    for line in [
        "at most 300 requests",
        "at most 7 checkouts",
        "3 refunds",
        "nothing was sent; run it again with --yes",
    ] {
        assert!(ran.stderr.contains(line), "{}", ran.stderr);
    }
    assert_eq!(format!("{:?}", server.sandbox.snapshot()), format!("{before:?}"));
}

#[test]
fn what_is_otherwise_is_applied_with_what_is_derived_from_it() {
    let (server, copy) = (Server::start(&[Quirk::NullFields]), Copy::new());
    let before = copy.contents();
    let first = server.probe(&copy, &[]);
    assert_eq!(first.status, Some(1), "{}{}", first.stdout, first.stderr);
    assert!(first.stdout.contains("OTHERWISE   refund.fields (null-fields)"), "{}", first.stdout);
    assert_eq!(copy.contents(), before, "a report changes no file");

    let applied = server.probe(&copy, &["--apply"]);
    assert_eq!(applied.status, Some(0), "{}", applied.stderr);
    assert!(applied.stderr.contains("written: openapi/overlay.json, "), "{}", applied.stderr);
    let merged: Value = serde_json::from_str(&copy.read("openapi/merged.json")).expect("is JSON");
    assert_eq!(merged["components"]["schemas"]["Refund"]["properties"]["reason"]["nullable"], true);

    let second = server.probe(&copy, &["--apply"]);
    assert_eq!(second.status, Some(0), "{}", second.stdout);
    assert!(second.stdout.contains(" 0 otherwise, "), "{}", second.stdout);
    assert!(second.stderr.contains("written: nothing has changed"), "{}", second.stderr);
    let fresh = copy.xtask().args(["codegen", "--check"]).output().expect("runs");
    assert!(fresh.status.success(), "{fresh:?}");
}

#[test]
fn production_is_refused_before_anything_is_sent() {
    let (server, copy) = (Server::start(&[]), Copy::new());
    let live = server.sandbox.create_production_key(&[]);
    for (name, value, expected) in [
        ("ND8_BASE_URL", "https://api.nd8.com/api", "the base URL is not known to be a sandbox's"),
        ("ND8_API_KEY", live.as_str(), "the API key is one of production by its name"),
        ("ND8_API_KEY", "", "there is no API key: set ND8_API_KEY"),
        ("ND8_API_KEY", "unknown", "the server does not accept the API key"),
    ] {
        let mut command = server.command(&copy, &["probe", "--yes"]);
        command.env(name, value);
        let ran = server.run(command);
        assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""), "{name}");
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        assert!(value.len() < 8 || !ran.stderr.contains(value), "{}", ran.stderr);
    }
}

#[test]
fn a_production_key_of_the_organization_stops_a_run_that_reads_the_dashboard() {
    let (server, copy) = (Server::start(&[]), Copy::new());
    server.sandbox.create_production_key(&[]);
    let before = copy.contents();
    let ran = server.probe(&copy, &["--apply"]);
    assert_eq!(ran.status, Some(2), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("stopped at a sign of production: a response names a key of production"),
        "{}",
        ran.stderr
    );
    assert_eq!(copy.contents(), before, "nothing is applied");
}
