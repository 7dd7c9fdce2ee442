//! Documents behind pages of documentation: each folder of `sites/` is a site, with the expected result.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::support::{Copy, Site};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The path of the page.
    start: String,
    /// The path at which the document must be found, and what must have named it.
    found: Option<String>,
    named_by: Option<String>,
    /// Or parts of the expected error; `{site}` is replaced by the address.
    #[serde(default)]
    error: Vec<String>,
    /// File that is the response for every other path, with status 200.
    fallback: Option<String>,
    /// Files by path.
    files: HashMap<String, String>,
}

fn sites() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/sites")
}

fn site(name: &str) {
    let folder = sites().join(name);
    let case = fs::read_to_string(folder.join("site.toml")).expect("is there");
    let case: Case = toml::from_str(&case).unwrap_or_else(|error| panic!("{name}: {error}"));
    let read =
        |file: &String| fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{name}/{file}: {error}"));
    let files = case.files.iter().map(|(path, file)| (path.clone(), read(file))).collect();
    let site = Site::start(files, case.fallback.as_ref().map(read));
    let copy = Copy::new();
    let against = site.url(&case.start);
    let output = copy
        .xtask()
        .args(["drift", "--no-rust", "--fail-on", "none", "--against", &against])
        .output()
        .expect("runs");
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    match case.found {
        Some(path) => {
            assert_eq!(output.status.code(), Some(0), "{name}: {printed}");
            let named = case.named_by.map(|by| format!(" (named by {by})")).unwrap_or_default();
            assert!(printed.contains(&format!("found {}{named}\n", site.url(&path))), "{name}: {printed}");
            assert!(printed.contains("published 7.7.7 "), "{name}: {printed}");
        }
        None => {
            assert_eq!(output.status.code(), Some(2), "{name}: {printed}");
            for part in case.error {
                assert!(printed.contains(&part.replace("{site}", &site.url(""))), "{name}: {printed}");
            }
        }
    }
}

macro_rules! sites {
    ($($test:ident $name:literal)*) => {
        $(#[test] fn $test() { site($name); })*

        #[test]
        fn every_folder_is_a_test() {
            let folders = fs::read_dir(sites()).expect("is there").map(|entry| entry.expect("readable"));
            let mut folders: Vec<String> = folders
                .filter(|entry| entry.path().is_dir())
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect();
            folders.sort();
            assert_eq!(folders, [$($name),*]);
        }
    };
}

sites! {
    drf_spectacular "drf-spectacular"
    drf_yasg "drf-yasg"
    gzip "gzip"
    json_script "json-script"
    many_candidates "many-candidates"
    redoc_init "redoc-init"
    redoc_spec_url "redoc-spec-url"
    redoc_state "redoc-state"
    redocusaurus "redocusaurus"
    scalar "scalar"
    service_desc "service-desc"
    several "several"
    single_page_app "single-page-app"
    single_page_app_with_document "single-page-app-with-document"
    strangers "strangers"
    swagger_ui_config_url "swagger-ui-config-url"
    swagger_ui_express "swagger-ui-express"
    swagger_ui_initializer "swagger-ui-initializer"
    swagger_ui_inline "swagger-ui-inline"
    tie "tie"
}
