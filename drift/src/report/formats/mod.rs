//! One module for each form of report.

pub(super) mod github;
pub(super) mod html;
pub(super) mod json;
pub(super) mod junit;
pub(super) mod markdown;
pub(super) mod sarif;
pub(super) mod text;
