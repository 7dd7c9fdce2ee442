//! `docs/refreshing.md`: its walk-through shows what the commands print.
//!
//! The document that it takes is no part of the repository. Where it is absent, the runs are skipped.

use std::path::Path;
use std::process::Command;

use crate::support::{Copy, top};

/// From the top of the repository.
const DOCUMENT: &str = "../shared/reality/documents/variants/02-spectacular-3.0.3-bare-array.json";

/// A fenced block of the guide: a command with an excerpt of its output, or one more excerpt of the output of the command before.
pub(crate) struct Block {
    pub(crate) command: Option<String>,
    pub(crate) excerpt: Vec<String>,
}

pub(crate) fn blocks(guide: &str) -> Vec<Block> {
    let fenced = guide.split("```console\n").skip(1);
    fenced
        .map(|text| {
            let text = text.split("```").next().unwrap_or_default();
            let mut lines = text.lines().map(str::to_owned).peekable();
            let command = lines.next_if(|line| line.starts_with("$ ")).map(|line| line[2..].to_owned());
            Block { command, excerpt: lines.collect() }
        })
        .collect()
}

/// Compares an excerpt with an output, line by line in order. A line `…` matches any number of lines.
pub(crate) fn compare(excerpt: &[String], output: &str) -> Result<(), String> {
    let output: Vec<&str> = output.lines().map(str::trim_end).collect();
    let parts: Vec<&[String]> = excerpt.split(|line| line == "…").collect();
    let mut from = 0;
    for (index, part) in parts.iter().enumerate() {
        let is_at = |start: usize| output[start..].iter().zip(part.iter()).all(|(is, wanted)| is == wanted);
        let latest = output.len().checked_sub(part.len());
        let starts = match latest {
            Some(_) if index == 0 => 0..=0,
            Some(latest) if index + 1 == parts.len() => latest.max(from)..=latest,
            Some(latest) => from..=latest,
            None => return Err(format!("is longer than the output:\n{}", part.join("\n"))),
        };
        let found = starts.into_iter().find(|start| is_at(*start));
        let found =
            found.ok_or_else(|| format!("is not there, or not in this order:\n{}", part.join("\n")))?;
        from = found + part.len();
    }
    match parts.len() {
        1 if from < output.len() => Err("ends before the output".to_owned()),
        _ => Ok(()),
    }
}

/// Deletes the entries that the report lists as unneeded, as the guide asks the maintainer to.
fn remove_unneeded(copy: &Copy) {
    let report = copy.read("report.md");
    let tasks = report.lines().filter_map(|line| line.strip_prefix("- [ ] openapi/overlay.json:"));
    let numbers: Vec<usize> = tasks
        .map(|task| {
            // Reports break links by an invisible character.
            let digits = task.trim_start_matches(|letter: char| !letter.is_ascii_digit());
            let end = digits.find(|letter: char| !letter.is_ascii_digit()).expect("goes on");
            digits[..end].parse().expect("is a number")
        })
        .collect();
    assert!(!numbers.is_empty(), "{report}");
    let overlay = copy.read("openapi/overlay.json");
    let lines = overlay.lines().enumerate().filter(|(index, _)| !numbers.contains(&(index + 1)));
    let rest: Vec<&str> = lines.map(|(_, line)| line).collect();
    copy.write("openapi/overlay.json", rest.join("\n") + "\n");
}

fn git(copy: &Copy, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
    let output = Command::new("git")
        .args(identity)
        .args(arguments)
        .current_dir(copy.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("is text")
}

/// Runs a command of the guide, and returns what it prints.
fn run(copy: &Copy, command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    match words.as_slice() {
        ["git", arguments @ ..] => git(copy, arguments),
        ["cargo", "xtask", arguments @ ..] => {
            if arguments == ["codegen"] {
                remove_unneeded(copy);
            }
            let output = copy.xtask().current_dir(copy.path()).args(arguments).output().expect("runs");
            assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("is text")
        }
        _ => panic!("`{command}` is no command that this test can run"),
    }
}

#[test]
fn the_walk_through_shows_what_the_commands_print() {
    let document: &Path = &top().join(DOCUMENT);
    if !document.exists() {
        eprintln!("skipped: {DOCUMENT} is absent");
        return;
    }
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: git is not installed");
        return;
    }
    let copy = Copy::new();
    git(&copy, &["init", "--quiet"]);
    git(&copy, &["add", "."]);
    git(&copy, &["commit", "--quiet", "--message", "x"]);
    std::fs::copy(document, copy.path().join("new.json")).expect("readable and writable");
    let guide = std::fs::read_to_string(top().join("docs/refreshing.md")).expect("readable");
    let (mut commands, mut output) = (0, String::new());
    for Block { command, excerpt } in blocks(&guide) {
        if let Some(command) = &command {
            output = run(&copy, command);
            commands += 1;
        }
        if let Err(problem) = compare(&excerpt, &output) {
            panic!(
                "docs/refreshing.md: the excerpt\n{}\n{problem}\n\nthe output:\n{output}",
                excerpt.join("\n")
            );
        }
    }
    assert_eq!(commands, 5, "the guide has other blocks than this test expects");
}

#[test]
fn an_excerpt_that_differs_is_reported() {
    let output = "one\ntwo\nthree\nfour\n";
    for (excerpt, agrees) in [
        ("one\ntwo\nthree\nfour", true),
        ("one\n…\nfour", true),
        ("one\n…", true),
        ("…\ntwo\nthree\n…", true),
        ("…\nfour", true),
        ("…\ntwo\n…\nthree\nfour", true),
        ("one\ntwo", false),
        ("two\n…", false),
        ("…\nthree", false),
        ("one\nthree\n…", false),
        ("…\nthree\n…\ntwo\n…", false),
        ("…\nfive\n…", false),
        ("one\ntwo\nthree\nfour\nfive", false),
    ] {
        let lines: Vec<String> = excerpt.lines().map(str::to_owned).collect();
        assert_eq!(compare(&lines, output).is_ok(), agrees, "{excerpt}");
    }
}
