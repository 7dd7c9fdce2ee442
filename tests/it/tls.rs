//! HTTPS is spoken by whichever TLS was built in, and the server has to prove who it is.

use std::process::Command;
use std::sync::Arc;

use nd8::Client;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;

use crate::support::PAYMENT;

/// A server that responds to every request with a payment, and the certificate it shows.
struct Server {
    url: String,
    certificate: rcgen::Certificate,
}

async fn serve() -> Server {
    let generated =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("the certificate is generated");
    let key = PrivateKeyDer::try_from(generated.signing_key.serialize_der()).expect("the key is valid");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has TLS versions")
        .with_no_client_auth()
        .with_single_cert(vec![generated.cert.der().clone()], key)
        .expect("key and certificate fit");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!(
        "https://localhost:{}/api",
        listener.local_addr().expect("the listener has an address").port()
    );
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            // A client that doesn't trust the certificate hangs up here.
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let length = PAYMENT.len();
            let response =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{PAYMENT}");
            let _ = connection.write_all(response.as_bytes()).await;
            let _ = connection.shutdown().await;
        }
    });
    Server { url, certificate: generated.cert }
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_nothing() {
    let server = serve().await;
    let client = match Client::builder("the-api-key").base_url(&server.url).build() {
        Ok(client) => client,
        // Built without TLS, which is reported when the client is built and not in the middle of a payment.
        Err(error) => {
            return assert!(error.is_configuration() && error.to_string().contains("no TLS"), "{error}");
        }
    };
    let error = client
        .payments()
        .get("TX1")
        .retry(nd8::RetryPolicy::never())
        .send()
        .await
        .expect_err("the certificate is not trusted");
    assert!(error.is_connect(), "{error:?}");
    assert_eq!(error.outcome(), nd8::Outcome::NotSent);
}

/// The trusted roots of rustls and of OpenSSL can be given by the variable `SSL_CERT_FILE`, which is read when a client is built; so
/// the client is a process of its own, this test again.
#[tokio::test]
async fn a_server_that_is_vouched_for_is_spoken_to() {
    if let Ok(url) = std::env::var("ND8_BASE_URL") {
        if !url.starts_with("https://localhost") {
            return println!("skipped: ND8_BASE_URL is set, and is none of this test's servers");
        }
        let client = Client::builder("the-api-key").base_url(url).build().expect("TLS is built in");
        let payment = client.payments().get("TX1").send().await.expect("the certificate is trusted");
        assert_eq!(payment.id, "TXabc123");
        return;
    }
    if !cfg!(target_os = "linux") {
        return println!("skipped: only on Linux are trusted roots taken from a file");
    }
    if Client::builder("the-api-key").build().is_err() {
        return println!("skipped: built without TLS");
    }
    let server = serve().await;
    let file = tempfile::NamedTempFile::new().expect("the file is created");
    std::fs::write(file.path(), server.certificate.pem()).expect("the file is written");
    let mut client = Command::new(std::env::current_exe().expect("the path of this program is known"));
    client.args(["--exact", "tls::a_server_that_is_vouched_for_is_spoken_to", "--nocapture"]);
    client.env("ND8_BASE_URL", &server.url).env("SSL_CERT_FILE", file.path());
    let output = tokio::task::spawn_blocking(move || client.output()).await.expect("the task does not panic");
    let output = output.expect("the process runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}
