//! The documents that cases start from: a folder each, with the code that is generated from it.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use nd8_codegen::Profile;

use super::json::Json;
use super::{data, files_of, patch};

/// Lists the files of a base: the first two are written by hand, the others are derived.
pub(crate) const FILES: [&str; 6] =
    ["document.json", "profile.json", "types.rs", "client.rs", "surface.txt", "warnings.txt"];

/// A document to start from, and its tables.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) document: Json,
    /// Empty, where the folder has none.
    pub(crate) profile: Json,
}

/// All bases, by name.
pub(crate) static BASES: LazyLock<BTreeMap<String, Base>> = LazyLock::new(|| {
    let read = |path: std::path::PathBuf| {
        let text = fs::read_to_string(&path).ok()?;
        Some(Json::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    };
    let base = |folder: std::path::PathBuf| {
        let document = read(folder.join("document.json"));
        let document = document.unwrap_or_else(|| panic!("{} has no document", folder.display()));
        let profile = read(folder.join("profile.json")).unwrap_or(Json::Map(Vec::new()));
        (folder.file_name().unwrap_or_default().to_string_lossy().into_owned(), Base { document, profile })
    };
    files_of(&data().join("bases")).into_iter().map(base).collect()
});

impl Base {
    /// Returns a base by its name.
    pub(crate) fn named(name: &str) -> Result<&'static Self, String> {
        BASES.get(name).ok_or_else(|| format!("there is no base `{name}`"))
    }
}

/// Applies patches to a copy of a value. Fails if the result is equal to the value.
pub(crate) fn patched<'a>(base: &Json, patches: impl Iterator<Item = &'a str>) -> Result<Json, String> {
    let mut patched = base.clone();
    let mut count = 0;
    for patch in patches {
        patch::apply(patch, &mut patched)?;
        count += 1;
    }
    match count > 0 && patched == *base {
        true => Err("the patches undo each other".to_owned()),
        false => Ok(patched),
    }
}

/// Reads a profile.
pub(crate) fn profile(json: &Json) -> Result<Profile, String> {
    serde_json::from_str(&json.to_text()).map_err(|error| format!("the profile: {error}"))
}

#[test]
fn patches_that_undo_each_other_are_refused() {
    let base = Json::read("{info: {}}").expect("is a value");
    let patched = |patches: &[&str]| patched(&base, patches.iter().copied());
    assert_eq!(patched(&[]), Ok(base.clone()));
    assert!(patched(&["info version = '1'"]).is_ok());
    let error = Err("the patches undo each other".to_owned());
    assert_eq!(patched(&["info version = '1'", "remove info version"]), error);
    assert!(Base::named("none").is_err_and(|error| error == "there is no base `none`"));
    assert!(profile(&Json::read("{operation: []}").expect("is a value")).is_err());
}
