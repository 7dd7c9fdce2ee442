//! Quirks: other ways in which a server of this framework may behave, each switched on by name.

pub(crate) mod quirk;
pub(crate) mod rewrite;
