//! List of refunds: filters, search and ordering.
//!
//! As in the framework, an empty parameter filters nothing, and a field that can't be ordered by is passed over. Not
//! here: pages (`list`) and what a refund looks like (`refund`).

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Extract;
use axum::http::Uri;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::json;

use crate::api::refunds::refund::{READ, RefundView};
use crate::app::app_state::AppState;
use crate::http::auth::Merchant;
use crate::http::error::{ApiError, FieldErrors};
use crate::http::list::ListRequest;
use crate::model::refund::{Refund, RefundStatus};
use crate::quirks::quirk::{LAG, Quirk};

/// `GET /refunds/`.
pub(crate) async fn list(
    Extract(sandbox): Extract<Arc<AppState>>,
    merchant: Merchant,
    uri: Uri,
) -> Result<Response, ApiError> {
    merchant.needs_one_of(READ)?;
    let request = ListRequest::read(&sandbox, &uri);
    let parameters = request.parameters();
    let filter = Filter::read(&parameters)?;
    let order = match parameters.get("ordering").copied().unwrap_or_default() {
        _ if sandbox.quirks.has(Quirk::OldestFirst) => "created_at",
        _ if sandbox.quirks.has(Quirk::ByAmount) => "-amount",
        wanted => wanted,
    };
    let order = Sort::read(order);
    let lag = if sandbox.quirks.has(Quirk::LaggingList) { LAG } else { Duration::ZERO };
    let now = sandbox.clock.now();

    let state = sandbox.state();
    let mut found: Vec<&Refund> = state
        .refunds
        .rows()
        .filter(|refund| filter.matches(refund) && refund.created_at.after(lag) <= now)
        .collect();
    // A stable order for equal rows as well: otherwise pages could repeat one refund and leave out another.
    found.sort_by(|left, right| order.compare(left, right));
    request.respond(&found, |refund| RefundView::of(refund, &sandbox.quirks))
}

/// Number of words of a search.
const MAX_TERMS: usize = 32;

/// Selects refunds by the parameters of the list.
struct Filter {
    /// Inner `None` is a status that no refund here ever has.
    status: Option<Option<RefundStatus>>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// Each of these has to occur in one of the fields.
    search: Vec<String>,
}

impl Filter {
    fn read(parameters: &HashMap<&str, &str>) -> Result<Filter, ApiError> {
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
        let status = match parameters.get("status").copied() {
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
            let search = parameters.get("search").copied().unwrap_or_default();
            let terms = search.split([' ', ',', '\t', '\n', '\r']).filter(|term| !term.is_empty());
            let search: Vec<String> = terms.map(str::to_lowercase).collect();
            if search.len() > MAX_TERMS {
                let message = format!("At most {MAX_TERMS} words can be searched for at once.");
                return Err(ApiError::invalid_field("search", &message));
            }
            Ok(Filter { status, from, to, search })
        } else {
            Err(ApiError::Invalid(errors))
        }
    }

    fn matches(&self, refund: &Refund) -> bool {
        let created = refund.created_at.timestamp();
        self.status.is_none_or(|status| status == Some(refund.status))
            && self.from.is_none_or(|from| created >= from)
            && self.to.is_none_or(|to| created <= to)
            && self.search.iter().all(|term| {
                contains(&refund.payment_id, term)
                    || contains(&refund.reason, term)
                    || refund.payment_number.to_string() == *term
            })
    }
}

/// Returns whether a text contains a part in lower case, without regard to the case of the text.
fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(part)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SortField {
    CreatedAt,
    UpdatedAt,
    Amount,
    Status,
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
                "updated_at" => Some((SortField::UpdatedAt, descending)),
                "amount" => Some((SortField::Amount, descending)),
                "status" => Some((SortField::Status, descending)),
                _ => None,
            }
        });
        // Only the first of several terms about one field can make a difference.
        let mut seen = Vec::new();
        let fields = fields.filter(|(field, _)| {
            !seen.contains(field) && {
                seen.push(*field);
                true
            }
        });
        let fields: Vec<_> = fields.collect();
        if fields.is_empty() { Sort(vec![(SortField::CreatedAt, true)]) } else { Sort(fields) }
    }

    fn compare(&self, left: &Refund, right: &Refund) -> Ordering {
        for &(field, descending) in &self.0 {
            let order = match field {
                // Refunds of the same millisecond are ordered by their number, which counts up.
                SortField::CreatedAt => {
                    (left.created_at, left.key.number).cmp(&(right.created_at, right.key.number))
                }
                SortField::UpdatedAt => left.updated_at.cmp(&right.updated_at),
                SortField::Amount => left.amount.cmp(&right.amount),
                SortField::Status => left.status.as_str().cmp(right.status.as_str()),
            };
            if order != Ordering::Equal {
                return if descending { order.reverse() } else { order };
            }
        }
        right.key.number.cmp(&left.key.number)
    }
}
