//! What lies between two documents: on the wire, for Rust, and for the version of the crate.

use std::collections::HashSet;

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use nd8_codegen::impact::{self, Inputs};
use nd8_codegen::{Knowledge, nd8};
use openapi_drift::config::{Check, Config};
use openapi_drift::report::{Bump, Release, Report, RustChange, RustImpact};
use openapi_drift::{Comparison, Document, Options, Severity, compare_with};
use semver::{BuildMetadata, Version};

use crate::codegen::{DOCUMENT, OVERLAY, SUPPLEMENT};
use crate::fetch::Operations;
use crate::repository::read;

/// Two documents and everything that is said of them.
#[derive(Debug)]
pub(crate) struct Verdict<'c> {
    old: Document,
    new: Document,
    pub(crate) comparison: Comparison,
    rust: Option<RustImpact>,
    release: Option<Release>,
    pub(crate) decided: Check<'c>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// For sunsets, and for what is accepted until a day.
    pub(crate) today: Date,
    /// Whether both documents are turned into Rust.
    pub(crate) rust: bool,
    pub(crate) config: &'a Config,
}

impl<'c> Verdict<'c> {
    /// Compares.
    ///
    /// # Errors
    ///
    /// If the repository cannot be read. A document that yields no Rust is part of the verdict.
    pub(crate) fn of(old: Document, new: Document, scope: Scope<'c>) -> Result<Self> {
        let mut comparison = compare_with(&old, &new, &Options::on(scope.today));
        let mut decided = scope.config.check(scope.today);
        decided.apply(&old, &new, &mut comparison);
        let alien = scope.rust.then(|| alien(&old, &new)).transpose()?.flatten();
        let is_alien = alien.is_some();
        let rust = match alien {
            Some(reason) => Some(RustImpact::Unknown { reason }),
            None => scope.rust.then(|| rust(&old, &new)).transpose()?,
        };
        // Of another API there is no Rust, and nothing to release.
        let rust_of_ours = rust.as_ref().filter(|_| !is_alien);
        let release = rust_of_ours.map(|rust| release(rust, &comparison)).transpose()?;
        Ok(Self { old, new, comparison, rust, release, decided })
    }

    /// Says that the content is known to differ, for not every change has a finding: that of an extension has none.
    pub(crate) fn content_differs(&mut self) {
        self.comparison.same_version = self.old.version() == self.new.version();
    }

    /// Adds what a maintainer has to do, or to look at.
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

fn rust(old: &Document, new: &Document) -> Result<RustImpact> {
    let pinned = read(DOCUMENT)?;
    let is_pinned = pinned == old.text();
    let (supplement, overlay, profile) = (read(SUPPLEMENT)?, read(OVERLAY)?, nd8::profile());
    let texts = [old.to_json(), new.to_json()];
    let knowledge = Knowledge::new(&profile)
        .supplement(nd8_codegen::Document { name: SUPPLEMENT, bytes: supplement.as_bytes() })
        .overlay(nd8_codegen::Document { name: OVERLAY, bytes: overlay.as_bytes() });
    let side = |name, text| Inputs::new(nd8_codegen::Document { name, bytes: text }, knowledge);
    let impact =
        impact::compare(side(old.name(), texts[0].as_bytes()), side(new.name(), texts[1].as_bytes()));
    Ok(match impact {
        Ok(impact) => RustImpact::Known {
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
            // Between documents of the past they have to match nothing.
            todo: if is_pinned { distinct(&impact.stale) } else { Vec::new() },
        },
        Err(error) => RustImpact::Unknown { reason: error.to_string() },
    })
}

/// Returns each text once. Several entries about one operation are one thing to do; generation names the place of each.
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

/// A call that fails on the wire breaks a program as much as one that does not compile, so the crate's version says so.
fn release(rust: &RustImpact, comparison: &Comparison) -> Result<Release> {
    let wire = (comparison.worst() == Some(Severity::Breaking)).then_some(Bump::Major);
    let bump = match rust {
        RustImpact::Known { bump, .. } => (*bump).max(wire),
        // What cannot be classified may break anybody.
        RustImpact::Unknown { .. } => Some(Bump::Major),
    };
    let from = crate_version()?;
    let to = impact::next_version(&from, bump.map(codegens_bump), "");
    let [from, to] = [from, to].map(|version| Version { build: BuildMetadata::EMPTY, ..version }.to_string());
    Ok(Release { from, to })
}

/// The version of `nd8`.
pub(crate) fn crate_version() -> Result<Version> {
    let manifest: toml::Table = read("Cargo.toml")?.parse()?;
    let version = manifest.get("package").and_then(|package| package.get("version")?.as_str());
    version.context("Cargo.toml has no version")?.parse().context("the version in Cargo.toml is none")
}

fn bump(bump: impact::Bump) -> Bump {
    match bump {
        impact::Bump::Patch => Bump::Patch,
        impact::Bump::Minor => Bump::Minor,
        impact::Bump::Major => Bump::Major,
    }
}

fn codegens_bump(bump: Bump) -> impact::Bump {
    match bump {
        Bump::Patch => impact::Bump::Patch,
        Bump::Minor => impact::Bump::Minor,
        Bump::Major => impact::Bump::Major,
    }
}
