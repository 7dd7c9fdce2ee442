//! `/_sandbox/clock`: the clock, for scripts.

use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::app_state::AppState;
use crate::handles::clock::SandboxClock;
use crate::http::body::read;
use crate::http::error::ApiError;

/// Returns the routes of this file.
pub(crate) fn routes() -> Router<Arc<AppState>> {
    Router::new().route("/_sandbox/clock", get(clock).post(move_clock))
}

async fn clock(Extract(sandbox): Extract<Arc<AppState>>) -> Json<Value> {
    Json(json!({ "now": sandbox.clock.now(), "frozen": sandbox.clock.is_frozen() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum MoveClock {
    Freeze(jiff::Timestamp),
    AdvanceSeconds(u32),
    Resume {},
}

async fn move_clock(
    Extract(sandbox): Extract<Arc<AppState>>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let handle = SandboxClock { sandbox: Arc::clone(&sandbox) };
    match read(request).await? {
        MoveClock::Freeze(at) => handle.freeze(at),
        MoveClock::AdvanceSeconds(seconds) => {
            handle.advance(std::time::Duration::from_secs(seconds.into())).await;
        }
        MoveClock::Resume {} => handle.resume(),
    }
    Ok(clock(Extract(sandbox)).await)
}
