//! Organization of the merchant: its profile and its dashboard.

use std::sync::Arc;

use serde_json::Value;

use super::call::sealed::Endpoint;
use super::core::Core;
use super::{Call, Organization, PriceMode, Request, envelope};
use crate::raw::{self, ResponseValue, types};

/// Organization of the merchant. From [`Dashboard::organization`](crate::Dashboard::organization).
///
/// # Example: change what is set, and nothing else
///
/// ```
/// use nd8::PriceMode;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let dashboard = nd8::Dashboard::builder(sandbox.session_token()).base_url(sandbox.base_url()).build()?;
/// let changed = dashboard.organization().update().name("Mugs & Co").price_mode(PriceMode::Ttc).send().await?;
/// assert_eq!(changed.price_mode, Some(PriceMode::Ttc));
/// let organization = dashboard.organization().get().send().await?;
/// assert_eq!(organization.name.as_deref(), Some("Mugs & Co"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Organizations {
    core: Arc<Core>,
}

impl super::Dashboard {
    /// Returns the merchant's organization: its profile and its dashboard.
    pub fn organization(&self) -> Organizations {
        Organizations { core: Arc::clone(&self.core) }
    }
}

impl Organizations {
    /// Reads the profile. Fields that this crate does not name are in `extra`.
    ///
    /// The types of `fees`, `min_payment` and `max_payment` are not documented, so they are untyped JSON, which holds
    /// fractions as floating point. Where digits count, read them from the [`body`](crate::Response::body) of
    /// [`send_with_response`](Call::send_with_response).
    pub fn get(&self) -> Call<GetOrganization> {
        Call::new(&self.core, GetOrganization)
    }

    /// Changes the fields of the profile that are set on the call.
    pub fn update(&self) -> Call<UpdateOrganization> {
        Call::new(&self.core, UpdateOrganization { body: serde_json::Map::new().into() })
    }

    /// Reads the overview of the dashboard: organization, wallet, statistics, recent activity. The reference does not type its
    /// fields, so they are JSON.
    pub fn snapshot(&self) -> Call<GetDashboard> {
        Call::new(&self.core, GetDashboard)
    }
}

/// Reads the organization. Source: the guides, `GET /organization/`.
#[derive(Clone, Debug)]
pub struct GetOrganization;

impl Request for GetOrganization {
    type Output = Organization;
}

impl Endpoint for GetOrganization {
    type Decoded = Organization;
    type Value = Organization;
    const OPERATION: &'static str = "get_organization";

    fn has_id(&self, organization: &Organization) -> bool {
        is_described(organization)
    }

    fn open(&self, body: &[u8]) -> Option<Organization> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Organization>, raw::Error<()>> {
        raw.get_organization().send().await
    }
}

/// Changes the organization. Source: the guides, `PATCH /organization/`.
#[derive(Clone, Debug)]
pub struct UpdateOrganization {
    body: types::OrganizationUpdate,
}

impl Call<UpdateOrganization> {
    /// Sets the organization's name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.field("name", name.into())
    }

    /// Sets its website.
    pub fn website(self, url: impl Into<String>) -> Self {
        self.field("website", url.into())
    }

    /// Sets its contact e-mail address.
    pub fn contact_email(self, email: impl Into<String>) -> Self {
        self.field("contact_email", email.into())
    }

    /// Sets its Telegram name.
    pub fn telegram(self, name: impl Into<String>) -> Self {
        self.field("telegram", name.into())
    }

    /// Sets whether its prices are without tax (`HT`) or with it (`TTC`).
    pub fn price_mode(self, mode: PriceMode) -> Self {
        self.field("price_mode", mode.as_str())
    }

    /// Sets any other field, by its name on the wire; null clears it.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.request.body.0.insert(name.into(), value.into());
        self
    }
}

impl Request for UpdateOrganization {
    type Output = Organization;
}

impl Endpoint for UpdateOrganization {
    type Decoded = Organization;
    type Value = Organization;
    const OPERATION: &'static str = "update_organization";

    fn accepts_empty(&self) -> bool {
        true
    }

    fn has_id(&self, organization: &Organization) -> bool {
        is_described(organization)
    }

    fn open(&self, body: &[u8]) -> Option<Organization> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Organization>, raw::Error<()>> {
        raw.update_organization(&self.body).send().await
    }
}

/// Reads the dashboard. Source: the guides, `GET /organization/dashboard/`.
#[derive(Clone, Debug)]
pub struct GetDashboard;

impl Request for GetDashboard {
    type Output = types::DashboardSnapshot;
}

impl Endpoint for GetDashboard {
    type Decoded = types::DashboardSnapshot;
    type Value = types::DashboardSnapshot;
    const OPERATION: &'static str = "get_dashboard";

    fn has_id(&self, snapshot: &types::DashboardSnapshot) -> bool {
        snapshot.wallet.is_some() || snapshot.stats.is_some() || snapshot.organization.is_some()
    }

    fn open(&self, body: &[u8]) -> Option<types::DashboardSnapshot> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(
        &self,
        raw: &raw::Client,
    ) -> Result<ResponseValue<types::DashboardSnapshot>, raw::Error<()>> {
        raw.get_dashboard().send().await
    }
}

/// Returns whether a response has anything of an organization. One that has not may be in an envelope.
fn is_described(organization: &Organization) -> bool {
    organization.name.is_some() || organization.contact_email.is_some() || organization.website.is_some()
}
