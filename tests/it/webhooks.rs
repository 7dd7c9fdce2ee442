//! Webhooks as a shop lives with them: signed by the sandbox, taken by axum, handled once.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use nd8::webhooks::{
    Delivery, DeliveryRejection, Event, Headers, MemoryDeduplicator, Once, OnceError, SIGNATURE_HEADER,
    TIMESTAMP_HEADER, Verifier, handle_once,
};
use nd8::{Billing, Client, Decimal, PaymentStatus, Product, RefundStatus};
use nd8_sandbox::Sandbox;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Barrier, Semaphore, mpsc};
use tokio::task::JoinSet;

const LIMIT: Duration = Duration::from_secs(10);
const BODY: &[u8] = br#"{"event":"webhook.test"}"#;

type Extracted = Result<Delivery, DeliveryRejection>;

/// A shop on loopback, gone when dropped.
struct Shop {
    url: String,
    address: std::net::SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Shop {
    async fn open(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("the listener has an address");
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("the server runs") });
        Self { url: format!("http://{address}/webhooks"), address, task }
    }

    /// A shop that passes on what the extractor gives.
    async fn passing_on(verifier: Verifier) -> (Self, mpsc::UnboundedReceiver<Extracted>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let endpoint = post(async move |extracted: Extracted| {
            let status = match &extracted {
                Ok(_) => StatusCode::NO_CONTENT,
                Err(rejection) => rejection.response_status(),
            };
            sender.send(extracted).expect("the test listens");
            status
        });
        let app = Router::new().route("/webhooks", endpoint).with_state(verifier);
        (Self::open(app).await, receiver)
    }

    async fn deliver(&self, headers: &[(&str, String)], body: &'static [u8]) -> StatusCode {
        let mut request = plain_http().post(&self.url).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        request.send().await.expect("the server responds").status()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One of reqwest's features that are on needs a TLS configuration, even for plain HTTP.
fn plain_http() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls =
        tls.expect("the provider has TLS versions").with_root_certificates(rustls::RootCertStore::empty());
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls.with_no_client_auth());
    client.build().expect("the HTTP client is built")
}

async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(LIMIT, future).await.expect("the future completes in time")
}

#[tokio::test]
async fn what_happens_to_a_payment_arrives_verified_and_typed() {
    let sandbox = Sandbox::start().await.unwrap();
    // A secret that is not the sandbox's comes first, as while changing it.
    let verifier = Verifier::new("the next secret").also(sandbox.webhook_secret());
    let (shop, mut deliveries) = Shop::passing_on(verifier).await;
    sandbox.set_webhook_url(&shop.url);
    let client = Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build().unwrap();
    let billing = Billing::new("US", "Ada", "Lovelace", "ada@example.com").postal_code("94105");
    let mugs = Product::ad_hoc("Mug", 2, Decimal::new(29_99, 2));
    let checkout = client.checkouts().create(billing, [mugs]).send().await.unwrap();
    let order_id = checkout.checkout_id.to_string();

    let customer = sandbox.customer(&order_id);
    customer.decline().await.unwrap();
    let payment_id = customer.pay().await.unwrap();
    for (status, attempts) in [(PaymentStatus::Failed, 1), (PaymentStatus::Paid, 2)] {
        let delivery = within(deliveries.recv()).await.unwrap().unwrap();
        assert_eq!(delivery.matched_secret, 1);
        assert!(delivery.id.as_str().parse::<uuid::Uuid>().is_ok(), "{}", delivery.id);
        assert_eq!(delivery.announced.as_deref(), delivery.event.name());
        let Event::TransactionStatusChanged(payment) = delivery.event else { panic!("is about a payment") };
        assert_eq!(
            (payment.transaction_id.as_deref(), payment.order_id.as_deref()),
            (Some(&*payment_id), Some(&*order_id))
        );
        assert_eq!(
            (payment.amount, payment.currency.as_deref()),
            (Some(Decimal::new(59_98, 2)), Some("USD"))
        );
        assert_eq!(
            (payment.status, payment.deposit_attempts.map(|list| list.len())),
            (Some(status), Some(attempts))
        );
        assert!(payment.created_at <= payment.updated_at && payment.updated_at.is_some());
        assert!(payment.extra.is_empty(), "everything that is documented has a field: {:?}", payment.extra);
    }

    client.refunds().create(&payment_id, "broke").send().await.unwrap();
    let refund = loop {
        let delivery = within(deliveries.recv()).await.unwrap().unwrap();
        match delivery.event {
            Event::RefundStatusChanged(refund) if refund.status == Some(RefundStatus::Completed) => {
                break refund;
            }
            Event::RefundStatusChanged(_) | Event::TransactionStatusChanged(_) => {}
            event => panic!("not expected: {event:?}"),
        }
    };
    assert_eq!((refund.transaction_id, refund.order_id), (Some(payment_id.into()), Some(order_id.into())));
    assert_eq!((refund.amount, refund.reason.as_deref()), (Some(Decimal::new(59_98, 2)), Some("broke")));
    assert!(refund.refund_id.is_some_and(|id| id.starts_with("RF")));
}

#[tokio::test]
async fn the_extractor_refuses_before_the_handler_runs() {
    let good = Verifier::new("secret");
    let signed = || Vec::from(good.signed_headers("b7c1", "webhook.test", BODY));
    let with = |name: &str, value: &str| {
        let mut headers = signed();
        headers.iter_mut().find(|(key, _)| *key == name).expect("the header is present").1 = value.to_owned();
        headers
    };
    let twice = [signed(), vec![(SIGNATURE_HEADER, good.sign(BODY))]].concat();
    for (verifier, headers, status) in [
        (good.clone(), signed(), 204),
        (good.clone().max_body(BODY.len()), signed(), 204),
        (good.clone().max_body(BODY.len() - 1), signed(), 413),
        (good.clone(), vec![], 400),
        (good.clone(), with(SIGNATURE_HEADER, &good.sign(b"{}")), 400),
        (good.clone(), twice, 400),
        (good.clone(), with(TIMESTAMP_HEADER, "0"), 400),
        (good.clone().max_age(None), with(TIMESTAMP_HEADER, "0"), 204),
        (good.clone(), with(TIMESTAMP_HEADER, "99999999999"), 400),
        (Verifier::new("other"), signed(), 400),
        (Verifier::new("other").also("secret"), signed(), 204),
        (Verifier::new(""), signed(), 500),
    ] {
        let runs = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&runs);
        let endpoint = post(async move |_: Delivery| {
            count.fetch_add(1, Ordering::SeqCst);
            StatusCode::NO_CONTENT
        });
        let shop = Shop::open(Router::new().route("/webhooks", endpoint).with_state(verifier.clone())).await;
        assert_eq!(shop.deliver(&headers, BODY).await, status, "{verifier:?} {headers:?}");
        assert_eq!(runs.load(Ordering::SeqCst), usize::from(status == 204));
    }
}

#[tokio::test]
async fn a_body_without_end_is_not_read_to_its_end() {
    let (shop, mut deliveries) = Shop::passing_on(Verifier::new("secret").max_body(1_000)).await;
    let mut socket = TcpStream::connect(shop.address).await.unwrap();
    socket
        .write_all(b"POST /webhooks HTTP/1.1\r\nhost: shop\r\ntransfer-encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 600, "x".repeat(600));
    for _ in 0..2 {
        socket.write_all(chunk.as_bytes()).await.unwrap();
    }

    let Err(DeliveryRejection::Refused(error)) = within(deliveries.recv()).await.unwrap() else {
        panic!("is refused while more could come")
    };
    assert!(error.is_too_large());
    let mut status = [0; 12];
    within(socket.read_exact(&mut status)).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_delivery() {
    let (shop, mut deliveries) = Shop::passing_on(Verifier::new("secret")).await;
    let mut socket = TcpStream::connect(shop.address).await.unwrap();
    socket.write_all(b"POST /webhooks HTTP/1.1\r\nhost: shop\r\ncontent-length: 100\r\n\r\n{").await.unwrap();
    socket.shutdown().await.unwrap();

    let rejection = within(deliveries.recv()).await.unwrap().unwrap_err();
    assert!(matches!(rejection, DeliveryRejection::Unreadable(_)), "{rejection:?}");
    assert_eq!(rejection.response_status(), 400);
    assert!(rejection.source().is_some());
}

/// For frameworks without an extractor: whatever they call their headers.
#[test]
fn any_kind_of_headers_will_do() {
    struct Foreign(Vec<(String, Vec<u8>)>);
    impl Headers for Foreign {
        fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
            let named = self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name));
            named.map(|(_, value)| value.as_slice())
        }
    }
    let verifier = Verifier::new("secret");
    let pairs = verifier.signed_headers("b7c1", "webhook.test", BODY);
    let shouted = pairs.clone().map(|(name, value)| (name.to_uppercase(), value));
    let foreign =
        Foreign(pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect());
    let map: HeaderMap = pairs
        .iter()
        .map(|(name, value)| {
            (name.parse().expect("the name is valid"), value.parse().expect("the value is valid"))
        })
        .collect::<HeaderMap>();
    let expected = verifier.verify(&pairs, BODY).unwrap();
    assert_eq!(verifier.verify(&shouted, BODY), Ok(expected.clone()));
    assert_eq!(verifier.verify(&foreign, &Bytes::from_static(BODY)), Ok(expected.clone()));
    assert_eq!(verifier.verify(&map, BODY), Ok(expected));
}

/// The one that won does not end before all others were turned away.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_concurrent_deliveries_one_is_handled_and_63_are_in_progress() {
    let store = MemoryDeduplicator::new();
    let (start, turned_away) = (Arc::new(Barrier::new(64)), Arc::new(Semaphore::new(0)));
    let mut tasks = JoinSet::new();
    for _ in 0..64 {
        let (store, start, turned_away) = (store.clone(), Arc::clone(&start), Arc::clone(&turned_away));
        tasks.spawn(async move {
            start.wait().await;
            let waiting = Arc::clone(&turned_away);
            let handled = handle_once(&store, "b7c1", async move || waiting.acquire_many(63).await.map(drop));
            let handled = handled.await.expect("neither handler nor store fails");
            if handled == Once::InProgress {
                turned_away.add_permits(1);
            }
            handled
        });
    }
    let outcomes = within(tasks.join_all()).await;
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    assert_eq!((count(Once::Handled(())), count(Once::InProgress)), (1, 63));
    let afterwards = handle_once(&store, "b7c1", async || Ok::<_, String>(())).await;
    assert_eq!(afterwards, Ok(Once::AlreadyDone));
}

/// Nobody waits for anybody: claims, completions and releases meet as they may.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn races_over_many_ids_handle_each_once_however_often_handlers_fail() {
    const IDS: usize = 50;
    let store = MemoryDeduplicator::new();
    let succeeded: Arc<[AtomicUsize]> = (0..IDS).map(|_| AtomicUsize::new(0)).collect();
    let running: Arc<[AtomicUsize]> = (0..IDS).map(|_| AtomicUsize::new(0)).collect();
    let mut tasks = JoinSet::new();
    for task in 0..64 {
        let (store, succeeded, running) = (store.clone(), Arc::clone(&succeeded), Arc::clone(&running));
        tasks.spawn(async move {
            for id in 0..IDS {
                loop {
                    let fails = (task + id) % 3 == 0;
                    let handled = handle_once(&store, id.to_string(), async || {
                        assert_eq!(running[id].fetch_add(1, Ordering::SeqCst), 0, "two at once");
                        tokio::task::yield_now().await;
                        running[id].fetch_sub(1, Ordering::SeqCst);
                        if fails {
                            return Err("no");
                        }
                        succeeded[id].fetch_add(1, Ordering::SeqCst);
                        Ok(())
                    });
                    match handled.await {
                        Ok(Once::Handled(()) | Once::AlreadyDone) | Err(_) => break,
                        Ok(Once::InProgress) => tokio::task::yield_now().await,
                    }
                }
            }
        });
    }
    within(tasks.join_all()).await;
    assert!(succeeded.iter().all(|count| count.load(Ordering::SeqCst) == 1), "{succeeded:?}");
}

#[derive(Clone)]
struct Settling {
    verifier: Verifier,
    seen: MemoryDeduplicator,
    runs: Arc<AtomicUsize>,
}

impl FromRef<Settling> for Verifier {
    fn from_ref(state: &Settling) -> Self {
        state.verifier.clone()
    }
}

/// Fails, then panics, then succeeds.
async fn settle(State(state): State<Settling>, delivery: Delivery) -> StatusCode {
    let handled =
        handle_once(&state.seen, &delivery, async || match state.runs.fetch_add(1, Ordering::SeqCst) {
            0 => Err("the database is down"),
            1 => panic!("as this test wants it"),
            _ => Ok(()),
        });
    match handled.await {
        Ok(Once::Handled(())) => StatusCode::CREATED,
        Ok(Once::AlreadyDone) => StatusCode::NO_CONTENT,
        Ok(Once::InProgress) => StatusCode::CONFLICT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[tokio::test]
async fn a_delivery_is_handled_again_until_it_was_handled() {
    let verifier = Verifier::new("secret");
    let state =
        Settling { verifier: verifier.clone(), seen: MemoryDeduplicator::new(), runs: Arc::default() };
    let app = Router::new().route("/webhooks", post(settle)).with_state(state.clone());
    let shop = Shop::open(app).await;
    let headers = verifier.signed_headers("b7c1", "webhook.test", BODY);

    assert_eq!(shop.deliver(&headers, BODY).await, 500, "the handler fails");
    assert!(state.seen.is_empty(), "and gives the claim back");
    // The handler panics, and the server hangs up; so this one goes by hand.
    let delivery = verifier.verify(&headers, BODY).unwrap();
    let panicking = tokio::spawn(settle(State(state.clone()), delivery));
    assert!(panicking.await.unwrap_err().is_panic());
    assert!(state.seen.is_empty());
    assert_eq!(shop.deliver(&headers, BODY).await, 201);
    assert_eq!(shop.deliver(&headers, BODY).await, 204);
    assert_eq!(state.runs.load(Ordering::SeqCst), 3);

    // A replay under another id is another delivery: the id is not signed. The digest is of what is.
    let replay = verifier.signed_headers("ffff", "webhook.test", BODY);
    assert_eq!(shop.deliver(&replay, BODY).await, 201);
    let digests = [&headers, &replay].map(|headers| verifier.verify(headers, BODY).unwrap().body_digest());
    assert_eq!(digests[0], digests[1]);
}

#[tokio::test]
async fn a_task_that_is_aborted_gives_the_claim_back() {
    let store = MemoryDeduplicator::new();
    let started = Arc::new(Semaphore::new(0));
    let (theirs, signal) = (store.clone(), Arc::clone(&started));
    let task = tokio::spawn(async move {
        let forever = async || {
            signal.add_permits(1);
            std::future::pending::<Result<(), String>>().await
        };
        handle_once(&theirs, "b7c1", forever).await
    });
    within(started.acquire()).await.unwrap().forget();
    assert_eq!(handle_once(&store, "b7c1", async || Ok::<_, String>(1)).await, Ok(Once::InProgress));
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(handle_once(&store, "b7c1", async || Ok::<_, String>(1)).await, Ok(Once::Handled(1)));
}

#[test]
fn neither_errors_nor_debug_show_secrets_bodies_or_people() {
    const CANARY: &str = "canary";
    let verifier = Verifier::new("canary secret").also("canary too");
    let mut printed = format!("{verifier:?} {verifier:#?} {:?}", MemoryDeduplicator::new());
    let mut print = |shown: &dyn std::fmt::Debug| {
        write!(printed, " {shown:?} {shown:#?}").expect("a string accepts writes")
    };

    for body in [
        r#"{"event":"transaction.status_changed","transaction_id":"TX1","amount":"1.00","currency":"USD","status":"paid",
            "depositAttempts":[{"status":"failed","errorMessage":"canary"}],"payer_email":"canary@example.com"}"#,
        r#"{"event":"transaction.status_changed","transaction_id":"TX1","amount":"canary","currency":"USD","status":"paid"}"#,
        r#"{"event":"transaction.status_changed","canary":"canary"}"#,
        r#"{"event":"refund.status_changed","refund_id":"RF1","status":"failed","reason":"canary","canary":"canary"}"#,
        r#"{"event":"refund.status_changed","refund_id":["canary"],"status":"failed"}"#,
        r#"{"event":"webhook.test","canary":"canary"}"#,
        r#"{"event":"a canary, not a name"}"#,
        r#"{"event":["canary"]}"#,
        "canary",
    ] {
        let headers = verifier.signed_headers("b7c1", "<canary>", body.as_bytes());
        let delivery = verifier.verify(&headers, body.as_bytes()).expect("the delivery is signed");
        assert!(
            delivery.raw.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()),
            "nothing is lost"
        );
        print(&delivery);
        if let Event::Unknown { reason, .. } | Event::Unreadable { reason, .. } = &delivery.event {
            print(&reason.to_string());
        }
    }
    let signed = verifier.signed_headers("b7c1", "webhook.test", b"canary");
    for broken in [
        vec![],
        vec![(SIGNATURE_HEADER, "sha256=canary".to_owned())],
        vec![signed[3].clone()],
        vec![signed[3].clone(), (TIMESTAMP_HEADER, "canary".to_owned())],
        vec![signed[3].clone(), (TIMESTAMP_HEADER, "0".to_owned())],
        vec![signed[3].clone(), (TIMESTAMP_HEADER, "99999999999".to_owned())],
        vec![signed[3].clone(), signed[2].clone(), ("x-webhook-delivery-id", "a canary".to_owned())],
        [signed.to_vec(), signed.to_vec()].concat(),
    ] {
        let error = verifier.verify(&broken, b"canary").expect_err("a header is missing or invalid");
        print(&error);
        print(&error.to_string());
    }
    for error in [
        verifier.clone().max_body(1).verify(&signed, b"canary").expect_err("the body is too large"),
        verifier.clone().also("").verify(&signed, b"canary").expect_err("a secret is empty"),
    ] {
        let rejection = DeliveryRejection::Refused(error);
        print(&rejection);
        print(&rejection.to_string());
        print(&rejection.source().map(ToString::to_string));
    }
    let failed: OnceError<std::io::Error, std::io::Error> = OnceError::Handler(std::io::Error::other(CANARY));
    print(&failed.to_string());

    assert!(!printed.contains(CANARY), "{printed}");
    for shown in ["TX1", "RF1", "b7c1", "1.00", "Paid", "[redacted]", "transaction.status_changed"] {
        assert!(printed.contains(shown), "{shown}: {printed}");
    }
}
