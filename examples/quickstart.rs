//! A payment from checkout to refund, with the result of each step.
//!
//! Without any setting it starts a sandbox of its own on this machine and plays the customer as well. With `ND8_API_KEY`
//! set it talks to ND8's sandbox instead, or to the server at `ND8_BASE_URL`, and stops at the checkout page: paying
//! there is up to you.
//!
//! To put a proxy between the client and the example's own sandbox, as `sandbox/scripts/prism` does: the port for the
//! sandbox is the argument, and `ND8_BASE_URL` is the proxy.

use std::process::ExitCode;
use std::time::Duration;

use nd8::webhooks::{Delivery, Event, Verifier};
use nd8::{BillTo, Checkout, Client, Money, Product, RefundStatus};
use nd8_sandbox::{SEEDED_PRODUCT, Sandbox};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    let result = match std::env::var("ND8_API_KEY") {
        Ok(key) => with_nd8(key).await,
        Err(_) => on_this_machine().await,
    };
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("\nerror: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
    if let Some(error) = error.downcast_ref::<nd8::Error>() {
        for message in error.messages() {
            eprintln!("  the server reports: {} {}", message.pointer, message.message);
        }
    }
    ExitCode::FAILURE
}

/// Runs with your own key, up to the checkout page.
async fn with_nd8(key: String) -> Result<()> {
    // `settings_from_env` reads `ND8_BASE_URL`, among others.
    let client = Client::builder(key).application("nd8-quickstart").settings_from_env()?.build()?;
    let checkout = create_checkout(&client, [mugs()?]).await?;
    println!("\nOpen the page, pay, and look the payment up with `client.payments().get(…)`.");
    println!("Your webhook endpoint will receive the result under order id {}.", checkout.checkout_id);
    Ok(())
}

/// Runs with a sandbox on this machine, from end to end.
async fn on_this_machine() -> Result<()> {
    let mut webhooks = Receiver::start().await?;
    // Without an argument the port is 0, for which the system chooses a free one.
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let sandbox =
        Sandbox::builder().bind(([127, 0, 0, 1], port).into()).webhook_url(&webhooks.url).start().await?;
    let verifier = Verifier::new(sandbox.webhook_secret());
    let client =
        Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).settings_from_env()?.build()?;
    step("A sandbox is running, just for this example");
    fact("base URL", &sandbox.base_url());

    let from_the_catalog = Product::catalog(SEEDED_PRODUCT, 1);
    let checkout = create_checkout(&client, [mugs()?, from_the_catalog]).await?;

    step("The customer's first card is declined");
    let customer = sandbox.customer(&checkout.checkout_id);
    let payment_id = customer.decline().await?;
    webhooks.next(&verifier).await?;

    step("The second one works");
    customer.pay().await?;
    webhooks.next(&verifier).await?;

    step("The payment, with both attempts");
    let payment = client.payments().get(&payment_id).send().await?;
    fact("payment", &payment.id);
    fact("status", &or_unknown(payment.status.as_ref()));
    fact("amount", &payment.money()?);
    for attempt in &payment.deposit_attempts {
        let error = attempt.error_message.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
        fact("attempt", &format!("{}{error}", or_unknown(attempt.status.as_ref())));
    }

    step("A part of it goes back");
    let part = client.refunds().of(&payment).create("One mug arrived broken").amount(Money::usd("40.00")?);
    let refund = part.send().await?;
    fact("refund", &or_unknown(refund.id().as_ref()));
    fact("amount", &refund.money()?);
    fact("status", &or_unknown(refund.status.as_ref()));
    webhooks.refunded(&verifier).await?;

    step("All refunds of the payment");
    for refund in client.refunds().list().search(&payment.id).send().await? {
        fact(
            "refund",
            &format!("{}: {}, {}", refund.id, refund.money()?, or_unknown(refund.status.as_ref())),
        );
    }

    step("More than what is left is refused");
    let error = client.refunds().of(&payment).create("Too much").amount(Money::usd("999.00")?).send().await;
    let Err(error) = error else { return Err("the sandbox refunded more than was paid".into()) };
    fact("error", &error);
    fact("outcome", &format!("{:?}: nothing was refunded, and trying again would not help", error.outcome()));
    for message in error.messages() {
        fact("message", &message.message);
    }
    Ok(())
}

async fn create_checkout(client: &Client, products: impl IntoIterator<Item = Product>) -> Result<Checkout> {
    step("A checkout");
    let ada = BillTo { country: "US", first_name: "Ada", last_name: "Lovelace", email: "ada@example.com" };
    let checkout = client.checkouts().create(ada.postal_code("94105"), products).send().await?;
    fact("checkout", &checkout.checkout_id);
    fact("page", &checkout.checkout_url);
    Ok(checkout)
}

/// Every field but the id may be missing from a response.
fn or_unknown<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "unknown".to_owned(), T::to_string)
}

fn mugs() -> Result<Product> {
    Ok(Product::ad_hoc("Mug", 2, Money::usd("29.99")?))
}

fn step(what: &str) {
    println!("\n{what}");
}

fn fact(name: &str, value: &dyn std::fmt::Display) {
    println!("  {name:<9} {value}");
}

/// Prints a state that a webhook may leave out.
fn state(status: &Option<impl std::fmt::Display>) -> String {
    status.as_ref().map_or_else(|| "not reported".to_owned(), ToString::to_string)
}

/// The shop's webhook endpoint.
struct Receiver {
    url: String,
    deliveries: tokio::sync::mpsc::UnboundedReceiver<(axum::http::HeaderMap, axum::body::Bytes)>,
}

impl Receiver {
    async fn start() -> Result<Self> {
        let (sender, deliveries) = tokio::sync::mpsc::unbounded_channel();
        let endpoint = axum::routing::post(|headers, body| async move {
            // Whoever is gone does not wait for it.
            let _ = sender.send((headers, body));
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhooks", listener.local_addr()?);
        let app = axum::Router::new().route("/webhooks", endpoint);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { url, deliveries })
    }

    /// Waits for a delivery, verifies it, and only then reads it.
    async fn next(&mut self, verifier: &Verifier) -> Result<Delivery> {
        let delivery = tokio::time::timeout(Duration::from_secs(10), self.deliveries.recv()).await?;
        let (headers, body) = delivery.ok_or("the receiver is gone")?;
        let delivery = verifier.verify(&headers, &body)?;
        let what = match &delivery.event {
            Event::TransactionStatusChanged(payment) => format!("the payment is {}", state(&payment.status)),
            Event::RefundStatusChanged(refund) => format!("the refund is {}", state(&refund.status)),
            // An endpoint responds with a 5xx, so that ND8 sends it again.
            Event::Unreadable { reason, .. } => {
                return Err(format!("a webhook is unreadable: {reason}").into());
            }
            other => format!("{other:?}"),
        };
        fact("webhook", &format!("{what} (signature verified)"));
        Ok(delivery)
    }

    /// Waits until a refund has been paid out.
    async fn refunded(&mut self, verifier: &Verifier) -> Result<()> {
        loop {
            if let Event::RefundStatusChanged(refund) = self.next(verifier).await?.event
                && refund.status == Some(RefundStatus::Completed)
            {
                return Ok(());
            }
        }
    }
}
