//! One value of every public type, filled with canaries wherever a secret or a customer's words can be.
//!
//! Which types there are is read from the sources, so a new one that nobody examines fails the test.

use std::any::type_name;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt as _;
use nd8::raw;
use nd8::webhooks::{self, Deduplicator as _, MemoryDeduplicator, Verifier};
use nd8::{Client, Dashboard, Decimal, Product, RetryPolicy, Storefront};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{CANARY, billing, key};
use crate::support::Server;

/// All types of the wire, whatever their public path is.
mod types {
    pub(super) use nd8::raw::types::*;
    pub(super) use nd8::{
        ApiKey, ApiKeyWithSecret, Checkout, Currency, DashboardSnapshot, DepositAttempt, Organization,
        Payment, PaymentLink, PaymentLinkPayment, PaymentProduct, PaymentStatus, PriceMode, PricingMode,
        PublicPaymentLink, Refund, RefundCreated, RefundStatus, SandboxSimulation, WebhookConfiguration,
    };
}

/// Public names that no value of ours is examined for, each with its reason.
const EXEMPT: [(&str, &str); 16] = [
    ("Decimal", "a number of rust_decimal"),
    ("ClientKind", "a trait"),
    ("ExposeSecret", "a trait"),
    ("FieldError", "prints the server's words, which its documentation warns of"),
    ("OptionalText", "a trait"),
    ("Paged", "a trait"),
    ("Request", "a trait"),
    ("SecretString", "secrecy's, and prints nothing of itself"),
    ("raw::ByteStream", "progenitor's, and has no Debug"),
    ("raw::ClientInfo", "a trait"),
    ("raw::ConversionError", "the generator's, and made from texts of its own only"),
    ("raw::Error", "prints bodies, which the documentation of `raw` warns of"),
    ("raw::ResponseValue", "progenitor's, and prints its value as that does"),
    ("webhooks::Claiming", "a boxed future, which has no Debug"),
    ("webhooks::Deduplicator", "a trait"),
    ("webhooks::Headers", "a trait"),
];

/// The fields of any type of the wire, by the names they have there, that hold a credential or a person's words.
const TEXTS: [&str; 27] = [
    "billing_email",
    "billing_first_name",
    "billing_last_name",
    "billing_phone",
    "billing_postal_code",
    "brand_new",
    "cancelUrl",
    "checkout_url",
    "contact_email",
    "endpoint_url",
    "errorMessage",
    "failedUrl",
    "fees",
    "max_payment",
    "min_payment",
    "name",
    "organization",
    "payer_email",
    "raw_key",
    "reason",
    "recent_wallet_activity",
    "stats",
    "successUrl",
    "telegram",
    "token",
    "wallet",
    "website",
];

/// What was examined: the name of each type, and what its `Debug` printed.
#[derive(Default)]
pub(super) struct Examined {
    names: BTreeSet<String>,
    pub(super) printed: Vec<String>,
}

impl Examined {
    /// Prints a value. The types in the parameters of its own type are printed along with it.
    fn add<T: Debug>(&mut self, value: T) {
        for path in type_name::<T>().split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            let Some(path) = path.strip_prefix("nd8::") else { continue };
            let name = path.rsplit("::").next().expect("the path has a name");
            let floor = ["raw", "webhooks"].into_iter().find(|floor| path.starts_with(&format!("{floor}::")));
            self.names.insert(floor.map_or_else(|| name.to_owned(), |floor| format!("{floor}::{name}")));
        }
        self.printed.push(format!("{}: {value:?} {value:#?}", type_name::<T>()));
    }

    fn response<T: Debug + DeserializeOwned + Serialize>(&mut self, different: Value) {
        self.add(filled::<T>(different));
    }
}

/// A type of the wire from one object that has all fields there are; `different` are those that this type has in another
/// form.
fn filled<T: DeserializeOwned + Serialize>(different: Value) -> T {
    let uuid = "00000000-0000-0000-0000-000000000001";
    let line = json!({
        "id": "prod_1", "product_id": "prod_1", "name": CANARY, "quantity": 1, "unit_price": 1, "brand_new": CANARY,
    });
    let attempt = json!({
        "status": "failed", "errorMessage": CANARY, "paymentMethod": "card", "paymentId": "1", "brand_new": CANARY,
    });
    let mut fields = json!({
        "amount": "1.00", "amount_in_cents": 100, "amount_usd": "1.00", "allowed_scopes": ["refunds:read"],
        "billing_country": "US", "checkout_id": "org1-1-a", "created_at": "2026-01-31T12:00:00Z", "currency": "USD",
        "depositAttempts": [attempt], "expires_at": "2026-01-31T12:00:00Z", "id": uuid, "is_active": true, "max_uses": 1,
        "metadata": {"note": CANARY}, "order_id": "org1-1-a", "product_id": "prod_1", "products": [line],
        "quantity": 1, "refund_id": 1, "refund_public_id": "RFabc123", "status": "failed",
        "transaction_id": "TXabc123", "unit_price": 1,
    });
    for name in TEXTS {
        fields[name] = CANARY.into();
    }
    for (name, value) in different.as_object().into_iter().flatten() {
        fields[name] = value.clone();
    }
    let filled: T =
        serde_json::from_value(fields).unwrap_or_else(|error| panic!("{}: {error}", type_name::<T>()));
    let kept = serde_json::to_string(&filled).expect("the value is serialized");
    assert!(kept.contains(CANARY), "nothing to be found out in {}: {kept}", type_name::<T>());
    filled
}

pub(super) async fn examine() -> Examined {
    let mut all = Examined::default();
    wire(&mut all);
    clients(&mut all).await;
    deliveries(&mut all).await;
    all
}

fn wire(all: &mut Examined) {
    let same = || json!({});
    all.response::<types::AdHocProduct>(same());
    all.response::<types::ApiKey>(same());
    all.response::<types::ApiKeyRequest>(json!({"allowed_scopes": "refunds:read"}));
    all.response::<types::ApiKeyWithSecret>(same());
    all.response::<types::CatalogProduct>(same());
    all.response::<types::Checkout>(json!({"expires_at": 1}));
    all.response::<types::CheckoutRequest>(same());
    all.response::<types::DashboardSnapshot>(same());
    all.response::<types::DepositAttempt>(same());
    all.response::<types::Organization>(same());
    all.response::<types::OrganizationUpdate>(same());
    all.response::<types::Payment>(same());
    let token = json!({"token": "00000000-0000-0000-0000-000000000002"});
    all.response::<types::PaymentLink>(token);
    all.response::<types::PaymentLinkPayment>(same());
    all.response::<types::PaymentLinkProduct>(same());
    all.response::<types::PaymentLinkRequest>(same());
    all.response::<types::PaymentLinkUpdate>(same());
    all.response::<types::PaymentProduct>(same());
    all.response::<types::ProductItem>(same());
    all.response::<types::PublicCheckoutRequest>(same());
    all.response::<types::PublicPaymentLink>(same());
    all.response::<types::Refund>(same());
    all.response::<types::RefundCreated>(json!({"transaction_id": 1}));
    all.response::<types::RefundRequest>(same());
    all.response::<types::WebhookConfiguration>(same());
    all.response::<types::WebhookEndpoint>(same());
    // Their values are names of states, which logs need.
    all.add((
        types::Currency::Usd,
        types::PaymentStatus::Paid,
        types::PriceMode::Ht,
        types::RefundStatus::Failed,
    ));
    all.add((types::PricingMode::from("net"), types::SandboxSimulation::from("a-script")));
    all.add((raw::ExactNumber(Decimal::ONE), raw::ExactString(Decimal::ONE)));
    all.add(["amount"].into_iter().collect::<raw::CommaSeparated>());
    all.add((raw::Context::api_key(key()), raw::Context::session_token(key()), raw::Context::anonymous()));
    all.add((raw::operation("create_refund"), raw::Security::ApiKey));
}

async fn clients(all: &mut Examined) {
    let client = Client::builder(key());
    all.add((
        &client,
        Dashboard::builder(key()),
        Client::builder(key()).base_url("https://me:canary@nd8.test/api"),
    ));
    let client = client.build().expect("the client is built");
    let dashboard = Dashboard::builder(key()).build().expect("the client is built");
    let storefront = Storefront::builder().build().expect("the client is built");
    all.add((&client, client.raw(), &dashboard, &storefront));
    requests(all, client.raw());
    all.add((client.checkouts(), client.payments(), client.refunds(), storefront.payment_links()));
    let (keys, links, organization) =
        (dashboard.api_keys(), dashboard.payment_links(), dashboard.organization());
    all.add((&keys, &links, &organization, dashboard.webhook_endpoint()));

    let product = || Product::ad_hoc(CANARY, 1, Decimal::ONE);
    let checkout = client.checkouts().create(billing(), [product()]).header("x-secret", CANARY);
    all.add((billing(), product(), checkout.success_url(format!("https://shop.test/{CANARY}"))));
    all.add((
        client.payments().get("TX1"),
        client.refunds().get("RF1"),
        client.refunds().create("TX1", CANARY),
    ));
    all.add(client.refunds().list().search(CANARY).ordering(CANARY));
    all.add((keys.create().name(CANARY), keys.list(), keys.rotate(), keys.revoke(1)));
    let uuid = uuid::Uuid::nil();
    let (id, token) = (nd8::PaymentLinkId::from(uuid), nd8::PaymentLinkToken::from(uuid));
    let metadata = Map::from_iter([(CANARY.to_owned(), CANARY.into())]);
    all.add((
        links.create(CANARY, [("prod_1", 1)]).metadata(metadata),
        links.update(id).name(CANARY),
        links.get(id),
    ));
    all.add((id, token));
    let bill_to = nd8::BillTo { country: "US", first_name: CANARY, last_name: CANARY, email: CANARY };
    all.add((bill_to, nd8::Amount::from(Decimal::ONE)));
    let of_payment = client.refunds().of(&filled(json!({})));
    all.add((of_payment.create(CANARY), of_payment));
    all.add((links.delete(id), links.list(), links.payments(id)));
    all.add((organization.get(), organization.snapshot(), organization.update().field(CANARY, CANARY)));
    let endpoint = dashboard.webhook_endpoint();
    all.add((endpoint.get(), endpoint.set(format!("https://shop.test/{CANARY}"))));
    all.add((
        storefront.payment_links().get(token),
        storefront.payment_links().start_checkout(token, billing()),
    ));
    let any = client.request::<Value>(http::Method::POST, "/canary/").query(CANARY, CANARY).json(&CANARY);
    all.add(any);

    all.add(nd8::NewApiKey::from(filled::<types::ApiKeyWithSecret>(json!({}))));
    let refund = || filled::<nd8::Refund>(json!({}));
    all.add((nd8::Reconciled::Found(refund().into()), nd8::Lookup::Ambiguous(vec![refund(), refund()])));
    all.add((RetryPolicy::default(), nd8::Poll::within(Duration::ZERO), nd8::Environment::Sandbox));
    all.add((nd8::Outcome::Unknown, nd8::Scope::RefundsRead, nd8::API));
    all.add((nd8::PaymentId::from(1), nd8::RefundId::from(1), nd8::CheckoutId::from("org1-1-a")));
    all.add(nd8::RefundReference::from("refund-4711"));
    all.add((nd8::ProductId::from("prod_1"), nd8::ApiKeyId::from(1), nd8::Money::zero("USD")));
    all.add("1.00".parse::<nd8::Money>().expect_err("the text has no currency"));
    from_server(all, &refund()).await;
}

/// The requests of the raw client, with what callers put into them.
fn requests(all: &mut Examined, raw: &raw::Client) {
    let uuid = uuid::Uuid::nil();
    let (id, token) = (uuid.into(), uuid.into());
    let (payment, refund, seven) = ("TX1".into(), "RF1".into(), 7.into());
    all.add((raw.list_api_keys(), raw.rotate_api_key(), raw.revoke_api_key(&seven), raw.get_webhook()));
    all.add(raw.create_api_key(&types::ApiKeyRequest::new().name(CANARY)));
    all.add((raw.get_organization(), raw.get_dashboard()));
    let fields = Map::from_iter([(CANARY.to_owned(), CANARY.into())]);
    all.add(raw.update_organization(&fields.clone().into()));
    all.add(raw.set_webhook(&types::WebhookEndpoint::new(CANARY)));
    all.add(raw.create_checkout(&filled(json!({}))));
    all.add((raw.get_payment(&payment), raw.get_refund(&refund)));
    all.add(raw.create_refund(&payment, &types::RefundRequest::new(CANARY)));
    let list = raw.list_refunds().search(CANARY).ordering(CANARY);
    let printed = format!("{list:?}");
    assert!(printed.contains("search: [redacted]") && printed.contains("page: None"), "{printed}");
    all.add(list);
    all.add((raw.list_payment_links(), raw.get_payment_link(&id), raw.delete_payment_link(&id)));
    all.add(raw.list_payment_link_payments(&id));
    all.add(raw.create_payment_link(&types::PaymentLinkRequest::new(CANARY, [])));
    all.add(raw.update_payment_link(&id, &types::PaymentLinkUpdate::new().metadata(fields)));
    let customer = filled(json!({}));
    all.add((raw.get_public_payment_link(&token), raw.start_payment_link_checkout(&token, &customer)));
}

/// What only a server can give.
async fn from_server(all: &mut Examined, refund: &nd8::Refund) {
    let page = serde_json::to_vec(&[refund]).expect("the value is serialized");
    let server = Server::start(move |_| page.clone()).await;
    let list = server.client().refunds().list().search(CANARY).page_size(1);
    let response = list.clone().send_with_response().await.expect("the response is a page");
    assert!(response.value().next.is_some(), "with a cursor, which has the search in it");
    all.add((&response, response.value().next.clone().expect("the list has a next page")));
    let error = list
        .pages()
        .skip(1)
        .next()
        .await
        .expect("the page comes again")
        .expect_err("a repeated page is an error");
    all.add((response.into_value(), error));

    let mut processing = refund.clone();
    processing.status = Some(nd8::RefundStatus::Processing);
    let processing = serde_json::to_vec(&processing).expect("the value is serialized");
    let server = Server::start(move |_| processing.clone()).await;
    let call = server.client().refunds().get("RF1");
    all.add(call.until_final(nd8::Poll::within(Duration::ZERO)).await.expect_err("the refund is not final"));

    let invalid =
        r#"{"billing_email":["canary is no address."],"products":[{"name":["canary"]}],"detail":"canary"}"#;
    let server = Server::with_json(400, invalid).await;
    let error =
        server.client().refunds().create("TX1", CANARY).send().await.expect_err("the request is refused");
    assert!(error.messages().iter().any(|it| it.message.contains(CANARY)), "there is something to be shown");
    all.add(error);
}

async fn deliveries(all: &mut Examined) {
    let verifier = Verifier::new(key()).also(key());
    let bodies = [
        json!({"event": "transaction.status_changed", "transaction_id": "TX1", "amount": "1.00", "currency": "USD",
            "status": "paid", "depositAttempts": [{"status": "failed", "errorMessage": CANARY}], "payer_email": CANARY}),
        json!({"event": "refund.status_changed", "refund_id": "RF1", "status": "failed", "reason": CANARY, "brand_new": CANARY}),
        json!({"event": "webhook.test", "brand_new": CANARY}),
        json!({"event": "brand.new", "email": CANARY}),
        json!({"event": CANARY.repeat(20)}),
        json!({"event": "refund.status_changed", "reason": CANARY}),
    ];
    for body in bodies {
        let body = body.to_string();
        let headers = verifier.signed_headers("b7c1", "a.name", body.as_bytes());
        let delivery = verifier.verify(&headers, body.as_bytes()).expect("the delivery is signed");
        match delivery.event.clone() {
            webhooks::Event::TransactionStatusChanged(payment) => all.add(payment),
            webhooks::Event::RefundStatusChanged(refund) => all.add(refund),
            webhooks::Event::WebhookTest(test) => all.add(test),
            webhooks::Event::Unknown { reason, .. } | webhooks::Event::Unreadable { reason, .. } => {
                all.add(reason)
            }
            _ => unreachable!("there are no others"),
        }
        all.add((delivery.id.clone(), delivery.event.clone()));
        let handled: Result<_, webhooks::OnceError<webhooks::Error, nd8::Error>> =
            Ok(webhooks::Once::Handled(delivery));
        all.add(handled);
    }
    let error = verifier.verify_signature(CANARY, b"{}").expect_err("the signature is missing");
    all.add((verifier, error, webhooks::DeliveryRejection::Refused(error)));
    let seen = MemoryDeduplicator::new().capacity(1);
    let won = seen.claim(&webhooks::Ticket::new("b7c1")).await.expect("the store is not full");
    let full = seen.claim(&webhooks::Ticket::new("ffff")).await.expect_err("the store is full");
    all.add((won, full, webhooks::Ticket::new("b7c1"), seen));
}

/// All public types, by what the sources say.
fn public_types() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("the file exists");
    let mut names = BTreeSet::new();
    for line in read("openapi/surface.txt").lines() {
        if let Some(("struct" | "enum", item)) = line.split_once(' ') {
            let path = item.split(' ').next().expect("the path has a name");
            names.insert(format!("raw::{}", path.rsplit("::").next().expect("the path has a name")));
        }
        if let Some(used) = line.strip_prefix("use ") {
            names.extend(leaves(used).map(|name| format!("raw::{name}")));
        }
    }
    let modules =
        [("", "src/lib.rs"), ("", "src/ext/mod.rs"), ("", "src/blocking.rs"), ("raw::", "src/raw/mod.rs")];
    for (floor, path) in modules.into_iter().chain([("webhooks::", "src/webhooks/mod.rs")]) {
        let source = read(path);
        for statement in source.split("\npub ").skip(1) {
            let end = statement.find([';', '{']).expect("the statement ends");
            match statement.split_once(' ') {
                Some(("use", rest)) => {
                    let used = &rest[..rest.find(';').expect("the statement ends")];
                    let is_of_raw = used.starts_with("crate::raw::types");
                    names.extend(leaves(used).map(|name| match is_of_raw {
                        true => format!("raw::{name}"),
                        false => format!("{floor}{name}"),
                    }));
                }
                Some(("struct" | "enum" | "union", _)) => {
                    panic!("{path}: {} lives elsewhere", &statement[..end])
                }
                _ => {}
            }
        }
    }
    names
}

/// The names of types and traits at the ends of a `use`.
fn leaves(used: &str) -> impl Iterator<Item = String> + '_ {
    let names = used.split([',', '{', '}', ' ', '\n']).filter_map(|path| path.rsplit("::").next());
    names
        .filter(|name| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase))
        .map(str::to_owned)
}

#[tokio::test]
async fn no_public_type_shows_it() {
    let examined = examine().await;
    for printed in &examined.printed {
        assert!(!printed.contains(CANARY), "{printed}");
    }
    let public = public_types();
    for name in ["Client", "raw::Client", "raw::Refund", "CreateRefund", "webhooks::Delivery", "MoneyError"] {
        assert!(public.contains(name), "{name} was not found in the sources: {public:?}");
    }
    let exempt: BTreeSet<String> = EXEMPT.iter().map(|(name, _)| (*name).to_owned()).collect();
    let unseen: Vec<_> =
        public.iter().filter(|name| !examined.names.contains(*name) && !exempt.contains(*name)).collect();
    assert!(unseen.is_empty(), "public types that nobody examines here: {unseen:?}");
    let stale: Vec<_> =
        exempt.iter().filter(|name| !public.contains(*name) || examined.names.contains(*name)).collect();
    assert!(stale.is_empty(), "exempt for nothing: {stale:?}");
}
