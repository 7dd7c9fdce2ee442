//! Ids of oasdiff 1.28, one a line and sorted, to distinguish ours from its.

pub(super) const IDS: &str = include_str!("known.txt");

/// Returns whether oasdiff has a rule of this id.
pub(super) fn is_known(id: &str) -> bool {
    IDS.lines().any(|known| known == id)
}
