//! Generates from one document in a process of its own, so that an abort or a memory blow-up ends only that process.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use nd8_codegen::{Document, Knowledge, Problem, Profile, generate_with, nd8};
use serde::{Deserialize, Serialize};

use super::table::Treatment;
use crate::repository::{OVERLAY, SUPPLEMENT, read, root};

/// Names the file with the public items, next to the files of a build script.
pub(super) const SURFACE: &str = "surface.txt";

/// Limits of a generation; beyond them it is killed.
#[derive(Clone, Copy, Debug)]
struct Limits {
    time: Duration,
    /// Peak memory, 0 where it cannot be measured.
    bytes: u64,
}

const LIMITS: Limits = Limits { time: Duration::from_secs(10), bytes: 2_000_000_000 };

const POLL: Duration = Duration::from_millis(20);

/// Report of the process, printed as one line of JSON.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Report {
    pub(super) generated: bool,
    pub(super) seconds: f64,
    /// Its largest memory, where that can be measured.
    pub(super) peak_bytes: Option<u64>,
    /// Reasons of a refusal.
    pub(super) findings: Vec<Finding>,
    pub(super) warnings: Vec<String>,
}

/// A reason why nothing was generated.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) document: String,
    pub(super) line: Option<u32>,
    pub(super) pointer: String,
    /// Problem alone.
    pub(super) problem: String,
    /// Whole message, as users see it.
    pub(super) text: String,
    /// True if the generator itself failed.
    pub(super) is_internal: bool,
}

/// Result of a generation.
#[derive(Debug)]
pub(super) struct Generation {
    /// Report, or why there is none.
    pub(super) outcome: Result<Report, String>,
    pub(super) peak_bytes: Option<u64>,
    /// Output of the process on stderr.
    pub(super) stderr: String,
    /// Folder with the generated files.
    pub(super) out: PathBuf,
}

impl Generation {
    /// Returns the report of a generation that yielded code.
    pub(super) fn generated(&self) -> Option<&Report> {
        self.outcome.as_ref().ok().filter(|report| report.generated)
    }

    pub(super) fn seconds(&self) -> Option<f64> {
        self.outcome.as_ref().ok().map(|report| report.seconds)
    }
}

/// Generates from a document into a folder, and prints the report: what the child process does.
///
/// # Errors
///
/// Fails if a file cannot be read or written.
pub(crate) fn run_one(treatment: Treatment, name: &str, file: &Path, out: &Path) -> Result<()> {
    let started = Instant::now();
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let main = Document { name, bytes: &bytes };
    let generated = if treatment == Treatment::Real {
        generate_with(main, &Knowledge::new(&Profile::default()).tolerant())
    } else {
        let (supplement, overlay, profile) = (read(SUPPLEMENT)?, read(OVERLAY)?, nd8::profile());
        let knowledge = Knowledge::new(&profile)
            .supplement(Document { name: SUPPLEMENT, bytes: supplement.as_bytes() })
            .overlay(Document { name: OVERLAY, bytes: overlay.as_bytes() });
        generate_with(main, &knowledge.tolerant())
    };
    let mut report = Report { seconds: started.elapsed().as_secs_f64(), ..Report::default() };
    match generated {
        Ok(code) => {
            let surface = (SURFACE, code.surface.clone());
            for (name, content) in code.files().into_iter().chain([surface]) {
                std::fs::write(out.join(name), content).with_context(|| format!("cannot write {name}"))?;
            }
            report.generated = true;
            report.warnings = code.warnings.iter().map(ToString::to_string).collect();
        }
        Err(error) => report.findings = error.findings().iter().map(Finding::of).collect(),
    }
    report.peak_bytes = peak_bytes("self");
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

impl Finding {
    fn of(finding: &nd8_codegen::Finding) -> Self {
        Self {
            document: finding.document().to_owned(),
            line: finding.line(),
            pointer: finding.pointer().to_owned(),
            problem: finding.problem().to_string(),
            text: finding.to_string(),
            is_internal: matches!(finding.problem(), Problem::Generator(_)),
        }
    }
}

/// Runs a generation as a process, and kills it when it takes too long or too much.
///
/// # Errors
///
/// Fails if the process cannot be started.
pub(super) fn run(treatment: Treatment, name: &str, file: &Path, folder: &Path) -> Result<Generation> {
    let out = folder.join("out");
    std::fs::create_dir_all(&out)?;
    let (report, errors) = (folder.join("report.json"), folder.join("stderr.txt"));
    let mut command = Command::new(std::env::current_exe().context("cannot find this program")?);
    command.arg("--repository").arg(root()).arg("reality-one");
    if treatment == Treatment::Real {
        command.arg("--raw");
    }
    // Into files: a pipe that nobody reads would block the process.
    command.arg("--").args([Path::new(name), file, &*out]);
    let child = command.stdout(File::create(&report)?).stderr(File::create(&errors)?).spawn();
    let (ended, seen) = wait(child.context("cannot start the generator")?, LIMITS)?;
    let stderr = String::from_utf8_lossy(&std::fs::read(&errors)?).into_owned();
    let outcome = ended.and_then(|status| {
        let text = std::fs::read_to_string(&report).unwrap_or_default();
        match serde_json::from_str::<Report>(&text) {
            Ok(report) if status.success() => Ok(report),
            _ => Err(format!("the generator ended without a report ({status})")),
        }
    });
    let peak_bytes = outcome.as_ref().ok().and_then(|report| report.peak_bytes).or(seen);
    Ok(Generation { outcome, peak_bytes, stderr, out })
}

/// Waits for a process; returns how it ended, and its largest memory that was seen.
fn wait(mut child: Child, limits: Limits) -> Result<(Result<ExitStatus, String>, Option<u64>)> {
    let (started, mut peak) = (Instant::now(), None);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((Ok(status), peak));
        }
        peak = peak_bytes(&child.id().to_string()).or(peak);
        let why = if started.elapsed() > limits.time {
            format!("the generator was killed after {} s", limits.time.as_secs())
        } else if peak > Some(limits.bytes) {
            format!("the generator was killed at {} MB", megabytes(limits.bytes))
        } else {
            std::thread::sleep(POLL);
            continue;
        };
        child.kill()?;
        child.wait()?;
        return Ok((Err(why), peak));
    }
}

/// Returns the largest memory of a process so far; Linux only.
fn peak_bytes(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

pub(super) fn megabytes(bytes: u64) -> u64 {
    bytes / 1_000_000
}

/// Returns the place and the message of a panic that was printed.
pub(super) fn panic_in(stderr: &str) -> Option<String> {
    let mut lines = stderr.lines().skip_while(|line| !line.contains(" panicked at "));
    let place = lines.next()?;
    Some(format!("{} {}", place.trim(), lines.next().unwrap_or_default().trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_found_with_its_message() {
        let stderr = "thread 'nd8-codegen' (7) panicked at src/a.rs:1:2:\nnot yet\nnote: run with `RUST_BACKTRACE=1`\n";
        assert_eq!(
            panic_in(stderr).as_deref(),
            Some("thread 'nd8-codegen' (7) panicked at src/a.rs:1:2: not yet")
        );
        assert_eq!(panic_in("warning: nothing\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_memory_of_this_process_is_known() {
        assert!(peak_bytes("self").is_some_and(|bytes| bytes > 1 << 20));
        assert_eq!(peak_bytes("0"), None);
    }

    #[cfg(unix)]
    fn waited(script: &str, limits: Limits) -> Result<ExitStatus, String> {
        let child = Command::new("sh").args(["-c", script]).spawn().expect("starts");
        wait(child, limits).expect("is waited for").0
    }

    #[cfg(unix)]
    #[test]
    fn a_process_that_ends_badly_is_seen() {
        assert_eq!(waited("exit 3", LIMITS).map(|status| status.code()), Ok(Some(3)));
        assert!(waited("kill -ABRT $$", LIMITS).is_ok_and(|status| !status.success()));
    }

    #[cfg(unix)]
    #[test]
    fn a_process_that_takes_too_long_is_killed() {
        let limits = Limits { time: Duration::from_millis(50), ..LIMITS };
        assert_eq!(waited("exec sleep 60", limits), Err("the generator was killed after 0 s".to_owned()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_takes_too_much_memory_is_killed() {
        let limits = Limits { bytes: 0, ..LIMITS };
        assert_eq!(waited("exec sleep 60", limits), Err("the generator was killed at 0 MB".to_owned()));
    }
}
