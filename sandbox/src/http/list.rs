//! Common parts of all lists: pages, and the two shapes of a list.
//!
//! As in the framework, the last of several equal parameters counts, an empty one is ignored, an invalid page size means the
//! default, and a page that does not exist is a 404. Not here: filters and order of a list.

use std::collections::HashMap;

use axum::Json;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use reqwest::Url;
use serde::Serialize;

use crate::app::app_state::AppState;
use crate::http::error::ApiError;
use crate::quirks::quirk::{Quirk, SHORT_PAGE};
use crate::settings::ListShape;

/// Number of rows a page has by default.
const DEFAULT_PAGE_SIZE: usize = 100;

/// Largest number of rows of a page.
const MAX_PAGE_SIZE: usize = 1000;

#[derive(Serialize)]
struct Envelope<T> {
    count: usize,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<T>,
}

/// A request for a list.
pub(crate) struct ListRequest {
    shape: ListShape,
    quirks: PageQuirks,
    /// Address that was asked, without its query.
    address: String,
    pairs: Vec<(String, String)>,
}

impl ListRequest {
    pub(crate) fn read(sandbox: &AppState, uri: &Uri) -> ListRequest {
        let address = format!("{}{}", sandbox.origin, uri.path());
        let url = Url::parse(&format!("{address}?{}", uri.query().unwrap_or_default()));
        // What came in as the target of a request is an address.
        let pairs = url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default();
        let has = |quirk| sandbox.quirks.has(quirk);
        let shape = if has(Quirk::Envelope) { ListShape::Envelope } else { ListShape::Bare };
        let quirks = PageQuirks { short: has(Quirk::ShortPages), first: has(Quirk::IgnoredPage) };
        ListRequest { shape, quirks, address, pairs }
    }

    /// Reads a request for a list outside of the API, which no quirk changes.
    pub(crate) fn outside_of_the_api(uri: &Uri) -> ListRequest {
        let mut url = Url::parse("http://localhost/").expect("this is an address");
        url.set_query(uri.query());
        let pairs = url.query_pairs().into_owned().collect();
        ListRequest { shape: ListShape::Bare, quirks: PageQuirks::default(), address: String::new(), pairs }
    }

    /// Returns the parameters that are not empty.
    pub(crate) fn parameters(&self) -> HashMap<&str, &str> {
        let given = self.pairs.iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Returns the page that is asked for.
    pub(crate) fn respond<'a, T, V: Serialize>(
        &self,
        rows: &'a [T],
        view: impl Fn(&'a T) -> V,
    ) -> Result<Response, ApiError> {
        // Counted before any row is shown, so that a list of thousands costs as much as its page.
        let page = Page::of(rows.len(), &self.parameters(), self.quirks)?;
        let results = rows[page.start..page.end].iter().map(view).collect();
        Ok(match self.shape {
            ListShape::Bare => Json::<Vec<V>>(results).into_response(),
            ListShape::Envelope => Json(Envelope {
                count: rows.len(),
                next: self.address_of(page.number + 1).filter(|_| page.end < rows.len()),
                previous: self.address_of(page.number.saturating_sub(1)).filter(|_| page.number > 1),
                results,
            })
            .into_response(),
        })
    }

    /// Address of another page of this list; the first is the one without a number.
    fn address_of(&self, page: usize) -> Option<String> {
        let mut pairs: Vec<_> = self.pairs.iter().filter(|(name, _)| name != "page").cloned().collect();
        if page > 1 {
            pairs.push(("page".to_owned(), page.to_string()));
        }
        let mut url = Url::parse(&self.address).ok()?;
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        Some(url.into())
    }
}

/// Describes how the quirks cut pages.
#[derive(Clone, Copy, Debug, Default)]
struct PageQuirks {
    /// Pages have a few rows at most.
    short: bool,
    /// Every page is the first.
    first: bool,
}

/// Rows of a page.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    number: usize,
    start: usize,
    end: usize,
}

impl Page {
    /// Cuts out the page that is asked for. The first page may be empty; any other has to exist.
    fn of(rows: usize, parameters: &HashMap<&str, &str>, quirks: PageQuirks) -> Result<Page, ApiError> {
        let size = parameters.get("page_size").and_then(|text| text.parse().ok()).filter(|&size| size > 0);
        let size =
            size.unwrap_or(DEFAULT_PAGE_SIZE).min(if quirks.short { SHORT_PAGE } else { MAX_PAGE_SIZE });
        let last = rows.div_ceil(size).max(1);
        let number = match parameters.get("page").filter(|_| !quirks.first) {
            None => 1,
            Some(&"last") => last,
            Some(text) => text.parse().map_err(|_| ApiError::InvalidPage)?,
        };
        if number == 0 || number > last {
            return Err(ApiError::InvalidPage);
        }
        let start = (number - 1) * size;
        Ok(Page { number, start, end: rows.min(start + size) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: usize, page: &str, size: &str) -> Option<std::ops::Range<usize>> {
        let parameters =
            [("page", page), ("page_size", size)].into_iter().filter(|(_, value)| !value.is_empty());
        Page::of(rows, &parameters.collect(), PageQuirks::default()).ok().map(|page| page.start..page.end)
    }

    #[test]
    fn pages_cover_the_rows_and_end_with_an_error() {
        assert_eq!(page(3, "", ""), Some(0..3));
        assert_eq!(page(3, "1", "2"), Some(0..2));
        assert_eq!(page(3, "2", "2"), Some(2..3));
        assert_eq!(page(3, "last", "2"), Some(2..3));
        for wrong in ["3", "0", "-1", "x", "18446744073709551615", "18446744073709551616"] {
            assert_eq!(page(3, wrong, "2"), None, "{wrong}");
        }
        assert_eq!(page(3, "2", "3"), None, "a full last page is the last");
        assert_eq!(page(0, "1", "2"), Some(0..0));
        assert_eq!(page(0, "last", ""), Some(0..0));
        assert_eq!(page(3, "1", "0"), Some(0..3), "a size that makes no sense is the default");
        assert_eq!(
            page(5000, "", "18446744073709551615"),
            Some(0..1000),
            "and one that is too large the largest"
        );
    }

    #[test]
    fn other_pages_keep_the_rest_of_the_query() {
        let pairs =
            [("search", "a&b ü"), ("page", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let address = "http://127.0.0.1:1/api/refunds/".to_owned();
        let list = ListRequest {
            shape: ListShape::Envelope,
            quirks: PageQuirks::default(),
            address: address.clone(),
            pairs: pairs.to_vec(),
        };

        let query = format!("{address}?search=a%26b+%C3%BC");
        assert_eq!(list.address_of(3), Some(format!("{query}&page=3")));
        assert_eq!(list.address_of(1), Some(query));
        let bare = ListRequest { pairs: Vec::new(), ..list };
        assert_eq!(bare.address_of(1), Some(address));
    }
}
