//! Measures the comparison: processor time, peak memory and number of findings.
//!
//! `cargo bench --package openapi-drift` compares generated documents of 1 to 16 thousand schemas in cycles;
//! `cargo bench --package openapi-drift -- OLD NEW` one pair of files. Each pair runs in a process of its own, so that
//! its peak is its own.
//!
//! The growth that is measured is that of the documents: the last columns are the time for each schema, reading and comparing,
//! and its ratio to that of the smallest document. All generated schemas reach one another, so every operation reaches
//! every change, and the entries that an ungrouped report would have grow with the square. The comparison never makes
//! them: a set of operations is a bit for each, shared by all that is found in one knot of the graph.

#[path = "../tests/support/synthetic.rs"]
mod synthetic;

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use openapi_drift::{Comparison, Document, Severity, compare};

/// How often a pair is measured: the fastest run counts, the others met other work of the machine.
const RUNS: u32 = 5;

/// The schemas of the largest generated document.
const LARGEST: usize = 16_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--synthetic", schemas] => {
            let schemas = schemas.parse().unwrap_or(1000);
            let [old, new] = [false, true].map(|is_new| synthetic::document(schemas, is_new));
            // As much work for small documents as for large ones: the clock ticks in milliseconds.
            let rounds = (LARGEST / schemas.max(1)).max(1);
            if let Some((row, took)) = measure(&old, &new, rounds as u32) {
                println!("{row} {:>9}", took.as_nanos() / schemas.max(1) as u128);
            }
        }
        [old, new] => {
            let (Ok(old_text), Ok(new_text)) = (std::fs::read(old), std::fs::read(new)) else {
                eprintln!("cannot read {old} or {new}");
                return ExitCode::FAILURE;
            };
            println!("{HEADING}");
            if let Some((row, _)) = measure(&old_text, &new_text, 1) {
                println!("{row}");
            }
        }
        _ => {
            println!("schemas {HEADING} ns/schema  ratio");
            let mut first = None;
            for schemas in [1000, 2000, 4000, 8000, LARGEST] {
                let Some((row, each)) = again(schemas) else {
                    eprintln!("the measurement of {schemas} schemas failed");
                    return ExitCode::FAILURE;
                };
                let percent = each * 100 / (*first.get_or_insert(each)).max(1);
                println!("{schemas:>7} {row} {:>3}.{:02}", percent / 100, percent % 100);
            }
        }
    }
    ExitCode::SUCCESS
}

const HEADING: &str = "    MB  read ms  compare ms  peak MB  findings  breaking  entries";

/// The row of a generated pair, measured in a process of its own, and the nanoseconds for each schema that it ends in.
fn again(schemas: usize) -> Option<(String, u64)> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new(program).args(["--synthetic", &schemas.to_string()]).output().ok()?;
    let row = String::from_utf8(output.stdout).ok()?.trim_end().to_owned();
    let each = row.rsplit(' ').next()?.parse().ok()?;
    Some((row, each))
}

/// What was measured, as a row, and the time in all.
fn measure(old: &[u8], new: &[u8], rounds: u32) -> Option<(String, Duration)> {
    let mut best: Option<(Duration, Duration, Comparison)> = None;
    for _ in 0..RUNS {
        let (mut read, mut compared, mut last) = (Duration::ZERO, Duration::ZERO, None);
        for _ in 0..rounds {
            let (old, new) = (old.to_vec(), new.to_vec());
            let start = Clock::start();
            let documents = (Document::parse("old", old), Document::parse("new", new));
            read += start.elapsed();
            let (old, new) = match documents {
                (Ok(old), Ok(new)) => (old, new),
                (Err(error), _) | (_, Err(error)) => {
                    eprintln!("{error}");
                    return None;
                }
            };
            let start = Clock::start();
            last = Some(compare(&old, &new));
            compared += start.elapsed();
        }
        let (read, compared, last) = (read / rounds, compared / rounds, last?);
        if best.as_ref().is_none_or(|best| read + compared < best.0 + best.1) {
            best = Some((read, compared, last));
        }
    }
    let (read, compared, comparison) = best?;
    let megabytes = (old.len() + new.len()) / 100_000;
    let row = format!(
        "{:>4}.{} {:>6}.{} {:>9}.{} {:>8} {:>9} {:>9} {:>8}",
        megabytes / 10,
        megabytes % 10,
        read.as_millis(),
        read.as_micros() / 100 % 10,
        compared.as_millis(),
        compared.as_micros() / 100 % 10,
        peak(),
        comparison.findings.len(),
        comparison.count(Severity::Breaking),
        comparison.ungrouped().count(),
    );
    Some((row, read + compared))
}

/// Time of this process on a processor, where the system tells, so that other work of the machine counts little; else the
/// time that passes.
enum Clock {
    Processor(Duration),
    Wall(Instant),
}

impl Clock {
    fn start() -> Self {
        Self::processor().map_or_else(|| Self::Wall(Instant::now()), Self::Processor)
    }

    fn elapsed(&self) -> Duration {
        match self {
            Self::Processor(start) => Self::processor().unwrap_or_default().saturating_sub(*start),
            Self::Wall(start) => start.elapsed(),
        }
    }

    fn processor() -> Option<Duration> {
        let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        statistics.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    }
}

/// The highest resident memory of this process in megabytes, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| (kilobytes / 1024).to_string())
}
