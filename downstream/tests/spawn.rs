//! Every call can be sent from a task of its own, by code that knows nothing about it.

use std::fmt::Debug;
use std::future::Future;

use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use nd8::{
    Billing, Call, Client, Dashboard, Error, Outcome, Page, Paged, Poll, Product, Request, RetryPolicy,
    Storefront,
};
use tokio::task::JoinHandle;

/// Sends any call.
fn send<R: Request>(call: Call<R>) -> JoinHandle<Result<R::Output, Error>> {
    tokio::spawn(call.send())
}

/// Sends any call, by a function that is asynchronous and generic itself.
fn send_twice<R: Request + Clone>(call: Call<R>) -> JoinHandle<Result<R::Output, Error>> {
    async fn twice<R: Request + Clone>(call: Call<R>) -> Result<R::Output, Error> {
        match call.clone().send_with_response().await {
            Ok(response) => Ok(response.into_value()),
            Err(_) => call.send().await,
        }
    }
    tokio::spawn(twice(call))
}

/// Reads the items of any list, and its pages.
fn list<R: Paged>(call: Call<R>) -> JoinHandle<Result<(), Error>>
where
    Call<R>: Clone,
{
    tokio::spawn(async move {
        let mut items = call.clone().items();
        while let Some(item) = items.next().await {
            drop(item?);
        }
        call.pages().try_for_each(async |_: Page<_>| Ok(())).await
    })
}

/// Accepts a stream that can be sent to another thread.
fn sendable<T>(stream: impl Stream<Item = T> + Send + Unpin + 'static) {
    drop(stream);
}

/// Spawns any future that can be sent to another thread.
fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(future)
}

/// Returns whether the call failed because nothing listens at its address.
async fn is_refused<T: Debug>(task: JoinHandle<Result<T, Error>>) {
    let error = task.await.expect("does not panic").expect_err("nobody listens");
    assert!(error.is_connect() && error.outcome() == Outcome::NotSent, "{error:?}");
}

/// Sends a call in each way.
async fn sent<R: Request<Output: Debug> + Clone>(call: Call<R>) {
    is_refused(send(call.clone())).await;
    is_refused(send_twice(call)).await;
}

/// Returns a base URL at which nobody listens.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    format!("http://{}/api", listener.local_addr().expect("is bound"))
}

#[tokio::test]
async fn every_call_of_a_client() {
    let client =
        Client::builder("k").base_url(nowhere()).retry(RetryPolicy::never()).build().expect("is fine");
    let billing = Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    sent(client.checkouts().create(billing, [Product::catalog("prod_1", 1)])).await;
    sent(client.payments().get("TX1")).await;
    sent(client.refunds().create("TX1", "x")).await;
    sent(client.refunds().get("RF1")).await;
    sent(client.refunds().list()).await;
    sent(client.request::<()>(nd8::http::Method::POST, "/x/").json(&1)).await;
    sent(client.request::<Vec<String>>(nd8::http::Method::GET, "/x/")).await;
    is_refused(list(client.refunds().list())).await;
    sendable(client.refunds().list().items());
    sendable(client.refunds().list().pages());
    is_refused(spawn(client.refunds().create("TX1", "x").send_or_reconcile())).await;
    is_refused(spawn(async move {
        client.refunds().create("TX1", "x").reconcile(nd8::jiff::Timestamp::now()).await
    }))
    .await;
}

#[tokio::test]
async fn waiting() {
    let client =
        Client::builder("k").base_url(nowhere()).retry(RetryPolicy::never()).build().expect("is fine");
    let poll = Poll::within(std::time::Duration::from_secs(60));
    let payment = spawn(client.payments().get("TX1").until_final(poll)).await.expect("does not panic");
    assert!(payment.expect_err("nobody listens").error.is_some_and(|error| error.is_connect()));
    let refund = spawn(client.refunds().get("RF1").until_final(poll)).await.expect("does not panic");
    assert!(refund.expect_err("nobody listens").error.is_some_and(|error| error.is_connect()));
}

#[tokio::test]
async fn every_call_of_a_dashboard() {
    let dashboard = Dashboard::builder("t").base_url(nowhere()).retry(RetryPolicy::never());
    let dashboard = dashboard.build().expect("is fine");
    let link = nd8::PaymentLinkId::from(nd8::uuid::Uuid::nil());
    sent(dashboard.organization().get()).await;
    sent(dashboard.organization().update().name("x")).await;
    sent(dashboard.organization().snapshot()).await;
    sent(dashboard.api_keys().list()).await;
    sent(dashboard.api_keys().create()).await;
    sent(dashboard.api_keys().rotate()).await;
    sent(dashboard.api_keys().revoke("1")).await;
    sent(dashboard.webhook_endpoint().get()).await;
    sent(dashboard.webhook_endpoint().set("https://shop.test/hook")).await;
    sent(dashboard.payment_links().list()).await;
    sent(dashboard.payment_links().create("Tea", [("prod_1", 1)])).await;
    sent(dashboard.payment_links().get(link)).await;
    sent(dashboard.payment_links().update(link).name("Tea")).await;
    sent(dashboard.payment_links().delete(link)).await;
    sent(dashboard.payment_links().payments(link)).await;
    is_refused(list(dashboard.api_keys().list())).await;
    is_refused(list(dashboard.payment_links().list())).await;
    is_refused(list(dashboard.payment_links().payments(link))).await;
}

#[tokio::test]
async fn every_call_of_a_storefront() {
    let storefront =
        Storefront::builder().base_url(nowhere()).retry(RetryPolicy::never()).build().expect("is fine");
    let billing = Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    sent(storefront.payment_links().get(nd8::uuid::Uuid::nil().into())).await;
    sent(storefront.payment_links().start_checkout(nd8::uuid::Uuid::nil().into(), billing)).await;
}
