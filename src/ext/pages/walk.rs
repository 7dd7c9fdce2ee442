//! Reads a list page by page until its end is proved.
//!
//! An envelope reports its end. A bare array ends with a page that is empty or not there. Some servers have neither: they do not know
//! `page` and send the whole list each time, or send the last page for every number that is too large. These are recognized by
//! asking for a page whose number is far too large, with one item on it, and for the list in both orders.

use std::collections::BTreeSet;

use super::body::{number_in, with};
use super::window::Window;
use super::{Call, Error, Lead, Page, Paged, sealed};
use crate::ext::error::Failure;

/// A page that no list has.
const FAR: &str = "1000000";

/// Message of Django REST Framework for a page that does not exist. It counts from 1.
const INVALID_PAGE: &str = "Invalid page.";

/// Maximum number of pages in a row without new items. More mean that items are inserted faster than they are read.
const MOST_STALE: u32 = 20;

/// A list that is being read.
pub(super) struct Walk<R> {
    call: Call<R>,
    window: Window,
    /// Number of last pages without new items.
    stale: u32,
    /// Is true if the server has shown that it knows the numbers of pages.
    knows_pages: bool,
    /// First page, if it was fetched without a number and the following ones with numbers that are counted up.
    first: Vec<u64>,
    /// Evidence that there is a page after the last one.
    lead: Lead,
    /// Is true if the last page was the last of the list.
    has_ended: bool,
    /// Count of items that the server reported on the first page.
    count: Option<u64>,
}

impl<R: Paged> Walk<R> {
    pub(super) fn new(mut call: Call<R>) -> Box<Self> {
        call.request.place_mut().is_walked = true;
        let (window, first, lead) = (Window::default(), Vec::new(), Lead::Numbered);
        Box::new(Self {
            call,
            window,
            stale: 0,
            knows_pages: false,
            first,
            lead,
            has_ended: false,
            count: None,
        })
    }

    /// Reads the next page that holds anything new, without what was read before.
    pub(super) async fn next(mut self: Box<Self>) -> Result<Option<(Page<R::Item>, Box<Self>)>, Error> {
        while !self.has_ended {
            let (is_first, is_start) = {
                let place = self.call.request.place();
                (place.cursor.is_none(), place.is_start())
            };
            let mut page = match self.call.clone().send().await {
                Err(error) if !is_first && is_no_page(&error) => {
                    self.check_parent().await?;
                    // Something was removed, and others have moved to pages that were read before. A count shows whether any have.
                    if self.lead != Lead::Numbered && self.count.is_none() {
                        return Err(error);
                    }
                    if error.messages().iter().any(|message| message.message == INVALID_PAGE) {
                        self.first.clear();
                    }
                    break;
                }
                page => page?,
            };
            if is_start {
                self.count = page.count;
            }
            let keys = std::mem::take(&mut page.keys);
            if is_start && self.call.request.place().page.is_none() && page.lead == Lead::Numbered {
                self.first.clone_from(&keys);
            }
            let is_new = self.window.read(&keys).map_err(|_| repeated::<R>())?;
            let cursor = self.call.request.place().cursor.as_ref();
            let is_known = cursor.is_some_and(|cursor| cursor.trail.has(page.fingerprint));
            let has_new = is_new.contains(&true) && !is_known;
            self.stale = if has_new { 0 } else { self.stale + 1 };
            self.lead = page.lead;
            let Some(next) = page.next.clone() else {
                self.has_ended = true;
                if has_new || is_first {
                    retain(&mut page, is_new);
                    return Ok(Some((page, self)));
                }
                break;
            };
            if has_new || is_first {
                retain(&mut page, is_new);
                self.call.request.place_mut().cursor = Some(next);
                return Ok(Some((page, self)));
            }
            // What was inserted may have moved a whole page. A server that is stuck sends the same page twice.
            let is_stuck =
                cursor.is_some_and(|cursor| cursor.query == next.query) || is_known && self.stale > 1;
            let meaning = match page.lead {
                Lead::Numbered | Lead::Promised if self.knows_pages => Meaning::Paged,
                Lead::Numbered | Lead::Promised => {
                    self.first.clear();
                    self.probe(&keys).await?
                }
                Lead::Reported if is_stuck => Meaning::Circle,
                Lead::Reported => Meaning::Changed,
            };
            match meaning {
                Meaning::End | Meaning::Unpaged if page.lead == Lead::Promised => return Err(repeated::<R>()),
                Meaning::End | Meaning::Unpaged => break,
                Meaning::Paged | Meaning::Changed if self.stale <= MOST_STALE => {
                    self.knows_pages |= meaning == Meaning::Paged;
                    self.call.request.place_mut().cursor = Some(next);
                }
                Meaning::Paged | Meaning::Changed | Meaning::Circle => return Err(repeated::<R>()),
            }
        }
        if let Some(page) = self.skipped().await? {
            self.has_ended = true;
            return Ok(Some((page, self)));
        }
        self.check_count()
    }

    /// Reads page 1 if it is not the first: a server that counts from 0 has it between that and page 2.
    async fn skipped(&mut self) -> Result<Option<Page<R::Item>>, Error> {
        let first = std::mem::take(&mut self.first);
        let query = self
            .call
            .request
            .place()
            .cursor
            .as_ref()
            .map(|cursor| with(&cursor.query, &[("page", Some("1"))]));
        let Some(query) = query.filter(|_| !first.is_empty()) else { return Ok(None) };
        let mut call = self.call.clone();
        call.request.place_mut().probe = Some(query);
        let mut page = match call.send().await {
            Err(error) if is_no_page(&error) => return Ok(None),
            page => page?,
        };
        let keys = std::mem::take(&mut page.keys);
        if keys.is_empty() || keys.iter().any(|key| first.contains(key)) {
            return Ok(None);
        }
        let is_new = self.window.read(&keys).map_err(|_| repeated::<R>())?;
        retain(&mut page, is_new);
        Ok(Some(page))
    }

    /// Fails if the server counted more items than were read: some were removed, or the server left them out.
    fn check_count<T>(&self) -> Result<Option<T>, Error> {
        let read = self.window.items;
        match self.count {
            Some(count) if read < count => {
                Err(Error::call(R::OPERATION, Failure::IncompleteList { read, count }))
            }
            _ => Ok(None),
        }
    }

    /// Fails if a page is not there because nothing is left of what the list belongs to.
    async fn check_parent(&self) -> Result<(), Error> {
        if R::HAS_PARENT {
            let mut first = self.call.clone();
            first.request.place_mut().cursor = None;
            first.send().await?;
        }
        Ok(())
    }

    /// Determines the meaning of a page without new items, from a server that does not report the next page.
    async fn probe(&self, page: &[u64]) -> Result<Meaning, Error> {
        let cursor = self.call.request.place().cursor.as_ref();
        let query = cursor.map(|cursor| &*cursor.query).unwrap_or_default();
        let far = self.ask(with(query, &[("page", Some(FAR)), ("page_size", Some("1"))])).await?;
        let meaning = Meaning::of(page, &far, number_in(query, "page_size"));
        if !matches!(meaning, Meaning::Unpaged | Meaning::Circle) {
            return Ok(meaning);
        }
        // A server that supports `offset` and `limit` instead returns the items after it.
        let offset = page.len().to_string();
        let behind = [("page", None), ("page_size", None), ("offset", Some(&*offset)), ("limit", Some("1"))];
        match &*self.ask(with(query, &behind)).await? {
            [] => return Ok(Meaning::End),
            [item] if !page.contains(item) || page.len() > 1 => return Ok(Meaning::Circle),
            _ => {}
        }
        // Another page that was read before: only a server that knows pages still has it.
        if self.window.items > page.len() as u64 {
            let first = self.ask(with(query, &[("page", Some("1"))])).await?;
            if first.iter().any(|key| self.window.has(*key)) && !first.iter().any(|key| page.contains(key)) {
                return Ok(Meaning::End);
            }
        }
        let Some([up, down]) = R::ORDERINGS else { return Ok(meaning) };
        let up = self.ask(with(query, &[("page", None), ("ordering", Some(up))])).await?;
        let down = self.ask(with(query, &[("page", None), ("ordering", Some(down))])).await?;
        Ok(meaning.in_both_orders(page, &up, &down))
    }

    async fn ask(&self, query: String) -> Result<Vec<u64>, Error> {
        let mut call = self.call.clone();
        call.request.place_mut().probe = Some(query);
        match call.send().await {
            Err(error) if is_no_page(&error) => Ok(Vec::new()),
            page => Ok(page?.keys),
        }
    }
}

fn repeated<R: sealed::Paged>() -> Error {
    Error::call(R::OPERATION, Failure::RepeatedPage)
}

/// Removes items that are not new.
fn retain<T>(page: &mut Page<T>, is_new: Vec<bool>) {
    let mut is_new = is_new.into_iter();
    page.items.retain(|_| is_new.next().unwrap_or(true));
}

/// Returns whether a page does not exist. A web page or plain text is from a proxy, and proves nothing about the list.
fn is_no_page(error: &Error) -> bool {
    let is_json = |body: &[u8]| matches!(body.trim_ascii_start().first(), None | Some(b'{' | b'[' | b'"'));
    error.is_not_found() && error.body().is_none_or(is_json)
}

/// Meaning of a page without new items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The list has been read.
    End,
    /// The server ignores both number and size of pages. If it does not cut its list, all of it has been read.
    Unpaged,
    /// The server knows pages, so items have moved to the next one.
    Paged,
    /// The list has changed: the next page shows what it means.
    Changed,
    /// The server sends the same for every page, and there may be more.
    Circle,
}

impl Meaning {
    /// Concludes it from what the server sends for a page that is far too large and of one item.
    fn of(page: &[u64], far: &[u64], page_size: Option<u64>) -> Self {
        let is_full = page_size == Some(page.len() as u64);
        match far {
            [] => Self::Paged,
            // A full page may be one that was cut.
            far if far == page && is_full => Self::Circle,
            far if far == page => Self::Unpaged,
            // The last page is sent for numbers that are too large.
            [item] if page.last() == Some(item) => Self::End,
            // The number is ignored, and the size is not: the page may have been cut.
            [item] if page.first() == Some(item) => Self::Circle,
            _ => Self::Changed,
        }
    }

    /// Takes into account what the server sends as the first page in either order of one field. If these are the same items, no others
    /// are behind them.
    fn in_both_orders(self, page: &[u64], up: &[u64], down: &[u64]) -> Self {
        let set = |page: &[u64]| page.iter().copied().collect::<BTreeSet<u64>>();
        if set(up) != set(page) || set(down) != set(page) {
            return Self::Circle;
        }
        // A server that ignores the order sends the same one twice, which proves nothing.
        if up == down { self } else { Self::End }
    }
}

#[cfg(test)]
mod tests {
    use super::Meaning::{self, Changed, Circle, End, Paged, Unpaged};

    #[test]
    fn a_page_without_news_is_an_end_only_if_the_server_shows_it() {
        for (server, page, far, page_size, expected) in [
            ("knows pages", &[1, 2, 3][..], &[][..], Some(3), Paged),
            ("knows pages, and has very many", &[1, 2, 3], &[9], Some(3), Changed),
            ("sends all, always", &[1, 2, 3], &[1, 2, 3], Some(100), Unpaged),
            ("sends all, and was not asked for a size", &[1, 2, 3], &[1, 2, 3], None, Unpaged),
            ("sends more than was asked for", &[1, 2, 3], &[1, 2, 3], Some(2), Unpaged),
            ("may have cut its list", &[1, 2, 3], &[1, 2, 3], Some(3), Circle),
            ("sends all, and one more now", &[1, 2, 3], &[0, 1, 2, 3], Some(100), Changed),
            ("knows the size only", &[1, 2, 3], &[1], Some(100), Circle),
            ("sends the last page", &[1, 2, 3], &[3], Some(100), End),
            ("sends the last page, which is full", &[1, 2, 3], &[3], Some(3), End),
            ("has one item", &[1], &[1], Some(100), Unpaged),
            ("has one item, and was not asked for a size", &[1], &[1], None, Unpaged),
            ("may have more than the one", &[1], &[1], Some(1), Circle),
        ] {
            assert_eq!(Meaning::of(page, far, page_size), expected, "{server}");
        }
    }

    #[test]
    fn both_orders_prove_an_end_or_that_there_is_more() {
        for (server, up, down, expected) in [
            ("honors the order and has no more", &[1, 2, 3][..], &[3, 2, 1][..], [End, End]),
            ("honors the order and has more", &[1, 2, 3], &[5, 4, 3], [Circle, Circle]),
            ("has changed", &[1, 2, 3, 4], &[1, 2, 3, 4], [Circle, Circle]),
            ("ignores the order", &[2, 1, 3], &[2, 1, 3], [Unpaged, Circle]),
        ] {
            let found = [Unpaged, Circle].map(|before| before.in_both_orders(&[2, 1, 3], up, down));
            assert_eq!(found, expected, "{server}");
        }
    }
}
