//! Simulated outcomes are for sandboxes.

use nd8::{Billing, Client, Decimal, Environment, Outcome, Product, SandboxSimulation};

use crate::support::{CHECKOUT, Server};

fn simulated(client: &Client) -> nd8::Call<nd8::CreateCheckout> {
    let billing = Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    let call = client.checkouts().create(billing, [Product::ad_hoc("Mug", 1, Decimal::ONE)]);
    call.sandbox_simulate(SandboxSimulation::PaymentFailed)
}

#[tokio::test]
async fn nothing_is_simulated_in_production() {
    for base_url in [
        Environment::Production.base_url(),
        "https://payments.example/api",
        "https://localhost.example/api",
        "https://api.nd8.com/api/sandbox",
    ] {
        let client = Client::builder("k").base_url(base_url).build().expect("the client is built");
        for call in [simulated(&client), simulated(&client).unchecked()] {
            let error = call.send().await.expect_err("the request is refused");
            assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 0), "{base_url}: {error:?}");
            assert_eq!(error.messages()[0].pointer, "/sandbox_simulate");
        }
    }
}

#[tokio::test]
async fn a_sandbox_receives_the_simulated_outcome() {
    let server = Server::with_json(201, CHECKOUT).await;
    simulated(&server.client()).send().await.expect("the server responds");
    assert!(server.only().text().contains(r#""sandbox_simulate":"payment_failed""#));
}
