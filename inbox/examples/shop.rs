//! A shop with two workers: receives the webhooks of a sandbox, believes the API and not the payload, and ships each order once.
//!
//! It needs PostgreSQL's binaries, and starts everything else: a temporary server (or that of `DATABASE_URL`), a sandbox, an endpoint.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nd8::webhooks::{Event, Verifier};
use nd8::{Billing, Client, Decimal, PaymentStatus, Product};
use nd8_inbox::{Handler, HandlerError, Inbox, Received, Transaction};
use nd8_inbox_proof::cluster::{Cluster, connect};
use nd8_sandbox::{DeliveryFault, Sandbox};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_postgres::NoTls;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const TABLES: &str = "
    CREATE TABLE orders (checkout_id text PRIMARY KEY, payment_id text UNIQUE, status text NOT NULL DEFAULT 'open');
    CREATE TABLE shipment (checkout_id text NOT NULL, worker text NOT NULL);";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let cluster = tokio::task::spawn_blocking(Cluster::start).await??;
    let config = cluster.database().await?;
    let inbox = Inbox::new(config.clone(), NoTls);
    inbox.migrate().await?;
    let database = connect(&config).await?;
    database.batch_execute(TABLES).await?;
    println!("PostgreSQL is running, and the inbox is installed");

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    let sandbox = Sandbox::builder().webhook_url(&url).start().await?;
    let verifier = Verifier::new(sandbox.webhook_secret());
    verifier.check()?;
    let endpoint = inbox.router("/webhooks", verifier);
    tokio::spawn(async move { axum::serve(listener, endpoint).await });
    println!("the endpoint listens at {url}");

    let client = Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    let carrier_is_down = Arc::new(AtomicBool::new(true));
    let (stop, stopped) = watch::channel(false);
    let workers = ["left", "right"].map(|name| {
        let shop = Shop { name, client: client.clone(), carrier_is_down: Arc::clone(&carrier_is_down) };
        let worker = inbox.worker(shop).backoff(Duration::from_millis(50), Duration::from_secs(1));
        let mut stopped = stopped.clone();
        tokio::spawn(worker.poll(Duration::from_millis(50)).run_until(async move {
            let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
        }))
    });

    println!(
        "\nfive customers pay; each first card is declined, and some deliveries come twice or out of order"
    );
    let mut payments = Vec::new();
    for number in 0..5 {
        let billing = Billing::new("US", "Ada", "Lovelace", "ada@example.com").postal_code("94105");
        let mug = Product::ad_hoc("Mug", 1, Decimal::new(29_99, 2));
        let checkout = client.checkouts().create(billing, [mug]).send().await?;
        let order = checkout.checkout_id.to_string();
        database.execute("INSERT INTO orders (checkout_id) VALUES ($1)", &[&order]).await?;
        sandbox.webhooks().inject_fault(if number % 2 == 0 {
            DeliveryFault::Duplicate
        } else {
            DeliveryFault::Reordered
        });
        let customer = sandbox.customer(&order);
        customer.decline().await?;
        payments.push(customer.pay().await?);
    }
    until(&database, "(SELECT count(*) = 5 FROM shipment)").await?;

    println!("\nthe first payment is refunded");
    client.refunds().create(&payments[0], "A mug broke").send().await?;
    until(&database, "(SELECT count(*) = 1 FROM orders WHERE status = 'refunded')").await?;
    until(&database, "NOT EXISTS (SELECT FROM nd8_inbox.queue)").await?;

    let _ = stop.send(true);
    for worker in workers {
        worker.await??;
    }
    println!("\n{:?}", inbox.stats().await?);
    let rows = database.query("SELECT o.checkout_id, o.status, count(s.*), min(s.worker) FROM orders o LEFT JOIN shipment s USING (checkout_id) GROUP BY 1, 2", &[]).await?;
    for row in rows {
        let (order, status, shipments, worker): (&str, &str, i64, &str) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        println!("{order}: {status}, shipped {shipments} time(s), by the {worker} worker");
        if shipments != 1 {
            return Err("an order was not shipped once".into());
        }
    }
    Ok(())
}

struct Shop {
    name: &'static str,
    client: Client,
    carrier_is_down: Arc<AtomicBool>,
}

impl Handler for Shop {
    async fn handle(
        &self,
        delivery: &Received,
        transaction: &mut Transaction<'_>,
    ) -> std::result::Result<(), HandlerError> {
        // The payload only names the payment: an old delivery reports an old state.
        let (payment_id, order) = match delivery.event() {
            Event::TransactionStatusChanged(changed) => (changed.transaction_id, changed.order_id),
            Event::RefundStatusChanged(changed) => (changed.transaction_id, None),
            // It may be about money: it stays in the list of the dead until somebody has looked at it.
            Event::Unreadable { reason, .. } | Event::Unknown { event: None, reason, .. } => {
                return Err(reason.to_string().into());
            }
            _ => return Ok(()),
        };
        let payment_id = payment_id.ok_or("the delivery does not name a payment")?;
        // First of all, so that deliveries of a refund and of its payment do not overtake each other here.
        let lock = "UPDATE orders SET payment_id = $2 WHERE checkout_id = $1 OR payment_id = $2 RETURNING checkout_id";
        let Some(row) = transaction.query_opt(lock, &[&order.as_deref(), &payment_id.as_str()]).await? else {
            return Err(format!("no order has the payment {payment_id}").into());
        };
        let order: String = row.get(0);
        let payment = self.client.payments().get(payment_id).send().await?;
        let status = payment.status.ok_or("the payment has no status")?;
        println!("{}: {order} is {status}", self.name);
        let update = "UPDATE orders SET status = $2 WHERE checkout_id = $1";
        transaction.execute(update, &[&order, &status.to_string()]).await?;
        let is_shipped = "SELECT EXISTS (SELECT FROM shipment WHERE checkout_id = $1)";
        let is_shipped: bool = transaction.query_one(is_shipped, &[&order]).await?.get(0);
        if status == PaymentStatus::Paid && !is_shipped {
            let ship = "INSERT INTO shipment VALUES ($1, $2)";
            transaction.execute(ship, &[&order, &self.name]).await?;
            // What was just written is rolled back, and done again.
            if self.carrier_is_down.swap(false, Ordering::SeqCst) {
                println!("{}: the carrier is down, so {order} is not shipped yet", self.name);
                return Err("the carrier is down".into());
            }
            println!("{}: {order} is shipped", self.name);
        }
        Ok(())
    }
}

async fn until(database: &tokio_postgres::Client, condition: &str) -> Result<()> {
    let sql = format!("SELECT {condition}");
    let polling = async {
        while !database.query_one(&sql, &[]).await?.get::<_, bool>(0) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(60), polling).await?
}
