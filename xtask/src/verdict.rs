//! The difference between two documents: on the wire, in Rust, and for the version of the crate.

use std::collections::HashSet;

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use nd8_codegen::impact::{self, Inputs};
use nd8_codegen::{Knowledge, nd8};
use openapi_drift::config::{Check, Config};
use openapi_drift::report::{Bump, Release, Report, RustChange, RustImpact};
use openapi_drift::{Comparison, Document, Options, Severity, compare_with};
use semver::{BuildMetadata, Version};

use crate::fetch::Operations;
use crate::repository::{DOCUMENT, OVERLAY, SUPPLEMENT, read};

/// Two documents and the findings about them.
#[derive(Debug)]
pub(crate) struct Verdict<'c> {
    old: Document,
    new: Document,
    pub(crate) comparison: Comparison,
    rust: Option<RustImpact>,
    release: Option<Release>,
    pub(crate) decided: Check<'c>,
}

/// Options of a comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// Date for sunsets and for the expiry of decisions.
    pub(crate) today: Date,
    /// Whether both documents are turned into Rust.
    pub(crate) rust: bool,
    pub(crate) config: &'a Config,
}

impl<'c> Verdict<'c> {
    /// Compares two documents.
    ///
    /// # Errors
    ///
    /// Fails if the repository cannot be read. A document that yields no Rust is no failure, but part of the verdict.
    pub(crate) fn of(old: Document, new: Document, scope: Scope<'c>) -> Result<Self> {
        let mut comparison = compare_with(&old, &new, &Options::on(scope.today));
        let mut decided = scope.config.check(scope.today);
        decided.apply(&old, &new, &mut comparison);
        let (rust, release) = match scope.rust.then(|| alien(&old, &new)).transpose()? {
            None => (None, None),
            // Another API has no effect on Rust, so nothing is released.
            Some(Some(reason)) => (Some(RustImpact::Unknown { reason }), None),
            Some(None) => {
                let (rust, bump) = rust(&old, &new)?;
                (Some(rust), Some(release(bump, &comparison)?))
            }
        };
        Ok(Self { old, new, comparison, rust, release, decided })
    }

    /// Records that the content differs, because some changes have no finding, such as that of an extension.
    pub(crate) fn content_differs(&mut self) {
        self.comparison.same_version = self.old.version() == self.new.version();
    }

    /// Adds tasks for a maintainer.
    pub(crate) fn add_todo(&mut self, more: &[String]) {
        if let Some(RustImpact::Known { todo, .. }) = &mut self.rust {
            todo.extend_from_slice(more);
        }
    }

    /// The report, to be rendered.
    pub(crate) fn report(&self) -> Report<'_> {
        let report = Report::new(&self.old, &self.new, &self.comparison).ignored(self.decided.ignored());
        let report = report.accepted(|finding, fingerprint| self.decided.reason(finding, fingerprint));
        let report = self.rust.iter().fold(report, Report::rust);
        self.release.iter().fold(report, Report::release)
    }
}

/// Returns why there is no Rust of these documents, if one of them describes another API.
fn alien(old: &Document, new: &Document) -> Result<Option<String>> {
    let pinned = Document::parse(DOCUMENT, read(DOCUMENT)?)?;
    for document in [old, new] {
        if is_alien(document, &pinned)? {
            let reason = format!("{}: describes another API, of which `nd8` has no Rust", document.name());
            return Ok(Some(reason));
        }
    }
    Ok(None)
}

/// Returns the effect on generated Rust, and the release that it needs.
fn rust(old: &Document, new: &Document) -> Result<(RustImpact, Option<impact::Bump>)> {
    let pinned = read(DOCUMENT)?;
    let is_pinned = pinned == old.text();
    let (supplement, overlay, profile) = (read(SUPPLEMENT)?, read(OVERLAY)?, nd8::profile());
    // As JSON, since the generator must see what a build would read, whatever the source of the document.
    let texts = [old.to_json(), new.to_json()];
    let knowledge = Knowledge::new(&profile)
        .supplement(nd8_codegen::Document { name: SUPPLEMENT, bytes: supplement.as_bytes() })
        .overlay(nd8_codegen::Document { name: OVERLAY, bytes: overlay.as_bytes() });
    let side = |name, text| Inputs::new(nd8_codegen::Document { name, bytes: text }, knowledge);
    let impact =
        impact::compare(side(old.name(), texts[0].as_bytes()), side(new.name(), texts[1].as_bytes()));
    Ok(match impact {
        Ok(impact) => {
            let known = RustImpact::Known {
                bump: impact.bump.map(bump),
                changes: impact
                    .changes
                    .iter()
                    .map(|change| RustChange {
                        item: change.item.clone(),
                        bump: bump(change.bump),
                        reason: change.reason.to_string(),
                    })
                    .collect(),
                // Entries describe the pinned document; those for later ones match nothing in an earlier one.
                todo: if is_pinned { distinct(&impact.stale) } else { Vec::new() },
            };
            (known, impact.bump)
        }
        // An unknown change may break any caller.
        Err(error) => (RustImpact::Unknown { reason: error.to_string() }, Some(impact::Bump::Major)),
    })
}

/// Returns each text once. Several entries about one operation are one task; generation lists each with its place.
fn distinct(texts: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    texts.iter().filter(|text| seen.insert(text.as_str())).cloned().collect()
}

/// Returns whether a document has neither the title of the pinned one nor any of its operations. Generation would come to the
/// same conclusion, but takes seconds over a large document.
fn is_alien(document: &Document, pinned: &Document) -> Result<bool> {
    if document.title() == pinned.title() {
        return Ok(false);
    }
    Ok(Operations::of(document)?.shared(&Operations::of(pinned)?) == 0)
}

/// Returns the release that a change needs. A call that fails on the wire breaks a program as much as one that does not compile, so both count.
fn release(rust: Option<impact::Bump>, comparison: &Comparison) -> Result<Release> {
    let wire = (comparison.worst() == Some(Severity::Breaking)).then_some(impact::Bump::Major);
    let from = crate_version()?;
    let to = impact::next_version(&from, rust.max(wire), "");
    // The build metadata names the API's version, which is no part of what the release asks for.
    let [from, to] = [from, to].map(|version| Version { build: BuildMetadata::EMPTY, ..version }.to_string());
    Ok(Release { from, to })
}

/// The version of `nd8`.
pub(crate) fn crate_version() -> Result<Version> {
    let manifest: toml::Table = read("Cargo.toml")?.parse()?;
    let version = manifest.get("package").and_then(|package| package.get("version")?.as_str());
    version.context("Cargo.toml has no version")?.parse().context("the version in Cargo.toml is invalid")
}

fn bump(bump: impact::Bump) -> Bump {
    match bump {
        impact::Bump::Patch => Bump::Patch,
        impact::Bump::Minor => Bump::Minor,
        impact::Bump::Major => Bump::Major,
    }
}
