//! Somebody else's refund is not claimed: what several calls for the same payment, amount and reason report of the refunds that one
//! server made.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use nd8::{Call, Client, CreateRefund, Decimal, Lookup, Outcome, Reconciled, RefundReference, RetryPolicy};
use serde_json::{Value, json};
use tokio::sync::{Notify, RwLock};

/// What becomes of a request for a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is made, and the response has its id.
    Made,
    /// It is made, and a gateway loses the response.
    ResponseLost,
    /// A gateway loses it.
    Lost,
    /// It is made at once, and the response comes when the test allows it.
    Late,
    /// It is made, and the response breaks off behind its id.
    Cut,
    /// It is made, and the response is empty.
    Empty,
}

#[derive(Default)]
struct Ledger {
    fates: VecDeque<Fate>,
    /// The newest first.
    refunds: Vec<Value>,
    /// How many characters of a reason are stored, and whether any.
    stores: Option<usize>,
}

/// A server on loopback, gone when dropped.
struct Server {
    url: String,
    ledger: Arc<Mutex<Ledger>>,
    is_made: Arc<Notify>,
    may_respond: Arc<Notify>,
    /// Locked, it delays the lists.
    lists: Arc<RwLock<()>>,
    task: tokio::task::JoinHandle<()>,
}

type Shared = (Arc<Mutex<Ledger>>, Arc<Notify>, Arc<Notify>);

async fn create(State((ledger, is_made, may_respond)): State<Shared>, Json(body): Json<Value>) -> Response {
    let (fate, number) = {
        let mut ledger = ledger.lock().expect("no thread panics while it holds the lock");
        let fate = ledger.fates.pop_front().unwrap_or(Fate::Made);
        let number = ledger.refunds.len() + 1;
        if fate != Fate::Lost {
            let reason = body["reason"].as_str().expect("the value is a string");
            let stored = match ledger.stores {
                None => json!(reason),
                Some(0) => Value::Null,
                Some(most) => json!(reason.chars().take(most).collect::<String>()),
            };
            let refund = json!({
                "id": format!("RF{number}"), "transaction_id": "TX1", "amount": body["amount"], "currency": "USD", "reason": stored,
                "created_at": format!("2026-01-01T{:02}:{:02}:00Z", number / 60, number % 60),
            });
            ledger.refunds.insert(0, refund);
        }
        (fate, number)
    };
    is_made.notify_one();
    if fate == Fate::Late {
        may_respond.notified().await;
    }
    match fate {
        Fate::Made | Fate::Late => {
            let made = json!({ "refund_id": 100 + number, "refund_public_id": format!("RF{number}"), "amount": body["amount"] });
            Json(made).into_response()
        }
        Fate::Cut => format!(r#"{{"data":{{"refund_public_id":"RF{number}","amo"#).into_response(),
        Fate::Empty => StatusCode::OK.into_response(),
        Fate::ResponseLost | Fate::Lost => StatusCode::BAD_GATEWAY.into_response(),
    }
}

impl Server {
    async fn start(fates: &[Fate]) -> Self {
        let old = json!({ "id": "RFold", "transaction_id": "TX9", "amount": "1.00", "reason": "Old", "created_at": "2025-01-01T00:00:00Z" });
        let fates = fates.iter().copied().collect();
        let ledger = Arc::new(Mutex::new(Ledger { fates, refunds: vec![old], stores: None }));
        let (is_made, may_respond) = (Arc::<Notify>::default(), Arc::<Notify>::default());
        let lists = Arc::<RwLock<()>>::default();
        let delay = Arc::clone(&lists);
        let list = |State((ledger, ..)): State<Shared>| async move {
            drop(delay.read().await);
            let refunds = ledger.lock().expect("no thread panics while it holds the lock").refunds.clone();
            Json(json!({ "count": refunds.len(), "next": null, "previous": null, "results": refunds }))
        };
        let router = Router::new()
            .route("/api/transactions/{id}/", get(|| async { Json(json!({ "id": "TX1" })) }))
            .route("/api/transactions/{id}/refund/", post(create))
            .route("/api/refunds/", get(list))
            .with_state((Arc::clone(&ledger), Arc::clone(&is_made), Arc::clone(&may_respond)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let path = crate::support::unique_path();
        let url = format!("http://{}{path}/api", listener.local_addr().expect("the listener has an address"));
        let router = Router::new().nest(&path, router);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("the server runs") });
        Self { url, ledger, is_made, may_respond, lists, task }
    }

    /// A call of a client of its own.
    fn refund(&self) -> Call<CreateRefund> {
        self.client().refunds().create("TX1", "Order 4711").amount(Decimal::TEN).settle(Duration::ZERO)
    }

    fn client(&self) -> Client {
        let immediately = RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO);
        Client::builder("key").base_url(&self.url).retry(immediately).build().expect("the settings are valid")
    }

    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().expect("no thread panics while it holds the lock")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn since() -> jiff::Timestamp {
    "2025-06-01T00:00:00Z".parse().expect("the time is valid")
}

fn reported(result: &Result<Reconciled, nd8::Error>) -> String {
    match result {
        Ok(Reconciled::Created(created)) => {
            format!("created {}", created.id().expect("the object has an id"))
        }
        Ok(Reconciled::Found(refund)) => format!("found {}", refund.id),
        Ok(Reconciled::Identified(refund)) => format!("identified {}", refund.id),
        Ok(Reconciled::Ambiguous(_)) => "ambiguous".to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("{:?}", error.outcome()),
    }
}

#[tokio::test]
async fn two_calls_at_once_never_report_the_same_refund() {
    use Fate::{Lost, Made, ResponseLost};
    for (fates, expected) in [
        ([ResponseLost, Lost], ["ambiguous", "ambiguous"]),
        ([ResponseLost, ResponseLost], ["ambiguous", "ambiguous"]),
        ([Lost, Lost], ["Unknown", "Unknown"]),
        ([Made, Made], ["created RF2", "created RF3"]),
    ] {
        let server = Server::start(&fates).await;
        let (one, other) =
            tokio::join!(server.refund().send_or_reconcile(), server.refund().send_or_reconcile());
        let mut all = [reported(&one), reported(&other)];
        all.sort();
        assert_eq!(all, expected, "{fates:?}");
    }
}

/// A hundred calls at once, plain ones and others, of which most lose their response in some way: each refund is that of one call at most,
/// and none is forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_calls_at_once_share_no_refund() {
    for seed in 0..2 {
        let mut random = fastrand::Rng::with_seed(seed);
        let all = [Fate::Made, Fate::ResponseLost, Fate::Lost, Fate::Cut, Fate::Empty];
        let fates: Vec<Fate> = (0..100).map(|_| all[random.usize(..all.len())]).collect();
        let server = Server::start(&fates).await;
        let clients = [server.client(), server.client()];
        let calls = (0..100).map(|number| {
            let (payment, reason) =
                (["TX1", "42"][number % 2], ["Order 4711", " Order 4711\r\n"][number / 2 % 2]);
            let refund = clients[number % 2].refunds().create(payment, reason).amount(Decimal::TEN);
            tokio::spawn(async move {
                match number % 3 {
                    0 => refund.send().await.map(Reconciled::Created),
                    _ => refund.settle(Duration::ZERO).send_or_reconcile().await,
                }
            })
        });
        let calls: Vec<_> = calls.collect();
        let (mut named, mut unknown) = (Vec::new(), 0);
        for call in calls {
            let result = call.await.expect("the task does not panic");
            let made_id = result.as_ref().err().and_then(nd8::Error::made_id);
            match (&result, made_id) {
                (_, Some(id)) => named.push(id),
                (Ok(Reconciled::Ambiguous(_)), _) => unknown += 1,
                (Ok(reconciled), _) => {
                    named.push(reconciled.refund_id().expect("the refund has an id").to_string())
                }
                (Err(error), _) => {
                    assert!(matches!(error.outcome(), Outcome::Unknown | Outcome::Done), "{seed}: {error:?}");
                    unknown += 1;
                }
            }
        }
        let made: Vec<String> = server
            .ledger()
            .refunds
            .iter()
            .map(|refund| refund["id"].as_str().expect("the value is a string").to_owned())
            .collect();
        let distinct: std::collections::BTreeSet<&String> = named.iter().collect();
        assert_eq!(distinct.len(), named.len(), "{seed}: {named:?}");
        assert!(named.iter().all(|id| made.contains(id)), "{seed}: {named:?}");
        assert!(
            made.len() - 1 <= named.len() + unknown,
            "{seed}: {} made, {} named",
            made.len() - 1,
            named.len()
        );
    }
}

/// Each of the other calls has ended or waits, so the outcome does not depend on who is faster.
#[tokio::test]
async fn a_lost_response_is_found_among_the_refunds_of_others() {
    use Fate::{Late, Lost, Made, ResponseLost};
    for (other, own, expected) in [
        (Made, ResponseLost, "found RF3"),
        (Made, Lost, "Unknown"),
        // It may have made the refund that is there.
        (ResponseLost, Lost, "ambiguous"),
        (Lost, ResponseLost, "ambiguous"),
        (Late, Lost, "ambiguous"),
        (Late, ResponseLost, "ambiguous"),
    ] {
        for by_number in [false, true] {
            let server = Server::start(&[other, own]).await;
            // Listed after the other was registered, as the list has to be read before either is sent.
            let hold = server.refund().reconcile(since()).await.expect("the lookup succeeds");
            assert!(matches!(hold, Lookup::NotFound), "{hold:?}");
            let name = if by_number { "42" } else { "TX1" };
            let theirs = server.client().refunds().create(name, "Order 4711 ").amount(Decimal::TEN).send();
            let theirs = tokio::spawn(theirs);
            server.is_made.notified().await;
            if other != Late {
                while !theirs.is_finished() {
                    tokio::task::yield_now().await;
                }
            }
            // As if it had been read before the other was sent.
            let newest = server.ledger().refunds.len() - 1;
            let hidden: Vec<Value> = server.ledger().refunds.drain(..newest).collect();
            let refund = server.refund().settle(Duration::from_millis(1)).send_or_reconcile();
            let sent = async {
                server.is_made.notified().await;
                let mut ledger = server.ledger();
                let last = ledger.refunds.len() - 1;
                ledger.refunds.splice(last..last, hidden);
                for (number, refund) in ledger.refunds.iter_mut().rev().enumerate().skip(1) {
                    refund["id"] = json!(format!("RF{}", number + 1));
                }
            };
            let (own_result, ()) = tokio::join!(refund, sent);
            assert_eq!(reported(&own_result), expected, "{other:?}, {own:?}, {by_number}: {own_result:?}");
            server.may_respond.notify_one();
            let theirs = theirs.await.expect("the task does not panic");
            if let Ok(created) = theirs {
                assert_eq!(created.refund_public_id.as_deref(), Some("RF2"), "{other:?}, {own:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_call_that_was_dropped_may_have_made_the_refund() {
    let server = Server::start(&[Fate::Late, Fate::Lost]).await;
    let own = async {
        let look = server.refund().send_or_reconcile();
        reported(&look.await)
    };
    let theirs = tokio::spawn(server.refund().send());
    server.is_made.notified().await;
    theirs.abort();
    assert!(theirs.await.expect_err("the call was aborted").is_cancelled());
    // The list had not shown it when it was read for the first time.
    let shown = std::mem::take(&mut server.ledger().refunds);
    server.ledger().refunds.push(shown[1].clone());
    let shows = async {
        server.is_made.notified().await;
        server.ledger().refunds = shown;
    };
    let (own, ()) = tokio::join!(own, shows);
    assert_eq!(own, "ambiguous");
}

#[tokio::test]
async fn a_later_look_knows_the_calls_of_this_process() {
    use Fate::{Lost, Made, ResponseLost};
    for (fates, expected) in [
        (&[][..], "NotFound"),
        (&[Lost], "NotFound"),
        (&[Made], "Found"),
        (&[ResponseLost], "Found"),
        (&[Made, Lost], "Unknown"),
        (&[Made, ResponseLost], "Found"),
        (&[Lost, ResponseLost], "Ambiguous"),
        (&[ResponseLost, ResponseLost], "Ambiguous"),
        (&[Made, Made], "Ambiguous"),
    ] {
        let server = Server::start(fates).await;
        for _ in fates {
            drop(server.refund().send().await);
        }
        // Looking changes nothing.
        for _ in 0..2 {
            let looked = server.refund().reconcile(since()).await.expect("the lookup succeeds");
            assert!(format!("{looked:?}").starts_with(expected), "{fates:?}: {looked:?}");
        }
    }
}

/// Makes a refund as another process does, when the call has read its list: past the registry of this one.
async fn reconciled_next_to_another(
    server: &Server,
    refund: Call<CreateRefund>,
) -> Result<Reconciled, nd8::Error> {
    let elsewhere = async {
        server.is_made.notified().await;
        let _until_made = server.lists.write().await;
        let body = nd8::raw::types::RefundRequest::new("Order 4711").amount(Decimal::TEN);
        server
            .client()
            .raw()
            .create_refund(&"TX1".into(), &body)
            .send()
            .await
            .expect("the refund is created");
    };
    let refund = refund.settle(Duration::from_millis(1)).send_or_reconcile();
    let (result, ()) = tokio::join!(refund, elsewhere);
    result
}

#[tokio::test]
async fn a_reference_distinguishes_a_refund_from_another_process_s() {
    let reference = RefundReference::new();
    for (fate, stores, without, with) in [
        (Fate::ResponseLost, None, "ambiguous", "identified RF2"),
        // The other one is there, and may be this one.
        (Fate::Lost, None, "found RF2", "ambiguous"),
        // Cut off, the reason still has the reference in front.
        (Fate::ResponseLost, Some(20), "ambiguous", "identified RF2"),
        (Fate::ResponseLost, Some(8), "ambiguous", "ambiguous"),
        (Fate::Lost, Some(0), "found RF2", "found RF2"),
    ] {
        for (is_referenced, expected) in [(false, without), (true, with)] {
            let server = Server::start(&[fate]).await;
            server.ledger().stores = stores;
            let refund = if is_referenced { server.refund().reference(&reference) } else { server.refund() };
            let result = reconciled_next_to_another(&server, refund.clone()).await;
            assert_eq!(reported(&result), expected, "{fate:?}, {stores:?}: {result:?}");
            let is_certain = result.expect("the refund is reconciled").is_certain();
            assert_eq!(is_certain, expected.starts_with("identified"), "{fate:?}, {stores:?}");
            let looked =
                format!("{:?}", refund.reconcile(since()).await.expect("the lookup succeeds")).to_lowercase();
            let expected = expected.split(' ').next().expect("the expectation has a word");
            assert!(looked.starts_with(expected), "{fate:?}, {stores:?}, {is_referenced}: {looked}");
        }
    }
}

#[tokio::test]
async fn a_refund_with_the_reference_is_found_before_its_time() {
    let too_late = "2026-01-02T00:00:00Z".parse().expect("the time is valid");
    for (reference, expected) in [("refund-4711", "Identified"), ("refund-4712", "NotFound")] {
        let server = Server::start(&[]).await;
        server.refund().reference("refund-4711").send().await.expect("the refund is created");
        let looked =
            server.refund().reference(reference).reconcile(too_late).await.expect("the lookup succeeds");
        assert!(format!("{looked:?}").starts_with(expected), "{reference}: {looked:?}");
    }
}

#[tokio::test]
async fn a_reference_is_in_front_of_the_reason_once_and_checked() {
    let server = Server::start(&[]).await;
    let refund = server.refund().reference("refund-4711").reference("refund-4712");
    refund.send().await.expect("the refund is created");
    assert_eq!(server.ledger().refunds[0]["reason"], "[refund-4712] Order 4711");
    for (reference, reason) in
        [("short", "x".to_owned()), ("with a blank", "x".to_owned()), ("refund-4711", "x".repeat(490))]
    {
        let refund = server.client().refunds().create("TX1", reason).reference(reference);
        let error = refund.send().await.expect_err("the request cannot be sent");
        assert_eq!((error.outcome(), error.messages()[0].pointer.as_str()), (Outcome::NotSent, "/reason"));
    }
}

/// Times without an offset are read as UTC, and may be local ones: compared with a time of the caller's, they prove nothing.
#[tokio::test]
async fn a_local_time_proves_no_absence() {
    let order = "Order 4711";
    for (created_at, reason, expected) in [
        ("2026-01-01T12:00:00Z", "Old", "NotFound"),
        ("2026-01-01T12:00:00", "Old", "Unknown"),
        ("2026-01-01T23:59:59Z", order, "NotFound"),
        ("2026-01-01T12:00:00", order, "Ambiguous"),
        ("2026-01-02T12:00:00", order, "Ambiguous"),
        ("2026-01-02T12:00:00Z", order, "Found"),
        ("2026-01-04T12:00:00", order, "Found"),
        ("2025-12-24T12:00:00", order, "Unknown"),
    ] {
        let payment = if reason == order { "TX1" } else { "TX9" };
        let server = Server::start(&[]).await;
        server.ledger().refunds = vec![json!({
            "id": "RF1", "transaction_id": payment, "amount": "10.00", "currency": "USD", "reason": reason, "created_at": created_at,
        })];
        let since = "2026-01-02T00:00:00Z".parse().expect("the time is valid");
        let looked = format!("{:?}", server.refund().reconcile(since).await.expect("the lookup succeeds"));
        assert!(looked.starts_with(expected), "{created_at} {reason}: {looked}");
    }
}

/// In autumn, an hour comes twice: what is new may have an earlier time than what was there before. With an offset, the clock of a server
/// may be behind, or the list.
#[tokio::test]
async fn a_refund_of_the_hour_that_comes_twice_is_new() {
    for (zone, expected) in [("", "found RF3"), ("Z", "ambiguous")] {
        let refund = |id: &str, reason: &str, time: &str| {
            json!({
                "id": id, "transaction_id": "TX1", "amount": "10.00", "currency": "USD", "reason": reason,
                "created_at": format!("2026-10-{time}{zone}"),
            })
        };
        let old = [refund("RF2", "Old", "25T02:59:00"), refund("RF1", "Older", "24T12:00:00")];
        let server = Server::start(&[Fate::Lost]).await;
        server.ledger().refunds = old.to_vec();
        let made = async {
            server.is_made.notified().await;
            server.ledger().refunds.insert(1, refund("RF3", "Order 4711", "25T02:10:00"));
        };
        let (result, ()) =
            tokio::join!(server.refund().settle(Duration::from_millis(1)).send_or_reconcile(), made);
        assert_eq!(reported(&result), expected, "{zone:?}: {result:?}");
    }
}
