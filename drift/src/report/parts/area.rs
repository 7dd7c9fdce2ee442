//! Part of an API that a finding is about, as reports count them.

use crate::finding::{Finding, Section, SubjectKind};
use crate::rule::{Place, Rule, Severity};

/// A part of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Area {
    /// Paths and operations as such.
    Operations,
    Parameters,
    /// Request bodies.
    Requests,
    /// Responses, their headers included.
    Responses,
    Security,
    /// Named schemas that no operation uses.
    Schemas,
    /// Called by the server: webhooks and callbacks.
    Webhooks,
    /// Everything else: information, servers, tags, defects.
    Document,
}

impl Area {
    pub(crate) const ALL: [Self; 8] = [
        Self::Operations,
        Self::Parameters,
        Self::Requests,
        Self::Responses,
        Self::Security,
        Self::Schemas,
        Self::Webhooks,
        Self::Document,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Operations => "operations",
            Self::Parameters => "parameters",
            Self::Requests => "requests",
            Self::Responses => "responses",
            Self::Security => "security",
            Self::Schemas => "schemas",
            Self::Webhooks => "webhooks",
            Self::Document => "document",
        }
    }

    pub(crate) fn of(finding: &Finding) -> Self {
        match (finding.section, finding.rule) {
            (Section::Webhooks | Section::Callbacks, _) => Self::Webhooks,
            (Section::Unused, _) => Self::Schemas,
            (Section::Security, _) => Self::Security,
            (_, Rule::Schema(place, _)) => Self::of_place(place),
            (_, rule @ Rule::Api(_)) if rule.id().contains("security") => Self::Security,
            (_, rule) if finding.subject.kind == SubjectKind::Schema => Self::of_id(rule.id()),
            _ => match finding.subject.kind {
                SubjectKind::Document | SubjectKind::Server => Self::Document,
                SubjectKind::Path | SubjectKind::Operation => Self::Operations,
                SubjectKind::Parameter => Self::Parameters,
                SubjectKind::RequestBody => Self::Requests,
                SubjectKind::Response | SubjectKind::Header => Self::Responses,
                SubjectKind::Schema => Self::Schemas,
                SubjectKind::SecurityScheme => Self::Security,
            },
        }
    }

    /// Rules about properties that come and go are not bound to a place: their names say where it is.
    fn of_id(id: &str) -> Self {
        match () {
            () if id.contains("request-parameter") || id.contains("request-header") => Self::Parameters,
            () if id.contains("request") => Self::Requests,
            () if id.contains("response") => Self::Responses,
            () => Self::Schemas,
        }
    }

    fn of_place(place: Place) -> Self {
        match place {
            Place::RequestParameter | Place::RequestParameterProperty | Place::RequestHeaderProperty => {
                Self::Parameters
            }
            Place::RequestBody | Place::RequestProperty | Place::RequestReadOnlyProperty => Self::Requests,
            Place::ResponseBody
            | Place::ResponseProperty
            | Place::ResponseWriteOnlyProperty
            | Place::ResponseHeader
            | Place::ResponseHeaderProperty
            | Place::ResponseMediaType => Self::Responses,
        }
    }
}

/// Number of findings of each severity in each area.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts([[usize; Area::ALL.len()]; Severity::ALL.len()]);

impl Counts {
    pub(crate) fn of<'a>(findings: impl Iterator<Item = &'a Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            counts.0[finding.severity as usize][Area::of(finding) as usize] += 1;
        }
        counts
    }

    pub(crate) fn at(&self, severity: Severity, area: Area) -> usize {
        self.0[severity as usize][area as usize]
    }

    pub(crate) fn severity(&self, severity: Severity) -> usize {
        self.0[severity as usize].iter().sum()
    }

    /// Returns the areas in which something was found.
    pub(crate) fn areas(&self) -> impl Iterator<Item = Area> {
        Area::ALL.into_iter().filter(|area| self.0.iter().any(|row| row[*area as usize] > 0))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.areas().next().is_none()
    }
}
