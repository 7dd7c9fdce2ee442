//! What lies between two documents: on the wire, for Rust, and for the version of the crate.

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use nd8_codegen::impact::{self, Inputs};
use nd8_codegen::{Profile, nd8};
use openapi_drift::report::{Bar, Bump, Grouping, Release, Report, RustChange, RustImpact};
use openapi_drift::{Comparison, Document, Options, Severity, compare_with};
use semver::{BuildMetadata, Version};

use crate::accepted::{Accepted, Matched};
use crate::codegen::{DOCUMENT, SUPPLEMENT, located};
use crate::repository::read;

/// Two documents and everything that is said of them.
#[derive(Debug)]
pub(crate) struct Verdict {
    old: Document,
    new: Document,
    pub(crate) comparison: Comparison,
    rust: Option<RustImpact>,
    release: Option<Release>,
    pub(crate) accepted: Matched,
}

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// For sunsets, and for what is accepted until a day.
    pub(crate) today: Date,
    /// Whether both documents are turned into Rust.
    pub(crate) rust: bool,
    pub(crate) accepted: &'a Accepted,
}

impl Verdict {
    /// Compares.
    ///
    /// # Errors
    ///
    /// If the repository cannot be read. A document that yields no Rust is part of the verdict.
    pub(crate) fn of(old: Document, new: Document, scope: Scope<'_>) -> Result<Self> {
        let comparison = compare_with(&old, &new, &Options::on(scope.today));
        let rust = scope.rust.then(|| rust(&old, &new)).transpose()?;
        let release = rust.as_ref().map(|rust| release(rust, &comparison)).transpose()?.flatten();
        let accepted = scope.accepted.matched(&comparison, scope.today);
        Ok(Self { old, new, comparison, rust, release, accepted })
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
    pub(crate) fn report(&self, grouping: Grouping, bar: Bar) -> Report<'_> {
        let report = Report::new(&self.old, &self.new, &self.comparison).grouping(grouping).bar(bar);
        let report = report.accepted(|finding| self.accepted.reason(finding));
        let report = self.rust.iter().fold(report, Report::rust);
        self.release.iter().fold(report, Report::release)
    }
}

fn rust(old: &Document, new: &Document) -> Result<RustImpact> {
    let pinned = read(DOCUMENT)?;
    let is_pinned = pinned == old.text();
    let (supplement, profile) = (read(SUPPLEMENT)?, nd8::profile());
    let pinned = Document::parse(DOCUMENT, pinned)?;
    if let Some(alien) = [old, new].into_iter().find(|document| is_alien(document, &pinned, &profile)) {
        let reason = format!("{}: describes another API, of which `nd8` has no Rust", alien.name());
        return Ok(RustImpact::Unknown { reason });
    }
    let texts = [old.to_json(), new.to_json()];
    let side = |name, text| {
        Inputs::new(nd8_codegen::Document { name, bytes: text }, &profile)
            .supplement(nd8_codegen::Document { name: SUPPLEMENT, bytes: supplement.as_bytes() })
    };
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
            todo: (impact.stale.iter())
                .filter(|_| is_pinned)
                .map(|entry| format!("`codegen/src/nd8.rs`: the entry `{entry}` matches nothing any more"))
                .collect(),
        },
        Err(error) => {
            let documents = [(old.name(), &*texts[0]), (new.name(), &*texts[1]), (SUPPLEMENT, &*supplement)];
            RustImpact::Unknown { reason: located(&error, &documents) }
        }
    })
}

/// Whether a document has neither the title of the pinned one nor any operation that the profile names. Generation would
/// get to the same answer, but takes seconds over a large document.
fn is_alien(document: &Document, pinned: &Document, profile: &Profile) -> bool {
    let knows = |call: &str| {
        let Some((method, path)) = call.split_once(' ') else { return false };
        let path = path.replace('~', "~0").replace('/', "~1");
        document.locate(&format!("/paths/{path}/{}", method.to_lowercase())).is_some()
    };
    document.title() != pinned.title() && !profile.operations.iter().any(|operation| knows(&operation.call))
}

/// A call that fails on the wire breaks a program as much as one that does not compile, so the crate's version says so.
fn release(rust: &RustImpact, comparison: &Comparison) -> Result<Option<Release>> {
    let wire = (comparison.worst() == Some(Severity::Breaking)).then_some(Bump::Major);
    // Without Rust there is nothing to release.
    let RustImpact::Known { bump, .. } = rust else { return Ok(None) };
    let bump = (*bump).max(wire);
    let from = crate_version()?;
    let to = impact::next_version(&from, bump.map(codegens_bump), "");
    let [from, to] = [from, to].map(|version| Version { build: BuildMetadata::EMPTY, ..version }.to_string());
    Ok(Some(Release { from, to }))
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
