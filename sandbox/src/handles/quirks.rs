//! Handle that switches quirks.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::app::app_state::AppState;
use crate::quirks::quirk::{Quirk, bit};

/// Quirks of a sandbox; made by [`Sandbox::quirks`](crate::Sandbox::quirks).
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use nd8_sandbox::{Quirk, Sandbox};
///
/// let sandbox = Sandbox::builder().quirk(Quirk::Envelope).start().await?;
/// sandbox.quirks().add(Quirk::ShortPages);
/// assert_eq!(sandbox.quirks().all(), [Quirk::ShortPages, Quirk::Envelope]);
///
/// assert!(sandbox.quirks().remove(Quirk::Envelope));
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Quirks {
    pub(crate) sandbox: Arc<AppState>,
}

impl Quirks {
    /// Switches a quirk on, for all requests from now on.
    pub fn add(&self, quirk: Quirk) {
        self.sandbox.quirks.insert(quirk);
    }

    /// Switches a quirk off, and returns whether it was on.
    pub fn remove(&self, quirk: Quirk) -> bool {
        self.sandbox.quirks.remove(quirk)
    }

    /// Switches all quirks off.
    pub fn clear(&self) {
        self.set(&[]);
    }

    /// Switches these quirks on and all others off.
    pub fn set(&self, quirks: &[Quirk]) {
        let bits = quirks.iter().fold(0, |bits, quirk| bits | bit(*quirk));
        self.sandbox.quirks.0.store(bits, Ordering::Release);
    }

    /// Returns the quirks that are on, in the order of [`Quirk::ALL`].
    pub fn all(&self) -> Vec<Quirk> {
        self.sandbox.quirks.all()
    }
}
