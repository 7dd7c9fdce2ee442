//! `ND8_OPENAPI`: another document is built from, and a broken one stops the build with the place.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the crate with another document, beside the build that runs this test. Gives what cargo printed if it failed.
fn build(document: &Path, features: &[&str]) -> Result<(), String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--color=never", "--package=nd8", "--no-default-features"])
        .args(["--features", &features.join(",")])
        .current_dir(here)
        .env("ND8_OPENAPI", document)
        .env("CARGO_TARGET_DIR", target())
        .output()
        .expect("cargo can be run");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn target() -> PathBuf {
    // Kept between runs, so that only the first one is slow.
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("build-script")
}

#[test]
fn a_document_decides_what_is_built() {
    let folder = tempfile::tempdir().expect("can be made");
    let document = folder.path().join("document.json");
    let upstream = std::fs::read_to_string("openapi/nd8.json").expect("is there");

    let broken = upstream.replacen("#/components/schemas/Checkout\"", "#/components/schemas/Gone\"", 1);
    assert_ne!(broken, upstream);
    std::fs::write(&document, broken).expect("can be written");
    let printed = build(&document, &["codegen"]).expect_err("the document is broken");
    let place = "document.json#/paths/~1checkout~1create~1/post/responses/201/content/application~1json/schema/$ref: `$ref` leads nowhere";
    assert!(printed.contains(place), "{printed}");
    assert!(!printed.contains("panicked") && !printed.contains("stack backtrace"), "{printed}");

    std::fs::write(&document, upstream.replacen("\"1.1.0\"", "\"1.2.0\"", 1)).expect("can be written");
    build(&document, &["codegen"]).expect("another revision builds");

    let printed = build(&folder.path().join("absent.json"), &["codegen"]).expect_err("there is no document");
    assert!(printed.contains("cannot read") && printed.contains("absent.json"), "{printed}");
    let printed = build(&document, &[]).expect_err("nothing would come of it");
    assert!(printed.contains("ND8_OPENAPI needs nd8's feature `codegen`"), "{printed}");
}
