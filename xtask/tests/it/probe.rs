//! `cargo xtask probe` as people run it: the commands of `docs/probing.md`, and what is refused, against `nd8-sandbox`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;

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
    fn run(&self, command: Command) -> Ran {
        self.run_with(command, |server, _, page| pay(server, page))
    }

    /// Runs a command, and calls this with each hosted page that it prints.
    fn run_with(&self, mut command: Command, with_page: impl Fn(&Server, &Child, &str)) -> Ran {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("runs");
        let stderr = BufReader::new(child.stderr.take().expect("is piped"));
        let out = child.stdout.take().expect("is piped");
        let reading = std::thread::spawn(move || std::io::read_to_string(out).expect("is text"));
        let mut printed = String::new();
        for line in stderr.lines().map(|line| line.expect("is text")) {
            if let Some((_, page)) = line.split_once("waiting for a payment at ") {
                with_page(self, &child, page);
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

/// Pays a checkout by the address of its page.
fn pay(server: &Server, page: &str) {
    let token = page.rsplit('/').next().unwrap_or_default();
    let checkout = token.split('.').next().expect("begins with the id");
    server.runtime.block_on(server.sandbox.customer(checkout).pay()).expect("pays");
}

#[test]
fn the_commands_of_the_guide_print_what_it_shows() {
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

/// Ctrl-C while somebody is to pay: the endpoint of the webhooks is the merchant's again.
#[test]
#[cfg(unix)]
fn an_interrupted_run_restores_the_webhook_endpoint() {
    let (server, copy) = (Server::start(&[]), Copy::new());
    let old = "http://127.0.0.1:9/old";
    server.sandbox.set_webhook_url(old);
    let mut arguments = vec!["probe", "--yes", "--webhook-receiver", "127.0.0.1:0", "--pay"];
    arguments.extend(["--max-seconds", "600"]);
    let ran = server.run_with(server.command(&copy, &arguments), |_, child, _| {
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(killed.expect("runs").success());
    });
    assert_eq!(ran.status, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("the run ended early: it was interrupted"), "{}", ran.stderr);
    let url = format!("{}/organization/webhooks/", server.sandbox.base_url());
    let token = format!("Token {}", server.sandbox.session_token());
    let response = ureq::get(url).header("authorization", token).call();
    let body = response.expect("is served").body_mut().read_to_string().expect("is text");
    assert_eq!(body, format!("{{\"endpoint_url\":\"{old}\"}}"));
}

/// What was seen belongs to the overlay that was expected.
#[test]
fn an_overlay_that_changes_during_the_run_is_not_overwritten() {
    let (server, copy) = (Server::start(&[]), Copy::new());
    let arguments = ["probe", "--yes", "--webhook-receiver", "127.0.0.1:0", "--pay", "--apply"];
    let edited = copy.read("openapi/overlay.json") + "\n";
    let ran = server.run_with(server.command(&copy, &arguments), |server, _, page| {
        copy.write("openapi/overlay.json", &edited);
        pay(server, page);
    });
    assert_eq!(ran.status, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("openapi/overlay.json has changed during the run, so nothing is written"),
        "{}",
        ran.stderr
    );
    assert_eq!(copy.read("openapi/overlay.json"), edited);
}

/// Passes requests on to a sandbox, and changes what comes back: without a credential it is 403, as of the framework where no
/// scheme has a challenge, refunds have no time of creation, and unknown filters are ignored.
async fn otherwise(State(origin): State<String>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1_000_000).await.expect("arrives");
    let has_credential = parts.headers.contains_key("authorization") || parts.headers.contains_key("api-key");
    let path = parts.uri.to_string();
    let ignores = path.contains("status=nd8-probe");
    let target = if ignores { path.replace("status=nd8-probe", "") } else { path.clone() };
    let mut outgoing = ureq::http::Request::builder().method(parts.method).uri(format!("{origin}{target}"));
    for (name, value) in
        parts.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "host" | "content-length"))
    {
        outgoing = outgoing.header(name, value);
    }
    let outgoing = outgoing.body(body.to_vec()).expect("is a request");
    let (status, headers, mut text) = tokio::task::spawn_blocking(move || {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        let agent = ureq::Agent::new_with_config(config);
        let mut response = agent.run(outgoing).expect("responds");
        let text = response.body_mut().read_to_string().expect("is text");
        (response.status(), response.headers().clone(), text)
    })
    .await
    .expect("does not panic");
    let mut status = status.as_u16();
    if status == 401 && !has_credential {
        status = 403;
    }
    if path.contains("/refunds/")
        && let Ok(mut json) = serde_json::from_str::<Value>(&text)
    {
        let rows = if json.is_array() { json.as_array_mut() } else { None };
        match rows {
            Some(rows) => rows
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|row| drop(row.remove("created_at"))),
            None => drop(json.as_object_mut().map(|row| row.remove("created_at"))),
        }
        text = json.to_string();
    }
    let mut response = Response::builder().status(status);
    for (name, value) in &headers {
        if !matches!(name.as_str(), "content-length" | "transfer-encoding" | "www-authenticate") {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(text)).expect("is a response")
}

#[test]
fn a_server_that_refuses_otherwise_is_stated_by_refusals_and_required_fields() {
    let (server, copy) = (Server::start(&[]), Copy::new());
    let origin = server.sandbox.origin().to_owned();
    let listener = server.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("binds");
    let base_url = format!("http://{}/api", listener.local_addr().expect("is bound"));
    let app = axum::Router::new().fallback(otherwise).with_state(origin);
    server.runtime.spawn(async move { axum::serve(listener, app).await });
    let probe = |arguments: &[&str]| {
        let fixed = ["probe", "--yes", "--refunds", "--payment", &server.payment];
        let mut command = server.command(&copy, &[&fixed, arguments].concat());
        command.env("ND8_BASE_URL", &base_url);
        server.run(command)
    };

    let first = probe(&["--apply"]);
    assert_eq!(first.status, Some(0), "{}{}", first.stdout, first.stderr);
    for line in [
        "OTHERWISE   key.missing.get-payment",
        "OTHERWISE   refund.fields (absent-fields)",
        "not expressible in the overlay: it was no refusal",
        r#"removed     {"status": "401", "source": "inferred", "description": "The API key is missing, unknown or revoked.", "roles": ["get_refund"]}"#,
    ] {
        assert!(first.stdout.contains(line), "{line}: {}", first.stdout);
    }
    let merged: Value = serde_json::from_str(&copy.read("openapi/merged.json")).expect("is JSON");
    let required = merged["components"]["schemas"]["Refund"]["required"].to_string();
    assert!(required.contains("\"id\"") && !required.contains("created_at"), "{required}");
    let responses = &merged["paths"]["/checkout/create/"]["post"]["responses"];
    assert!(responses["401"].is_null() && responses["403"].is_object(), "{responses}");

    let second = probe(&["--apply"]);
    assert!(second.stdout.contains(" 0 otherwise, "), "{}", second.stdout);
    assert!(second.stderr.contains("written: nothing has changed"), "{}", second.stderr);
    let fresh = copy.xtask().args(["codegen", "--check"]).output().expect("runs");
    assert!(fresh.status.success(), "{fresh:?}");
}
