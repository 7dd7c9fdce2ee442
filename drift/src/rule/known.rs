//! The ids of oasdiff 1.28, one a line and sorted, to tell ours from its.

pub(super) const IDS: &str = include_str!("known.txt");

/// Whether oasdiff has a rule of this id.
pub(super) fn is_known(id: &str) -> bool {
    IDS.lines().any(|known| known == id)
}
