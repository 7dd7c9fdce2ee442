//! The proxy settings of the environment apply to other machines, never to this one.

use std::process::Command;

use nd8::{Client, Dashboard};

use crate::support::{PAYMENT, Server};

/// By which the proxy is known from the server.
const BY_PROXY: &str =
    r#"{"id":"TXproxy","amount":"1.00","status":"paid","currency":"USD","depositAttempts":[]}"#;

/// What the process asks whose environment names a proxy.
async fn ask(base_url: &str) {
    let localhost = base_url.replace("127.0.0.1", "localhost");
    for base_url in [base_url, &localhost] {
        let client = Client::builder("the-api-key").base_url(base_url).build().expect("the client is built");
        let payment = client.payments().get("TX1").send().await.expect("the server responds");
        assert_eq!(&*payment.id, "TXabc123", "{base_url} was requested through the proxy");
        client.raw().get_payment(&"TX1".into()).send().await.expect("the server responds");
        let dashboard =
            Dashboard::builder("the-session").base_url(base_url).build().expect("the client is built");
        dashboard
            .request::<serde_json::Value>(http::Method::GET, "/x/")
            .send()
            .await
            .expect("the server responds");
    }
    // The environment is honored elsewhere. A name that no server knows can be reached by the proxy only.
    let elsewhere = Client::builder("the-api-key").base_url("http://nd8.test/api").allow_plain_http();
    let payment = elsewhere
        .build()
        .expect("the client is built")
        .payments()
        .get("TX1")
        .send()
        .await
        .expect("the proxy responds");
    assert_eq!(&*payment.id, "TXproxy");
}

/// The environment is read when a client is built; so the client is a process of its own, this test again.
#[tokio::test]
async fn this_machine_is_reached_without_a_proxy() {
    if let Ok(url) = std::env::var("ND8_BASE_URL") {
        if !url.starts_with("http://127.0.0.1") {
            return println!("skipped: ND8_BASE_URL is set, and is none of this test's servers");
        }
        return ask(&url).await;
    }
    let (server, proxy) = (Server::with_json(200, PAYMENT).await, Server::with_json(200, BY_PROXY).await);
    let mut client = Command::new(std::env::current_exe().expect("the path of this program is known"));
    client.args(["--exact", "proxies::this_machine_is_reached_without_a_proxy", "--nocapture"]);
    client.env("ND8_BASE_URL", &server.url);
    for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        let url = proxy.url.trim_end_matches("/api");
        client.env(variable, url).env(variable.to_ascii_lowercase(), url);
    }
    for variable in ["NO_PROXY", "no_proxy", "REQUEST_METHOD"] {
        client.env_remove(variable);
    }
    let output = tokio::task::spawn_blocking(move || client.output()).await.expect("the task does not panic");
    let output = output.expect("the process runs");
    let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    assert_eq!(server.received().len(), 6);
    assert_eq!(proxy.only().uri.to_string(), "http://nd8.test/api/transactions/TX1/");
}
