//! The dashboard's operations. So far the organization; the others are had through [`Dashboard::raw`](crate::Dashboard::raw).

use std::sync::Arc;

use super::call::call;
use super::{Error, Organization};
use crate::raw;

/// The merchant's organization. From [`Dashboard::organization`](crate::Dashboard::organization).
#[derive(Clone, Debug)]
pub struct Organizations {
    raw: Arc<raw::Client>,
}

impl super::Dashboard {
    /// The merchant's organization.
    pub fn organization(&self) -> Organizations {
        Organizations { raw: Arc::clone(&self.raw) }
    }
}

impl Organizations {
    /// Reads the organization's profile. Fields that this crate does not name are in `extra`.
    pub fn get(&self) -> GetOrganization {
        GetOrganization { raw: Arc::clone(&self.raw) }
    }
}

/// Reads the organization. Source: the guides, `GET /organization/`.
#[derive(Debug)]
#[must_use = "nothing is sent until `send` is called"]
pub struct GetOrganization {
    raw: Arc<raw::Client>,
}

impl GetOrganization {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::is_unauthorized`] when the session has ended.
    pub async fn send(self) -> Result<Organization, Error> {
        call("get_organization", self.raw.get_organization()).await
    }
}
