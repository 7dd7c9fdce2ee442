//! `/_sandbox/`: what a script asks the sandbox itself, outside of the API.

pub(crate) mod clock;
pub(crate) mod faults;
pub(crate) mod quirks;
pub(crate) mod sandbox;
pub(crate) mod webhooks;

use std::sync::Arc;

use axum::Router;

use crate::app::app_state::AppState;

/// Returns the routes of all files here.
pub(crate) fn routes() -> Router<Arc<AppState>> {
    sandbox::routes()
        .merge(clock::routes())
        .merge(faults::routes())
        .merge(quirks::routes())
        .merge(webhooks::routes())
}
