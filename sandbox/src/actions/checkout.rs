//! Opens and finds checkouts.

use uuid::Uuid;

use crate::model::checkout::{Checkout, CheckoutRequest};
use crate::model::state::State;
use crate::values::time::SandboxTime;

impl State {
    /// Finds a checkout by the token in its address.
    pub(crate) fn checkout(&self, token: &str) -> Option<&Checkout> {
        // The token begins with the id of the checkout; the rest proves that it was not made up.
        let id = token.split('.').next()?;
        self.checkouts.get(id).filter(|checkout| checkout.token == token)
    }

    pub(crate) fn open_checkout(
        &mut self,
        request: CheckoutRequest,
        payment_link: Option<Uuid>,
        now: SandboxTime,
        expires_at: SandboxTime,
    ) -> &Checkout {
        let unique = self.random.text(10).to_ascii_lowercase();
        let id = format!("org1-{}-{unique}", now.unix_seconds());
        let token = self.checkout_token(&id, expires_at);
        let open =
            Checkout { id: id.clone(), token, expires_at, request, payment_link, payment: None, used: false };
        self.checkouts.insert(id, open)
    }

    /// Creates a token that cannot be guessed and looks as signed as the real one, because it is.
    fn checkout_token(&mut self, checkout_id: &str, expires_at: SandboxTime) -> String {
        let claims = format!("{checkout_id}.{}.{}", expires_at.unix_seconds(), self.random.text(24));
        let signature = self.token_signer.tag(claims.as_bytes()).hex();
        format!("{claims}.{signature}")
    }
}
