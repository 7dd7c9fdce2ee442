//! Snapshot on the dashboard's front page, counted from the payments and refunds there are.
//!
//! The guides describe what is in it, without its fields: all names are assumed. Not here: the dashboard's other operations
//! (`organization`, `api_key`, `webhook_config`, `payment_link`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::app_state::AppState;
use crate::http::auth::DashboardUser;
use crate::model::organization::{PriceMode, STATUS};
use crate::model::payment::PaymentStatus;
use crate::model::refund::RefundStatus;
use crate::model::state::State;
use crate::values::money::{Amount, Currency};
use crate::values::time::SandboxTime;

/// Number of activities of the wallet that are shown.
const RECENT: usize = 10;

#[derive(Serialize)]
struct Snapshot<'a> {
    organization: Summary<'a>,
    wallet: BTreeMap<Currency, Wallet>,
    stats: Stats,
    recent_wallet_activity: Vec<Activity<'a>>,
}

#[derive(Serialize)]
struct Summary<'a> {
    name: &'a str,
    status: &'static str,
    price_mode: PriceMode,
}

/// Wallet of one currency.
#[derive(Clone, Copy, Serialize)]
struct Wallet {
    /// Taken, and not given or promised back.
    available: Amount,
    /// Promised to refunds that are processing.
    pending_refunds: Amount,
}

#[derive(Serialize)]
struct Stats {
    users: usize,
    transactions: Transactions,
}

#[derive(Serialize)]
struct Transactions {
    total: usize,
    by_status: BTreeMap<PaymentStatus, usize>,
}

#[derive(Serialize)]
struct Activity<'a> {
    kind: &'static str,
    id: &'a str,
    amount: Amount,
    currency: Currency,
    at: SandboxTime,
}

/// `GET /organization/dashboard/`.
pub(crate) async fn snapshot(Extract(sandbox): Extract<Arc<AppState>>, _: DashboardUser) -> Response {
    Json(sandbox.state().snapshot()).into_response()
}

impl State {
    fn snapshot(&self) -> Snapshot<'_> {
        let empty = Wallet { available: Amount::ZERO, pending_refunds: Amount::ZERO };
        let mut wallet = BTreeMap::from([(Currency::Usd, empty), (Currency::Eur, empty)]);
        let mut by_status = BTreeMap::new();
        let mut users = BTreeSet::new();
        let mut recent = Vec::new();
        for payment in self.payments.rows() {
            users.insert(payment.payer_email.to_lowercase());
            *by_status.entry(payment.status()).or_insert(0) += 1;
            if let (Some(left), Some(wallet)) = (payment.refundable(), wallet.get_mut(&payment.currency)) {
                wallet.available = wallet.available.plus(left);
                wallet.pending_refunds = wallet.pending_refunds.plus(payment.refunding);
                let (id, at) = (payment.key.public.as_str(), payment.created_at);
                let (amount, currency) = (payment.amount, payment.currency);
                recent.push(Activity { kind: "payment", id, amount, currency, at });
            }
        }
        for refund in self.refunds.rows().filter(|refund| refund.status == RefundStatus::Completed) {
            let (id, at) = (refund.key.public.as_str(), refund.updated_at);
            recent.push(Activity {
                kind: "refund",
                id,
                amount: refund.amount,
                currency: refund.currency,
                at,
            });
        }
        recent.sort_by_key(|activity| std::cmp::Reverse(activity.at));
        recent.truncate(RECENT);

        Snapshot {
            organization: Summary {
                name: &self.organization.name,
                status: STATUS,
                price_mode: self.organization.price_mode,
            },
            wallet,
            stats: Stats {
                users: users.len(),
                transactions: Transactions { total: self.payments.rows().len(), by_status },
            },
            recent_wallet_activity: recent,
        }
    }
}
