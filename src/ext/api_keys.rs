//! API keys of the organization.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use super::call::sealed::Endpoint;
use super::core::Core;
use super::pages::Place;
use super::pages::sealed::Paged as _;
use super::{
    ApiKey, ApiKeyWithSecret, Call, FieldError, OptionalText, Page, Paged, Request, Scope, envelope, pages,
    validate,
};
use crate::ids::ApiKeyId;
use crate::raw::{self, ResponseValue, types};

/// API keys of the organization. From [`Dashboard::api_keys`](crate::Dashboard::api_keys).
///
/// The server returns the whole key once, when it is created or rotated. Reading it takes an explicit call:
///
/// # Example: a key for one purpose
///
/// ```
/// use nd8::{ExposeSecret, Scope};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = httpmock::MockServer::start_async().await;
/// # server.mock(|when, then| {
/// #     when.json_body(serde_json::json!({"name": "ci", "allowed_scopes": "refunds:read"}));
/// #     then.status(201).json_body(serde_json::json!({"raw_key": "the-whole-key", "prefix": "the"}));
/// # });
/// # let dashboard = nd8::Dashboard::builder("a-session").base_url(server.base_url()).build()?;
/// let created = dashboard.api_keys().create().name("ci").scopes([Scope::RefundsRead]).send().await?;
/// assert!(!format!("{created:?}").contains("the-whole-key"));
/// assert_eq!(created.key.expect("is shown once").expose_secret(), "the-whole-key");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ApiKeys {
    core: Arc<Core>,
}

impl super::Dashboard {
    /// Returns the organization's API keys.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys { core: Arc::clone(&self.core) }
    }
}

impl ApiKeys {
    /// Lists the current keys without their secrets: a page with [`send`](Call::send), all pages with
    /// [`pages`](Call::pages), all keys with [`items`](Call::items).
    pub fn list(&self) -> Call<ListApiKeys> {
        Call::new(&self.core, ListApiKeys::default())
    }

    /// Creates a key. Without scopes, the server decides what the key allows.
    pub fn create(&self) -> Call<CreateApiKey> {
        Call::new(&self.core, CreateApiKey { body: types::ApiKeyRequest::new() })
    }

    /// Replaces the key by a new one.
    pub fn rotate(&self) -> Call<RotateApiKey> {
        Call::new(&self.core, RotateApiKey)
    }

    /// Revokes a key permanently.
    ///
    /// # Example: a key that is no longer needed
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let dashboard = nd8::Dashboard::builder(sandbox.session_token()).base_url(sandbox.base_url()).build()?;
    /// # dashboard.api_keys().create().name("ci").send().await?;
    /// # let listed = dashboard.api_keys().list().send().await?;
    /// # let id = listed.items.last().and_then(|key| key.id.as_ref()).expect("has an id");
    /// let revoked = dashboard.api_keys().revoke(id).send().await?;
    /// assert_eq!(revoked.status.as_deref(), Some("revoked"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn revoke(&self, key: impl Into<ApiKeyId>) -> Call<RevokeApiKey> {
        Call::new(&self.core, RevokeApiKey { key: key.into() })
    }
}

/// A key that was just created, with the key itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewApiKey {
    /// Full key. The server returns it only in this response.
    pub key: Option<SecretString>,
    /// Response, without the key: its `raw_key` is `None`.
    pub metadata: ApiKeyWithSecret,
}

impl From<ApiKeyWithSecret> for NewApiKey {
    fn from(mut response: ApiKeyWithSecret) -> Self {
        // Taken out, not copied: the metadata implements `Debug` and would print the key.
        Self { key: response.raw_key.take().map(SecretString::from), metadata: response }
    }
}

/// Lists API keys. Source: the guides, `GET /organization/api-keys/`; the shape of the response is inferred.
#[derive(Clone, Default)]
pub struct ListApiKeys {
    place: Place,
}

impl fmt::Debug for ListApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListApiKeys").finish_non_exhaustive()
    }
}

impl Request for ListApiKeys {
    type Output = Page<ApiKey>;
}

impl Endpoint for ListApiKeys {
    type Decoded = Page<ApiKey>;
    type Value = Page<ApiKey>;
    const OPERATION: &'static str = "list_api_keys";

    fn query(&self) -> Option<String> {
        self.place.query()
    }

    fn misuse(&self) -> Option<FieldError> {
        self.place.misuse(&self.list())
    }

    fn is_repeated(&self, page: &Page<ApiKey>) -> bool {
        pages::is_repeated(&self.place, page)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Page<ApiKey>>, raw::Error<()>> {
        pages::read(self, raw, raw.list_api_keys().send().await)
    }
}

impl Paged for ListApiKeys {}

impl pages::sealed::Paged for ListApiKeys {
    type Item = ApiKey;
    // The document does not require the `id` of a key, so a key without it is not an error.
    const HAS_IDS: bool = false;

    fn id(key: &ApiKey) -> Option<Cow<'_, str>> {
        pages::id_text(key.id.as_deref()?)
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn place_mut(&mut self) -> &mut Place {
        &mut self.place
    }
}

/// Creates an API key. Source: the guides, `POST /organization/api-keys/`.
#[derive(Clone, Debug)]
pub struct CreateApiKey {
    body: types::ApiKeyRequest,
}

impl Call<CreateApiKey> {
    /// Sets the name of the key.
    pub fn name(mut self, name: impl OptionalText) -> Self {
        if let Some(name) = name.text() {
            self.request.body = self.request.body.name(name);
        }
        self
    }

    /// Sets the scopes of the key. The reference types the field as one string; that several scopes are separated by commas is
    /// **inferred**.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        let scopes: Vec<String> = scopes.into_iter().map(|scope| scope.to_string()).collect();
        self.request.body = self.request.body.allowed_scopes(scopes.join(","));
        self
    }
}

impl Request for CreateApiKey {
    type Output = NewApiKey;
}

impl Endpoint for CreateApiKey {
    type Decoded = ApiKeyWithSecret;
    type Value = NewApiKey;
    const OPERATION: &'static str = "create_api_key";

    fn has_id(&self, key: &ApiKeyWithSecret) -> bool {
        // The key itself identifies the response: it is returned only once and must not be lost for a missing id.
        key.id.is_some() || key.raw_key.is_some()
    }

    fn open(&self, body: &[u8]) -> Option<ApiKeyWithSecret> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<ApiKeyWithSecret>, raw::Error<()>> {
        raw.create_api_key(&self.body).send().await
    }
}

/// Rotates the API key. Source: the guides, `POST /organization/api-keys/rotate/`.
#[derive(Clone, Debug)]
pub struct RotateApiKey;

impl Request for RotateApiKey {
    type Output = NewApiKey;
}

impl Endpoint for RotateApiKey {
    type Decoded = ApiKeyWithSecret;
    type Value = NewApiKey;
    const OPERATION: &'static str = "rotate_api_key";

    fn has_id(&self, key: &ApiKeyWithSecret) -> bool {
        // The key itself identifies the response: it is returned only once and must not be lost for a missing id.
        key.id.is_some() || key.raw_key.is_some()
    }

    fn open(&self, body: &[u8]) -> Option<ApiKeyWithSecret> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<ApiKeyWithSecret>, raw::Error<()>> {
        raw.rotate_api_key().send().await
    }
}

/// Revokes an API key. Source: the guides, `POST /organization/api-keys/<id>/revoke/`; the shape of the response is inferred.
#[derive(Clone, Debug)]
pub struct RevokeApiKey {
    key: ApiKeyId,
}

impl Request for RevokeApiKey {
    type Output = ApiKey;
}

impl Endpoint for RevokeApiKey {
    type Decoded = ApiKey;
    type Value = ApiKey;
    const OPERATION: &'static str = "revoke_api_key";

    fn check(&self) -> Vec<FieldError> {
        validate::id(self.key.check())
    }

    fn has_id(&self, key: &ApiKey) -> bool {
        key.id.is_some()
    }

    fn open(&self, body: &[u8]) -> Option<ApiKey> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<ApiKey>, raw::Error<()>> {
        raw.revoke_api_key(&self.key).send().await
    }
}
