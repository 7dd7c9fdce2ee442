//! Credentials and settings from environment variables.

use std::ffi::OsString;
use std::process::Command;

use nd8::{Client, Dashboard, Error};

/// By which the process that is asked knows that it is.
const BASE_URL: &str = "https://canary.invalid/api";

fn print<T>(name: &str, built: Result<T, Error>) {
    match built {
        Ok(_) => println!("{name} built"),
        Err(error) => println!("{name} refused {} {error} {error:?}", error.is_configuration()),
    }
}

/// Builds clients in a process with these variables, and returns what it printed.
fn build(test: &str, variables: &[(&str, OsString)]) -> String {
    let mut program = Command::new(std::env::current_exe().expect("the path of this program is known"));
    program.args(["--exact", test, "--nocapture"]).env("ND8_BASE_URL", BASE_URL);
    for name in ["ND8_API_KEY", "ND8_SESSION_TOKEN", "ND8_ENVIRONMENT", "ND8_TIMEOUT"] {
        program.env_remove(name);
    }
    for (name, value) in variables {
        program.env(name, value);
    }
    let output = program.output().expect("the process runs");
    String::from_utf8([output.stdout, output.stderr].concat()).expect("the output is UTF-8")
}

/// The environment belongs to the whole process; so the clients are built in one of its own, this test again.
#[test]
fn a_credential_of_the_environment_is_refused_like_any_other() {
    match std::env::var("ND8_BASE_URL") {
        Ok(url) if url == BASE_URL => {
            print("client", Client::from_env());
            return print("dashboard", Dashboard::from_env());
        }
        Ok(_) => return println!("skipped: ND8_BASE_URL is set, and is not this test's"),
        Err(_) => {}
    }
    if Client::builder("k").build().is_err() {
        return println!("skipped: built without TLS");
    }
    let build = |variables: &[(&str, OsString)]| {
        build("environment::a_credential_of_the_environment_is_refused_like_any_other", variables)
    };
    for (credential, is_built) in [
        (Some("canary"), true),
        (Some("canary\n"), false),
        (Some("canary\r\n"), false),
        (Some(" canary"), false),
        (Some(""), false),
        (Some(" \n"), false),
        (Some("'canary'"), false),
        (Some("Api-Key canary"), false),
        (Some("Token canary"), false),
        (Some("bearer canary"), false),
        (Some("canary\tcanary"), false),
        (Some("canäry-canary"), false),
        (None, false),
    ] {
        let variables: Vec<(&str, OsString)> = credential
            .into_iter()
            .flat_map(|it| ["ND8_API_KEY", "ND8_SESSION_TOKEN"].map(|name| (name, it.into())))
            .collect();
        let printed = build(&variables);
        let (built, refused) =
            (printed.matches(" built\n").count(), printed.matches(" refused true ").count());
        assert_eq!((built, refused), if is_built { (2, 0) } else { (0, 2) }, "{credential:?}: {printed}");
        assert!(!printed.contains("canary"), "{printed}");
    }
    // The server is not to be guessed.
    let printed = build(&[
        ("ND8_API_KEY", "k".into()),
        ("ND8_SESSION_TOKEN", "t".into()),
        ("ND8_ENVIRONMENT", "sandbox".into()),
    ]);
    assert_eq!(
        printed.matches(" refused true both ND8_ENVIRONMENT and ND8_BASE_URL").count(),
        2,
        "{printed}"
    );
}
