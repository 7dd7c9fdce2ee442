//! The organization's API keys.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use super::call::sealed::Attempt;
use super::core::Core;
use super::pages::Place;
use super::pages::sealed::Paged as _;
use super::{
    ApiKey, ApiKeyWithSecret, Call, FieldError, OptionalText, Page, Paged, Request, Scope, checks, envelope,
    pages,
};
use crate::ids::ApiKeyId;
use crate::raw::{self, ResponseValue, types};

/// The organization's API keys. From [`Dashboard::api_keys`](crate::Dashboard::api_keys).
///
/// The whole key is shown once, when it is created or rotated, and has to be asked for:
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
    /// The organization's API keys.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys { core: Arc::clone(&self.core) }
    }
}

impl ApiKeys {
    /// Lists what is known about the current keys, everything but the keys: a page with [`send`](Call::send), all pages with
    /// [`pages`](Call::pages), all keys with [`items`](Call::items).
    pub fn list(&self) -> Call<ListApiKeys> {
        Call::new(&self.core, ListApiKeys::default())
    }

    /// Creates a key. Without scopes it is up to the server what it may do.
    pub fn create(&self) -> Call<CreateApiKey> {
        Call::new(&self.core, CreateApiKey { body: types::ApiKeyRequest::new() })
    }

    /// Replaces the key by a new one.
    pub fn rotate(&self) -> Call<RotateApiKey> {
        Call::new(&self.core, RotateApiKey)
    }

    /// Makes a key unusable for good.
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
    /// The whole key. The server shows it this once.
    pub key: Option<SecretString>,
    /// The response, without the key: its `raw_key` is `None`.
    pub metadata: ApiKeyWithSecret,
}

impl From<ApiKeyWithSecret> for NewApiKey {
    fn from(mut response: ApiKeyWithSecret) -> Self {
        Self { key: response.raw_key.take().map(SecretString::from), metadata: response }
    }
}

/// Lists API keys. Source: the guides, `GET /organization/api-keys/`; the shape of the answer is inferred.
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

impl Attempt for ListApiKeys {
    type Answer = Page<ApiKey>;
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
    /// What the key is called.
    pub fn name(mut self, name: impl OptionalText) -> Self {
        if let Some(name) = name.text() {
            self.request.body = self.request.body.name(name);
        }
        self
    }

    /// What the key may do. The reference types the field as one string; that several scopes are separated by commas is
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

impl Attempt for CreateApiKey {
    type Answer = ApiKeyWithSecret;
    type Value = NewApiKey;
    const OPERATION: &'static str = "create_api_key";

    fn has_id(&self, key: &ApiKeyWithSecret) -> bool {
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

impl Attempt for RotateApiKey {
    type Answer = ApiKeyWithSecret;
    type Value = NewApiKey;
    const OPERATION: &'static str = "rotate_api_key";

    fn has_id(&self, key: &ApiKeyWithSecret) -> bool {
        key.id.is_some() || key.raw_key.is_some()
    }

    fn open(&self, body: &[u8]) -> Option<ApiKeyWithSecret> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<ApiKeyWithSecret>, raw::Error<()>> {
        raw.rotate_api_key().send().await
    }
}

/// Revokes an API key. Source: the guides, `POST /organization/api-keys/<id>/revoke/`; the shape of the answer is inferred.
#[derive(Clone, Debug)]
pub struct RevokeApiKey {
    key: ApiKeyId,
}

impl Request for RevokeApiKey {
    type Output = ApiKey;
}

impl Attempt for RevokeApiKey {
    type Answer = ApiKey;
    type Value = ApiKey;
    const OPERATION: &'static str = "revoke_api_key";

    fn check(&self) -> Vec<FieldError> {
        checks::id(self.key.check())
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
