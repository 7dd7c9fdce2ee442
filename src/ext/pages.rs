//! Lists that come in pages: one of them, all of them, or their items, as slowly as they are asked for.
//!
//! The reference shows a bare array; Django REST Framework has a setting that wraps it (`count`, `next`, `previous`,
//! `results`). Both are read. Of `next` only the query is used: where a server thinks it is reached is not where a
//! credential goes.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Deref;

use futures_util::stream::{self, Stream, TryStreamExt as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::call::sealed::Attempt;
use super::{Call, Error, Request};
use crate::raw::{self, ResponseValue};

/// How many items a page has when all pages are asked for and the caller does not say.
const PAGE_SIZE: u32 = 100;

/// One page of a list. It reads like a slice of its items.
///
/// # Example: one page after the other
///
/// ```
/// use futures_util::TryStreamExt as _;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
/// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
/// # let mug = nd8::Product::ad_hoc("Mug", 1, nd8::Decimal::new(60_00, 2));
/// # let checkout = client.checkouts().create(billing, [mug]).send().await?;
/// # let payment_id = sandbox.customer(&checkout.checkout_id).pay().await?;
/// # for _ in 0..3 {
/// #     client.refunds().create(&payment_id, "Sale").amount(nd8::Decimal::ONE).send().await?;
/// # }
/// let mut pages = client.refunds().list().page_size(2).pages();
/// let first = pages.try_next().await?.expect("there are refunds");
/// assert_eq!(first.len(), 2);
/// let rest: usize = pages.map_ok(|page| page.len()).try_fold(0, async |sum, some| Ok(sum + some)).await?;
/// assert_eq!(rest, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many there are on all pages, where the server tells.
    pub count: Option<u64>,
    /// Where to go on, if there may be more. A bare array does not mark its end, so its last page is followed by an empty one.
    pub next: Option<Cursor>,
    /// What tells this page from others.
    fingerprint: u64,
}

impl<T> Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// A place between two pages of one list, with its filters. It can be stored, and gone on from after a restart.
///
/// `Debug` does not show it: filters may hold anything.
///
/// # Example: stored and gone on from
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = httpmock::MockServer::start_async().await;
/// # let refund = serde_json::json!({"id": "RF1", "transaction_id": "TX1", "amount": "1.00", "currency": "USD",
/// #     "status": "completed", "created_at": "2026-01-31T12:00:00Z"});
/// # server.mock(|when, then| {
/// #     when.query_param("page_size", "1").query_param_missing("page");
/// #     then.status(200).json_body(serde_json::json!([refund]));
/// # });
/// # server.mock(|when, then| {
/// #     when.query_param("page_size", "1").query_param("page", "2");
/// #     then.status(200).json_body(serde_json::json!([]));
/// # });
/// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
/// let first = client.refunds().list().page_size(1).send().await?;
/// let stored = serde_json::to_string(&first.next)?;
///
/// let cursor: nd8::Cursor = serde_json::from_str(&stored)?;
/// let second = client.refunds().list().resume(cursor).send().await?;
/// assert!(second.is_empty() && second.next.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Cursor {
    query: String,
    seen: BTreeSet<u64>,
}

impl std::fmt::Debug for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cursor").field("pages_before", &self.seen.len()).finish_non_exhaustive()
    }
}

impl Cursor {
    /// The query of the next request, as it stands in its URL.
    pub(super) fn query(&self) -> &str {
        &self.query
    }
}

/// A request whose answer is a page: [`ListRefunds`](crate::ListRefunds). Sealed.
pub trait Paged: Request + sealed::Paged {}

pub(super) mod sealed {
    use super::{Attempt, Cursor};

    pub trait Paged: Attempt + Clone {
        type Item;

        /// Returns the id of an item, by which one that is on two pages is recognized.
        fn id(item: &Self::Item) -> &str;

        /// Where the request goes on from, if it does.
        fn cursor(&self) -> Option<&Cursor>;

        /// Goes on from there.
        fn resume(&mut self, cursor: Cursor);

        /// Asks for pages of a certain size, if the caller has not.
        fn size_pages(&mut self, size: u32);
    }
}

/// Makes a page of what the generated client reports, which knows bare arrays only.
#[allow(clippy::result_large_err, reason = "the generated client's error, handed through")]
pub(super) fn read<T: DeserializeOwned>(
    raw: &raw::Client,
    from: Option<&Cursor>,
    result: Result<ResponseValue<Vec<T>>, raw::Error<()>>,
) -> Result<ResponseValue<Page<T>>, raw::Error<()>> {
    #[derive(Deserialize)]
    /// Read strictly: what is set aside here would be the rest of the list.
    struct Envelope {
        #[serde(default)]
        count: Option<Box<RawValue>>,
        #[serde(default)]
        next: Option<Box<RawValue>>,
        #[serde(default)]
        links: Option<Links>,
        results: Box<RawValue>,
    }

    #[derive(Deserialize)]
    struct Links {
        #[serde(default)]
        next: Option<Box<RawValue>>,
    }

    let exchange = raw.inner.exchange();
    let sent = exchange.and_then(|exchange| exchange.sent_query()).unwrap_or_default();
    let mut seen = from.map(|cursor| cursor.seen.clone()).unwrap_or_default();
    let page = |items: Vec<T>, count, next: Option<String>, fingerprint| {
        // What was seen before and is seen again is found by `is_repeated`; an empty page says nothing.
        let known = seen.contains(&fingerprint);
        seen.insert(fingerprint);
        let next = next.filter(|_| !known).map(|query| Cursor { query, seen });
        Page { items, count, next, fingerprint }
    };
    match result {
        Ok(answer) => {
            let (status, headers) = (answer.status(), answer.headers().clone());
            let fingerprint =
                fingerprint(exchange.and_then(|exchange| exchange.received()).map(|it| &it.body[..]));
            let mut items = answer.into_inner();
            // The end, for a server that does not know `page`: nothing new comes. A full page again is no end: there may be more,
            // and it is reported by `is_repeated`.
            if from.is_some_and(|cursor| cursor.seen.contains(&fingerprint))
                && number_in(sent, "page_size") != Some(items.len() as u64)
            {
                items.clear();
            }
            let next = after_bare(sent, items.len());
            Ok(ResponseValue::new(page(items, None, next, fingerprint), status, headers))
        }
        Err(raw::Error::InvalidResponsePayload(body, error)) => {
            let head =
                exchange.and_then(|exchange| exchange.received()).map(|it| (it.status, it.headers.clone()));
            let Some(((status, headers), envelope)) =
                head.zip(serde_json::from_slice::<Envelope>(raw::without_mark(&body)).ok())
            else {
                return Err(raw::Error::InvalidResponsePayload(body, error));
            };
            let unreadable = |error| raw::Error::InvalidResponsePayload(body.clone(), error);
            let results = envelope.results.get().as_bytes();
            let items = raw::decode::<Vec<T>>(results).map_err(unreadable)?;
            // Ending here silently would truncate the list.
            let next = envelope.next.or_else(|| envelope.links?.next);
            let next = match next.map(|next| serde_json::from_str::<Option<String>>(next.get())) {
                None | Some(Ok(None)) => None,
                Some(Ok(Some(url))) if url.trim().is_empty() => None,
                Some(url) => Some(url.ok().flatten().as_deref().and_then(query_of).ok_or_else(|| {
                    unreadable(serde::de::Error::custom("`next` is no address with a query"))
                })?),
            };
            let count = envelope.count.and_then(|count| raw::decode::<u64>(count.get().as_bytes()).ok());
            // Hash the items only: `count` may change while `next` leads to the same page.
            let page = page(items, count, next, fingerprint(Some(results)));
            Ok(ResponseValue::new(page, status, headers))
        }
        Err(error) => Err(error),
    }
}

/// Whether a page came again that came before: a server that does not know `page` would be asked for ever.
pub(super) fn is_repeated<T>(from: Option<&Cursor>, page: &Page<T>) -> bool {
    !page.items.is_empty() && from.is_some_and(|cursor| cursor.seen.contains(&page.fingerprint))
}

fn fingerprint(body: Option<&[u8]>) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

/// The query of a URL, whatever the rest of it is.
fn query_of(url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    Some(query.split('#').next().unwrap_or_default().to_owned())
}

/// The query of the page after a bare array. That a page is shorter than what was asked for says nothing: a server may cap
/// its pages. The last one is followed by an empty page, by a 404, or by nothing new.
fn after_bare(sent: &str, items: usize) -> Option<String> {
    let page = number_in(sent, "page").unwrap_or(1);
    (items > 0).then(|| {
        let others = sent.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("page="));
        let next = format!("page={}", page.saturating_add(1));
        others.chain([next.as_str()]).collect::<Vec<_>>().join("&")
    })
}

fn number_in(query: &str, name: &str) -> Option<u64> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name)?.1.parse().ok()
}

impl<R, T> Call<R>
where
    R: Paged + sealed::Paged<Item = T> + Request<Output = Page<T>>,
{
    /// Goes on from a cursor. Its filters are the cursor's; those set on this call are not sent.
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.request.resume(cursor);
        self
    }

    /// All pages, each fetched when it is asked for. Without a page size, pages of 100.
    ///
    /// An error ends the stream; what came before it stays, and the cursor of the last page goes on from there.
    pub fn pages(mut self) -> impl Stream<Item = Result<Page<T>, Error>> + Unpin {
        self.request.size_pages(PAGE_SIZE);
        Box::pin(stream::try_unfold(Some(self), |call: Option<Self>| async move {
            let Some(call) = call else { return Ok(None) };
            let further = call.request.cursor().is_some();
            let page = match call.clone().send().await {
                // A bare array tells its end with the page after the last.
                Err(error) if further && error.is_not_found() => return Ok(None),
                result => result?,
            };
            let next = page.next.clone().map(|cursor| call.resume(cursor));
            Ok(Some((page, next)))
        }))
    }

    /// All items of all pages, in order. Pages are fetched when their first item is asked for. Each item is there once, also if it
    /// moves to the next page while the list is read, because another was inserted before it.
    ///
    /// # Example: all refunds of a payment
    ///
    /// ```
    /// use futures_util::TryStreamExt as _;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    /// # let mug = nd8::Product::ad_hoc("Mug", 1, nd8::Decimal::new(60_00, 2));
    /// # let checkout = client.checkouts().create(billing, [mug]).send().await?;
    /// # let payment_id = sandbox.customer(&checkout.checkout_id).pay().await?;
    /// # client.refunds().create(&payment_id, "Sale").send().await?;
    /// let refunds: Vec<_> = client.refunds().list().search(&payment_id).items().try_collect().await?;
    /// assert_eq!(refunds.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn items(self) -> impl Stream<Item = Result<T, Error>> + Unpin {
        let mut seen = HashSet::new();
        let pages = self.pages().map_ok(move |mut page| {
            page.items.retain(|item| seen.insert(R::id(item).to_owned()));
            stream::iter(page.items.into_iter().map(Ok))
        });
        Box::pin(pages.try_flatten())
    }
}
