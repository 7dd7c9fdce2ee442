//! The list of refunds: filters, search, ordering and pages.
//!
//! As in the framework, an empty parameter filters nothing, a field that can't be ordered by is passed over,
//! and a page size that makes no sense means the default. Not here: what a refund looks like (`refund`).

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Extract};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use crate::auth::Merchant;
use crate::error::{ApiError, FieldErrors};
use crate::refund::{READ, Refund, RefundStatus, RefundView};
use crate::sandbox::Shared;

/// How many refunds a page has if the caller doesn't say.
const DEFAULT_PAGE_SIZE: usize = 100;
/// How many a caller can have at once.
const MAX_PAGE_SIZE: usize = 1000;

/// `GET /refunds/`.
pub(crate) async fn list(
    Extract(sandbox): Extract<Arc<Shared>>,
    merchant: Merchant,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    merchant.needs_one_of(READ)?;
    // Of a parameter that is sent twice the last one counts.
    let parameters: HashMap<String, String> =
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let filter = Filter::read(&parameters)?;
    let order = Sort::read(parameters.get("ordering").map_or("", String::as_str));

    let state = sandbox.state();
    let mut found: Vec<&Refund> =
        state.refunds.rows().iter().filter(|refund| filter.matches(refund)).collect();
    found.sort_by(|left, right| order.compare(left, right));
    let page = page_of(&found, &parameters)?;
    let views: Vec<RefundView<'_>> = page.iter().map(|refund| refund.view()).collect();
    Ok(Json(views).into_response())
}

/// Which refunds are wanted.
struct Filter<'a> {
    /// The inner `None` is a status that no refund here ever has.
    status: Option<Option<RefundStatus>>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    search: Option<&'a str>,
}

impl<'a> Filter<'a> {
    fn read(parameters: &'a HashMap<String, String>) -> Result<Filter<'a>, ApiError> {
        let mut errors = FieldErrors::new();
        let mut moment = |name: &str| {
            let moment = parameters.get(name).map(|text| text.parse::<Timestamp>());
            if let Some(Err(_)) = moment {
                errors.insert(name.to_owned(), json!(["A date and time with its offset is expected here."]));
            }
            moment.and_then(Result::ok)
        };
        let from = moment("created_at__gte");
        let to = moment("created_at__lte");
        let status = match parameters.get("status").map(String::as_str) {
            None => None,
            Some("processing") => Some(Some(RefundStatus::Processing)),
            Some("completed") => Some(Some(RefundStatus::Completed)),
            Some("failed") => Some(Some(RefundStatus::Failed)),
            Some("pending" | "rejected") => Some(None),
            Some(other) => {
                errors.insert("status".to_owned(), json!([format!("\"{other}\" is no status of a refund.")]));
                None
            }
        };
        if errors.is_empty() {
            Ok(Filter { status, from, to, search: parameters.get("search").map(|text| text.trim()) })
        } else {
            Err(ApiError::Invalid(errors))
        }
    }

    fn matches(&self, refund: &Refund) -> bool {
        let created = refund.created_at.timestamp();
        self.status.is_none_or(|status| status == Some(refund.status))
            && self.from.is_none_or(|from| created >= from)
            && self.to.is_none_or(|to| created <= to)
            && self.search.is_none_or(|text| {
                contains(&refund.payment_id, text)
                    || contains(&refund.reason, text)
                    || refund.payment_number.to_string() == text
            })
    }
}

/// Searches without regard to case.
fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

#[derive(Clone, Copy)]
enum SortField {
    CreatedAt,
    Amount,
}

/// Fields to order by, the first counting most; `true` turns one around.
struct Sort(Vec<(SortField, bool)>);

impl Sort {
    fn read(ordering: &str) -> Sort {
        let fields = ordering.split(',').filter_map(|term| {
            let term = term.trim();
            let (name, descending) = term.strip_prefix('-').map_or((term, false), |name| (name, true));
            match name {
                "created_at" => Some((SortField::CreatedAt, descending)),
                "amount" => Some((SortField::Amount, descending)),
                _ => None,
            }
        });
        let fields: Vec<_> = fields.collect();
        if fields.is_empty() { Sort(vec![(SortField::CreatedAt, true)]) } else { Sort(fields) }
    }

    fn compare(&self, left: &Refund, right: &Refund) -> Ordering {
        for &(field, descending) in &self.0 {
            let order = match field {
                // Refunds of the same millisecond are told apart by their number, which counts up.
                SortField::CreatedAt => {
                    (left.created_at, left.key.number).cmp(&(right.created_at, right.key.number))
                }
                SortField::Amount => left.amount.cmp(&right.amount),
            };
            if order != Ordering::Equal {
                return if descending { order.reverse() } else { order };
            }
        }
        right.key.number.cmp(&left.key.number)
    }
}

/// Cuts out the page that is asked for. The first page may be empty; any other has to exist.
fn page_of<'a, T>(rows: &'a [T], parameters: &HashMap<String, String>) -> Result<&'a [T], ApiError> {
    let size = parameters.get("page_size").and_then(|text| text.parse().ok()).filter(|&size| size > 0);
    let size = size.unwrap_or(DEFAULT_PAGE_SIZE).min(MAX_PAGE_SIZE);
    let page = parameters.get("page").map_or(Ok(1), |text| text.parse::<usize>());
    let page = page.ok().filter(|&page| page > 0).ok_or(ApiError::InvalidPage)?;

    let start = (page - 1).checked_mul(size).ok_or(ApiError::InvalidPage)?;
    if start > 0 && start >= rows.len() {
        return Err(ApiError::InvalidPage);
    }
    Ok(&rows[start..rows.len().min(start.saturating_add(size))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: &[u8], page: &str, size: &str) -> Option<Vec<u8>> {
        let parameters =
            [("page", page), ("page_size", size)].into_iter().filter(|(_, value)| !value.is_empty());
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        page_of(rows, &parameters).ok().map(<[u8]>::to_vec)
    }

    #[test]
    fn pages_cover_the_rows_and_end_with_an_error() {
        let rows = [1, 2, 3];

        assert_eq!(page(&rows, "", ""), Some(vec![1, 2, 3]));
        assert_eq!(page(&rows, "1", "2"), Some(vec![1, 2]));
        assert_eq!(page(&rows, "2", "2"), Some(vec![3]));
        for wrong in ["3", "0", "-1", "x", "18446744073709551615"] {
            assert_eq!(page(&rows, wrong, "2"), None, "{wrong}");
        }
        assert_eq!(page(&rows, "2", "3"), None, "a full last page is the last");
        assert_eq!(page(&[], "1", "2"), Some(vec![]));
        assert_eq!(page(&rows, "1", "0"), Some(vec![1, 2, 3]), "a size that makes no sense is the default");
    }
}
