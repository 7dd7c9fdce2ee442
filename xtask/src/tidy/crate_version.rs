//! The version of `nd8` ends in `+api.` and the version of the document that it is built from.

use cargo_metadata::Metadata;
use cargo_metadata::semver::Version;
use nd8_codegen::impact::next_version;
use toml::Table;

pub(super) fn check(metadata: &Metadata, lock: &str) -> Vec<String> {
    let package = metadata.workspace_packages().into_iter().find(|package| package.name == "nd8");
    let document = lock.parse::<Table>().ok();
    let document = document
        .as_ref()
        .and_then(|lock| lock.get("document")?.get("info_version")?.as_str().map(ToOwned::to_owned));
    match (package, document) {
        (Some(package), Some(document)) => compare(&package.version, &document).into_iter().collect(),
        (None, _) => vec!["there is no package nd8".to_owned()],
        (_, None) => vec!["the lock file has no [document] with an info_version".to_owned()],
    }
}

fn compare(stated: &Version, document: &str) -> Option<String> {
    let wanted = next_version(stated, None, document);
    (*stated != wanted)
        .then(|| format!("nd8 is {stated}, and its document {document}: it should be {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::{Version, compare};

    #[test]
    fn a_version_of_another_document_is_named() {
        let version = |text: &str| Version::parse(text).expect("is a version");
        assert_eq!(compare(&version("0.1.0+api.1.1.0"), "1.1.0"), None);
        assert_eq!(compare(&version("0.1.0+api.2026.1-beta-2"), "2026..1 beta/2"), None);
        for stale in ["0.1.0", "0.1.0+api.1.0.0", "0.1.0+1.1.0", "0.1.0+api.1.1.0.1"] {
            let violation = compare(&version(stale), "1.1.0").expect("is another");
            assert!(violation.ends_with("it should be 0.1.0+api.1.1.0"), "{violation}");
        }
    }
}
