//! `rust-version` is stated once, and is the highest that any dependency asks for.

use cargo_metadata::Metadata;
use cargo_metadata::semver::Version;

pub(super) fn check(metadata: &Metadata) -> Vec<String> {
    let versions = |ours: bool| -> Vec<(String, Option<Version>)> {
        let is_ours = |id| metadata.workspace_members.contains(id);
        let chosen = metadata.packages.iter().filter(|package| is_ours(&package.id) == ours);
        chosen.map(|package| (package.name.to_string(), package.rust_version.clone())).collect()
    };
    compare(&versions(true), &versions(false))
}

/// Every one of our packages states the highest that any of the others asks for.
fn compare(ours: &[(String, Option<Version>)], others: &[(String, Option<Version>)]) -> Vec<String> {
    let asked = others.iter().filter_map(|(name, version)| Some((version.clone()?, name))).max();
    let Some((asked, by)) = asked else { return Vec::new() };
    ours.iter()
        .filter(|(_, stated)| stated.as_ref() != Some(&asked))
        .map(|(name, stated)| {
            let stated = stated.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
            format!("{name} states {stated}, and {by} asks for {asked}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Version, compare};

    #[test]
    fn too_low_and_too_high_are_both_named() {
        let package = |name: &str, minor| (name.to_owned(), Some(Version::new(1, minor, 0)));
        let others = [package("old", 60), package("new", 89), ("silent".to_owned(), None)];
        assert_eq!(compare(&[package("fine", 89)], &others), Vec::<String>::new());
        assert_eq!(compare(&[package("low", 88), package("high", 90)], &others).len(), 2);
        assert_eq!(
            compare(&[("none".to_owned(), None)], &others),
            ["none states none, and new asks for 1.89.0"]
        );
    }
}
