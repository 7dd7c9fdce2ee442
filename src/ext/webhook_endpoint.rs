//! URL to which the organization's webhooks are delivered.

use std::sync::Arc;

use super::call::sealed::Endpoint;
use super::core::Core;
use super::{Call, FieldError, Request, WebhookConfiguration, envelope, validate};
use crate::raw::{self, ResponseValue, types};

/// Webhook endpoint of the organization. From [`Dashboard::webhook_endpoint`](crate::Dashboard::webhook_endpoint).
/// Its path, `/organization/webhooks/`, is **inferred**.
///
/// # Example: set it and read it back
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let dashboard = nd8::Dashboard::builder(sandbox.session_token()).base_url(sandbox.base_url()).build()?;
/// dashboard.webhook_endpoint().set("https://shop.example/nd8").send().await?;
/// let configuration = dashboard.webhook_endpoint().get().send().await?;
/// assert_eq!(configuration.endpoint_url.as_deref(), Some("https://shop.example/nd8"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct WebhookEndpoints {
    core: Arc<Core>,
}

impl super::Dashboard {
    /// Returns the organization's webhook endpoint.
    pub fn webhook_endpoint(&self) -> WebhookEndpoints {
        WebhookEndpoints { core: Arc::clone(&self.core) }
    }
}

impl WebhookEndpoints {
    /// Reads the configuration.
    pub fn get(&self) -> Call<GetWebhookEndpoint> {
        Call::new(&self.core, GetWebhookEndpoint)
    }

    /// Sets the URL that webhooks are delivered to.
    ///
    /// Fails with [`is_invalid_input`](crate::Error::is_invalid_input) when the server refuses the URL.
    pub fn set(&self, url: impl Into<String>) -> Call<SetWebhookEndpoint> {
        Call::new(&self.core, SetWebhookEndpoint { body: types::WebhookEndpoint::new(url) })
    }
}

/// Reads the webhook configuration. Source: the reference names the operation; its path is inferred.
#[derive(Clone, Debug)]
pub struct GetWebhookEndpoint;

impl Request for GetWebhookEndpoint {
    type Output = WebhookConfiguration;
}

impl Endpoint for GetWebhookEndpoint {
    type Decoded = WebhookConfiguration;
    type Value = WebhookConfiguration;
    const OPERATION: &'static str = "get_webhook";

    fn has_id(&self, configuration: &WebhookConfiguration) -> bool {
        configuration.endpoint_url.is_some()
    }

    fn open(&self, body: &[u8]) -> Option<WebhookConfiguration> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(
        &self,
        raw: &raw::Client,
    ) -> Result<ResponseValue<WebhookConfiguration>, raw::Error<()>> {
        raw.get_webhook().send().await
    }
}

/// Sets the webhook endpoint. Source: the reference names the operation; its path is inferred.
#[derive(Clone, Debug)]
pub struct SetWebhookEndpoint {
    body: types::WebhookEndpoint,
}

impl Request for SetWebhookEndpoint {
    type Output = WebhookConfiguration;
}

impl Endpoint for SetWebhookEndpoint {
    type Decoded = WebhookConfiguration;
    type Value = WebhookConfiguration;
    const OPERATION: &'static str = "set_webhook";

    fn check(&self) -> Vec<FieldError> {
        validate::webhook_endpoint(&self.body)
    }

    fn accepts_empty(&self) -> bool {
        true
    }

    fn has_id(&self, configuration: &WebhookConfiguration) -> bool {
        configuration.endpoint_url.is_some()
    }

    fn open(&self, body: &[u8]) -> Option<WebhookConfiguration> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(
        &self,
        raw: &raw::Client,
    ) -> Result<ResponseValue<WebhookConfiguration>, raw::Error<()>> {
        raw.set_webhook(&self.body).send().await
    }
}
