//! `ND8_OPENAPI`: another document is built from, and a broken one stops the build with the place.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Builds the crate with another document, in a target directory of its own. Returns the output of cargo if it failed.
fn build(document: &Path, features: &[&str]) -> Result<(), String> {
    let output = cargo(
        &["check", "--package=nd8", "--no-default-features", "--features", &features.join(",")],
        document,
    );
    if output.status.success() { Ok(()) } else { Err(text(output.stderr)) }
}

fn cargo(arguments: &[&str], document: &Path) -> Output {
    Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--quiet", "--color=never"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("ND8_OPENAPI", document)
        .env("CARGO_TARGET_DIR", target())
        .output()
        .expect("cargo can be run")
}

fn text(printed: Vec<u8>) -> String {
    String::from_utf8(printed).expect("the output is UTF-8")
}

fn target() -> PathBuf {
    // Reused by later runs, so that only the first one is slow.
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("build-script")
}

#[test]
fn a_document_decides_what_is_built() {
    let folder = tempfile::tempdir().expect("the folder is created");
    let document = folder.path().join("document.json");
    let upstream = std::fs::read_to_string("openapi/nd8.json").expect("the file exists");

    let broken =
        upstream.replacen("#/components/schemas/CheckoutCreateResponse\"", "#/components/schemas/Gone\"", 1);
    assert_ne!(broken, upstream);
    std::fs::write(&document, broken).expect("the file is written");
    let printed = build(&document, &["codegen"]).expect_err("the document is broken");
    let place = "`$ref` resolves to nothing: `#/components/schemas/Gone` (at #/paths/~1checkout~1create~1/post/responses/201";
    assert!(printed.contains(place) && printed.contains("document.json:"), "{printed}");
    assert!(!printed.contains("panicked") && !printed.contains("stack backtrace"), "{printed}");

    // As YAML, with a byte order mark: so it is likely to be published.
    let next = upstream.replacen("\"1.1.0\"", "\"1.2.0\"", 1);
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&next).expect("the text is JSON");
    let yaml: String = members.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
    std::fs::write(&document, format!("\u{feff}{yaml}")).expect("the file is written");
    build(&document, &["codegen"]).expect("another revision builds");

    let printed = build(&folder.path().join("absent.json"), &["codegen"]).expect_err("there is no document");
    assert!(printed.contains("cannot read") && printed.contains("absent.json"), "{printed}");
    let printed = build(&document, &[]).expect_err("the feature `codegen` is off");
    assert!(printed.contains("ND8_OPENAPI needs nd8's feature `codegen`"), "{printed}");
}

#[test]
fn a_pin_is_held_against_the_document_that_is_built() {
    let folder = tempfile::tempdir().expect("the folder is created");
    let document = folder.path().join("document.json");
    let pinned = |arguments: &[&str]| {
        cargo(&[arguments, &["--package=nd8-pinned", "--features=nd8/codegen"]].concat(), &document)
    };
    let upstream = std::fs::read_to_string("openapi/nd8.json").expect("the file exists");
    let value: serde_json::Value = serde_json::from_str(&upstream).expect("the text is JSON");

    let one_line = value.to_string();
    assert_ne!(one_line, upstream);
    std::fs::write(&document, one_line).expect("the file is written");
    let run = pinned(&["run"]);
    let expected = format!("ND8 API {}, sha256 {}\n", nd8::API.version, nd8::API.sha256);
    assert_eq!(text(run.stdout), expected, "{}", text(run.stderr));

    // The same version with another content, which is how ND8 has published 1.1.0.
    std::fs::write(&document, upstream.replacen("\"description\": \"", "\"description\": \"Now: ", 1))
        .expect("the file is written");
    let refused = pinned(&["check"]);
    let printed = text(refused.stderr);
    assert!(!refused.status.success() && printed.contains("nd8 is built from another revision"), "{printed}");
    let nd8::Api { version, sha256, operations, .. } = nd8::API;
    assert!(printed.contains(&format!("found: version {version}, sha256 ")), "{printed}");
    assert!(printed.contains(&format!("wanted: version {version}, sha256 {}", &sha256[..16])), "{printed}");
    assert!(!printed.contains(sha256), "what is found is not what is checked in: {printed}");

    let printed = text(pinned(&["run", "--bin=revision"]).stdout);
    assert!(printed.starts_with(&format!("version = {version:?}, sha256 = ")), "{printed}");
    assert!(
        printed.contains(&format!("{operations} operations, retrieved on an unknown day\n")),
        "{printed}"
    );
    assert!(!printed.contains(sha256), "{printed}");
    // Dependents get a copy: the file that the variable named may be edited after the build.
    let copy = printed.trim_end().rsplit_once("document: ").expect("the output names the document").1;
    assert_ne!(Path::new(copy), document);
    assert_eq!(
        std::fs::read(copy).expect("the file exists"),
        std::fs::read(&document).expect("the file exists")
    );
}
