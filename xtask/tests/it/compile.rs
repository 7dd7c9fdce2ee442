//! `refresh` and `reality` with the real Cargo. The first run compiles the dependencies of nd8, which takes minutes; later ones take seconds.

use std::path::Path;

use snapbox::cmd::cargo_bin;

use crate::reality;
use crate::support::Copy;

/// One test of both commands, as they share what Cargo compiles.
#[test]
fn what_does_not_compile_is_not_taken() {
    let copy = Copy::whole();
    let operation = r#""paths": {"/ping/": {"get": {"responses": {"204": {"description": "Pong"}}}},"#;
    copy.write("next.json", copy.read("openapi/nd8.json").replacen("\"paths\": {", operation, 1));
    let next = copy.path().join("next.json");
    // Next to the build of this test, so that it is warm the next time.
    let target =
        cargo_bin!("xtask").ancestors().nth(2).map(Path::to_path_buf).expect("is in a target folder");
    let refresh = |more: &[&str]| {
        let command = copy.xtask().env("CARGO", env!("CARGO")).env("CARGO_TARGET_DIR", &target);
        let output = command.args(["refresh", "--from"]).arg(&next).args(more).output().expect("runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let before = copy.contents();
    let (status, errors) = refresh(&["--dry-run"]);
    assert_eq!(status, Some(0), "{errors}");
    assert_eq!(copy.contents(), before, "compiling leaves nothing in the repository");

    let (status, output) = reality::compiles(&copy, &target);
    assert_eq!(status, Some(0), "{output}");
    assert!(output.contains("\n3 of 3 as expected\n"), "{output}");

    let hand_written = copy.read("src/ext/refunds.rs");
    let broken =
        "async fn broken(raw: &crate::raw::Client) {\n    let _ = raw.get_refund().send().await;\n}\n";
    copy.write("src/ext/refunds.rs", format!("{hand_written}{broken}"));
    let before = copy.contents();
    let (status, errors) = refresh(&[]);
    assert_eq!(status, Some(2), "{errors}");
    let line = hand_written.lines().count() + 2;
    let wanted = format!(
        "src/ext/refunds.rs:{line}, which uses generated item `Client::get_refund`, from {}#/paths/~1refunds~1{{id}}~1/get\n    error[E0061]",
        next.display()
    );
    assert!(errors.contains(&wanted), "{wanted}\n{errors}");
    assert_eq!(copy.contents(), before, "nothing is written");

    let (status, output) = reality::compiles(&copy, &target);
    assert_eq!(status, Some(1), "{output}");
    let wanted = format!(
        "\n    the generated code does not compile: 1 error\n    src/ext/refunds.rs:{line}, which uses generated item \
         `Client::get_refund`, from variants/pinned.json#/paths/~1refunds~1{{id}}~1/get\n        error[E0061]"
    );
    assert!(output.contains(&wanted), "{wanted}\n{output}");
    assert!(output.contains("\n2 of 3 as expected\n"), "raw layers do without src/ext: {output}");
}
