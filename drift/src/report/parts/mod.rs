//! Parts that all formats share.

pub(super) mod area;
pub(super) mod contents;
pub(super) mod entry;
pub(super) mod escape;
pub(super) mod excerpt;
pub(super) mod options;
pub(super) mod reached;
pub(super) mod rust;
pub(super) mod summary;
pub(super) mod visible_json;
