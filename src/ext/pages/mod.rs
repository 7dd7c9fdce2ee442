//! Paginated lists: one page, a stream of all pages, or a stream of their items, each fetched on demand.
//!
//! `body` parses a page, `cursor` is a position in a list, `walk` reads to a proved end, and `window` recognizes items that were
//! read before. Of a `next` link only the query is used: following its host would send the credential to another server.

mod body;
mod cursor;
mod walk;
mod window;

use std::borrow::Cow;
use std::ops::Index;
use std::pin::Pin;
use std::slice::SliceIndex;
use std::task::{Context, Poll, ready};

use futures_util::stream::{self, Stream, StreamExt as _};
use serde::Serialize;

use super::call::sealed::Endpoint;
use super::{Call, Error, FieldError, Request};

pub(super) use self::body::read;
pub use self::cursor::Cursor;
pub(super) use self::cursor::Place;
use self::walk::Walk;

/// Page size when all pages are read and the caller sets no size.
const PAGE_SIZE: u32 = 100;

/// One page of a list: its items, and the position of the next page. It is serialized as `{"items": […], "count": …, "next": …}`.
///
/// The server may send a bare array or wrap it in an object (`results`, `data` or `items`, with `next` and `count`); both are read.
/// A page of which one item cannot be read is an error, and so is a response without a list, such as null.
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
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// Items.
    pub items: Vec<T>,
    /// Number of items on all pages, if the server reports it.
    pub count: Option<u64>,
    /// Position of the next page, unless this page is known to be the last. A bare array does not mark its end: its last
    /// page is followed by one that is empty or not found, or, from a server without pages, by the same page, which
    /// [`send`](Call::send) reports as an error and [`pages`](Call::pages) investigates.
    pub next: Option<Cursor>,
    /// Origin of `next`.
    #[serde(skip)]
    lead: Lead,
    /// Keys by which the items are recognized.
    #[serde(skip)]
    keys: Vec<u64>,
    /// Distinguishes the page from others.
    #[serde(skip)]
    fingerprint: u64,
}

impl<T> Page<T> {
    /// Returns the number of items on the page.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns whether the page has no items.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Iterates over the items; so does `for item in &page`.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

/// Returns the item at a place, or the items of a range.
///
/// # Panics
///
/// If there is none: `page.items.get(index)` returns an `Option`.
impl<T, I: SliceIndex<[T]>> Index<I> for Page<T> {
    type Output = I::Output;

    fn index(&self, index: I) -> &I::Output {
        &self.items[index]
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// Evidence that there is another page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lead {
    /// The server reports its position.
    Reported,
    /// The server reports only that there is one: the page number is incremented.
    Promised,
    /// There may be one, since the server reports no end: the page number is incremented.
    Numbered,
}

/// A request for a list, such as [`ListRefunds`](crate::ListRefunds). Sealed.
///
/// All items of any list, in a task of its own:
///
/// ```
/// use futures_util::TryStreamExt as _;
/// use nd8::{Call, Paged};
/// use tokio::task::JoinHandle;
///
/// fn count<R: Paged>(call: Call<R>) -> JoinHandle<Result<usize, nd8::Error>> {
///     tokio::spawn(call.items().try_fold(0, async |count, _| Ok(count + 1)))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
/// assert_eq!(count(client.refunds().list()).await??, 0);
/// # Ok(())
/// # }
/// ```
pub trait Paged: Request<Output = Page<<Self as sealed::Paged>::Item>> + sealed::Paged {}

pub(super) mod sealed {
    use std::borrow::Cow;

    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::{Endpoint, Place};

    pub trait Paged: Endpoint + Clone {
        type Item: DeserializeOwned + Serialize + Send + Sync + 'static;
        /// Is true if each item has an id, so that one without it is not read as a whole.
        const HAS_IDS: bool;
        /// Is true if the list is documented to have a parameter for the size of its pages.
        const HAS_PAGE_SIZE: bool = false;
        /// Values of `ordering` that are the opposite of each other, where the list is documented to have that parameter.
        const ORDERINGS: Option<[&str; 2]> = None;
        /// Is true if the list belongs to something that may be gone, which is not found either.
        const HAS_PARENT: bool = false;

        /// Returns the id of an item, by which one that is on two pages is recognized.
        fn id(item: &Self::Item) -> Option<Cow<'_, str>>;

        /// Returns the name of the list, to which its cursors belong.
        fn list(&self) -> Cow<'static, str> {
            Self::OPERATION.into()
        }

        fn place(&self) -> &Place;

        fn place_mut(&mut self) -> &mut Place;
    }
}

/// Returns whether the server sent the same page twice and no caller investigates it: reading on would never end.
pub(super) fn is_repeated<T>(place: &Place, page: &Page<T>) -> bool {
    let is_looked_into = place.is_walked || page.items.is_empty() && page.next.is_none();
    !is_looked_into && place.cursor.as_ref().is_some_and(|cursor| cursor.trail.has(page.fingerprint))
}

/// Returns what an id is read from: a text or a number. A blank text is none.
pub(super) fn id_in(value: &serde_json::Value) -> Option<Cow<'_, str>> {
    match value {
        serde_json::Value::String(id) => id_text(id),
        serde_json::Value::Number(id) => Some(id.to_string().into()),
        _ => None,
    }
}

/// Returns the id, unless it is blank.
pub(super) fn id_text(id: &str) -> Option<Cow<'_, str>> {
    Some(id.trim()).filter(|id| !id.is_empty()).map(Cow::from)
}

impl<R: Paged> Call<R> {
    /// Continues from a cursor, with the filters of the cursor; those that are set on this call are not sent.
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.request.place_mut().cursor = Some(cursor);
        self
    }

    /// Returns all pages, each fetched when it is asked for. Without a page size, refunds come in pages of 100.
    ///
    /// **A list is complete or an error.** A short page is not the end, since a server may cap its pages. A list ends where
    /// an envelope reports it, or with a page that is empty or not found. Where a page holds nothing new, a few more
    /// requests show whether the server has no pages, or sends its last page for every number. What stays uncertain, such as
    /// a server that ignores `page` and caps its pages, or a circular `next`, is an error
    /// ([`is_repeated_page`](Error::is_repeated_page)); so is a list that ends before as many items as the server counted
    /// ([`is_incomplete_list`](Error::is_incomplete_list)), and a page that the server reported and does not find, unless
    /// its count shows that nothing is missing ([`is_not_found`](Error::is_not_found)). One thing cannot be noticed: a
    /// server that cuts all its responses at the same length, reports nothing about others, and ignores `page`, `page_size`,
    /// `limit` and `ordering`.
    ///
    /// **Each item comes once**, also while others are inserted before it, which moves items to the next page. The last 10,000 ids are
    /// remembered for that, or three pages if those are more. Where items are inserted as fast as pages are read, the
    /// stream ends with [`is_repeated_page`](Error::is_repeated_page) after 20 pages in a row without new items; where more
    /// than 10,000 are inserted between two requests, after at most 2,000 duplicates. No item is omitted.
    ///
    /// An item that is *removed* while the list is read, or no longer fits its filters, may move another one to a page that was
    /// read already. A server that counts shows that, and the stream ends with an error; a bare array does not.
    ///
    /// An error ends the stream. Earlier pages stay valid, and the cursor of the last one continues from there.
    pub fn pages(mut self) -> impl Stream<Item = Result<Page<R::Item>, Error>> + Unpin {
        // Fewer requests, and so fewer chances that the list changes between two of them.
        if R::HAS_PAGE_SIZE {
            self.request.place_mut().page_size.get_or_insert(PAGE_SIZE);
        }
        // Boxed, so that callers can poll the stream without pinning it themselves.
        Box::pin(stream::try_unfold(Walk::new(self), Walk::next))
    }

    /// Returns all items of all [`pages`](Self::pages), in order, each once. Pages are fetched when their first item is asked for.
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
    pub fn items(self) -> impl Stream<Item = Result<R::Item, Error>> + Unpin {
        Items { pages: self.pages(), page: Vec::new().into_iter() }
    }
}

/// Items of a stream of pages. `try_flatten` would move each of them several times.
struct Items<S, T> {
    pages: S,
    page: std::vec::IntoIter<T>,
}

/// Nothing in it is pinned.
impl<S: Unpin, T> Unpin for Items<S, T> {}

impl<S, T> Stream for Items<S, T>
where
    S: Stream<Item = Result<Page<T>, Error>> + Unpin,
{
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_next_unpin(context)) {
                Some(Ok(page)) => self.page = page.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
