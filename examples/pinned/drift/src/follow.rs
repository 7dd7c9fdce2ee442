//! Which version of nd8 would follow the published document.

use std::fmt;

use anyhow::Result;
use nd8_codegen::impact::{Bump, Inputs, compare, next_version};
use nd8_codegen::{Document as Source, Knowledge, nd8 as api};
use openapi_drift::{Document, Severity};
use semver::Version;

const OVERLAY: &[u8] = include_bytes!(env!("DEP_ND8_API_OVERLAY"));
const SUPPLEMENT: &[u8] = include_bytes!(env!("DEP_ND8_API_SUPPLEMENT"));

/// The change of nd8 that would follow from the published document, for all operations.
pub(crate) struct Following {
    current: Version,
    next: Version,
    wire: Option<Severity>,
    /// The release that the generated Rust asks for, or why there is none yet.
    rust: Result<Option<Bump>, String>,
    is_same: bool,
}

impl Following {
    /// Generates both clients and compares their items. A call that fails on the wire breaks a program as much as one that does not
    /// compile, so the graver of both decides.
    pub(crate) fn of(pinned: &Document, published: &Document, wire: Option<Severity>) -> Result<Self> {
        let profile = api::profile();
        let knowledge = Knowledge::new(&profile)
            .supplement(Source { name: "supplement.json", bytes: SUPPLEMENT })
            .overlay(Source { name: "overlay.json", bytes: OVERLAY });
        let sides = [pinned, published].map(|document| (document.name(), document.to_json()));
        let [old, new] = sides
            .each_ref()
            .map(|(name, text)| Inputs::new(Source { name, bytes: text.as_bytes() }, knowledge));
        let impact = compare(old, new);
        let rust = impact.map(|impact| impact.bump).map_err(|error| error.to_string());
        let breaks = (wire == Some(Severity::Breaking)).then_some(Bump::Major);
        // What yields no Rust may break anybody.
        let bump = rust.as_ref().map_or(Some(Bump::Major), |rust| (*rust).max(breaks));
        let current: Version = nd8::API.crate_version.parse()?;
        let next = next_version(&current, bump, published.version().unwrap_or_default());
        Ok(Self { is_same: rust == Ok(None) && wire.is_none(), current, next, wire, rust })
    }
}

impl fmt::Display for Following {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { current, next, .. } = self;
        if self.is_same {
            return write!(formatter, "nd8 {current} is built from the published document");
        }
        let wire = self.wire.map_or_else(|| "no change".to_owned(), |worst| worst.to_string());
        write!(formatter, "nd8 {next} would follow {current} (for all operations: wire {wire}, ")?;
        match &self.rust {
            Ok(Some(bump)) => write!(formatter, "Rust {bump})"),
            Ok(None) => write!(formatter, "Rust no change)"),
            Err(reason) => write!(formatter, "no Rust yet: {reason})"),
        }
    }
}
