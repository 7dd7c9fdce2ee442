//! Measures the comparison: processor time, peak memory and number of findings.
//!
//! `cargo bench --package openapi-drift` compares generated documents of 1 to 16 thousand schemas in cycles;
//! `cargo bench --package openapi-drift -- OLD NEW` one pair of files. Each comparison has a process of its own, as in
//! use, so that the peak is its own, and the memory that it gets from the system counts for small documents as for
//! large ones.
//!
//! The growth that is measured is that of the documents: the last columns are the time for each schema, reading and comparing,
//! and its ratio to that of the smallest document. All generated schemas reach one another, so every operation reaches
//! every change, and the entries that an ungrouped report would have grow with the square. The comparison never makes
//! them: a set of operations is a bit for each, shared by all that is found in one component of the graph.

#[path = "../tests/support/synthetic.rs"]
mod synthetic;

use std::fmt;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use openapi_drift::{Document, Severity, compare};

/// Number of measurements of a pair: the fastest run counts, the others met other work of the machine.
const RUNS: u32 = 5;

/// Schemas of the largest generated document.
const LARGEST: usize = 16_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["--once", old, new] => once(old, new),
        ["--once-synthetic", schemas] => once_synthetic(schemas),
        [old, new] => {
            println!("{HEADING}");
            fastest(&["--once", old, new], 1).map(|measured| println!("{measured}"))
        }
        _ => growth(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn growth() -> Result<()> {
    println!("schemas {HEADING} ns/schema  ratio");
    let mut first = None;
    for schemas in [1000, 2000, 4000, 8000, LARGEST] {
        // As much work for small documents as for large ones.
        let rounds = (LARGEST / schemas) as u32;
        let measured = fastest(&["--once-synthetic", &schemas.to_string()], rounds)?;
        let each = measured.took().as_nanos() / schemas as u128;
        let percent = each * 100 / (*first.get_or_insert(each)).max(1);
        println!("{schemas:>7} {measured} {each:>9} {:>3}.{:02}", percent / 100, percent % 100);
    }
    Ok(())
}

/// Measurements of a pair.
#[derive(serde::Serialize, serde::Deserialize)]
struct Measured {
    bytes: usize,
    read: Duration,
    compared: Duration,
    /// In megabytes, where the system reports it.
    peak: Option<u64>,
    findings: usize,
    breaking: usize,
    entries: usize,
}

impl Measured {
    fn took(&self) -> Duration {
        self.read + self.compared
    }
}

const HEADING: &str = "    MB  read ms  compare ms  peak MB  findings  breaking  entries";

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = |time: Duration| (time.as_millis(), time.as_micros() / 100 % 10);
        let (read, compared) = (tenths(self.read), tenths(self.compared));
        let megabytes = (self.bytes / 1_000_000, self.bytes / 100_000 % 10);
        let peak = self.peak.map_or_else(|| "?".to_owned(), |peak| peak.to_string());
        write!(
            formatter,
            "{:>4}.{} {:>6}.{} {:>9}.{} {peak:>8} {:>9} {:>9} {:>8}",
            megabytes.0,
            megabytes.1,
            read.0,
            read.1,
            compared.0,
            compared.1,
            self.findings,
            self.breaking,
            self.entries,
        )
    }
}

/// Returns the fastest of some runs, each the mean of some rounds, each a process.
fn fastest(arguments: &[&str], rounds: u32) -> Result<Measured> {
    let program = std::env::current_exe()?;
    let mut fastest: Option<Measured> = None;
    for _ in 0..RUNS {
        let (mut read, mut compared, mut last) = (Duration::ZERO, Duration::ZERO, None);
        for _ in 0..rounds {
            let output = Command::new(&program).args(arguments).stderr(Stdio::inherit()).output()?;
            if !output.status.success() {
                return Err(format!("the measurement failed: {}", output.status).into());
            }
            let measured: Measured = serde_json::from_slice(&output.stdout)?;
            read += measured.read;
            compared += measured.compared;
            last = Some(measured);
        }
        let last = last.ok_or("nothing was measured")?;
        let measured = Measured { read: read / rounds, compared: compared / rounds, ..last };
        if fastest.as_ref().is_none_or(|fastest| measured.took() < fastest.took()) {
            fastest = Some(measured);
        }
    }
    fastest.ok_or_else(|| "nothing was measured".into())
}

fn once(old: &str, new: &str) -> Result<()> {
    let read = |name: &str| std::fs::read(name).map_err(|error| format!("cannot read {name}: {error}"));
    measure(read(old)?, read(new)?)
}

fn once_synthetic(schemas: &str) -> Result<()> {
    let schemas = schemas.parse()?;
    measure(synthetic::document(schemas, false), synthetic::document(schemas, true))
}

/// Reads and compares two documents, and prints what was measured.
fn measure(old: Vec<u8>, new: Vec<u8>) -> Result<()> {
    let bytes = old.len() + new.len();
    let start = Clock::start();
    let (old, new) = (Document::parse("old", old)?, Document::parse("new", new)?);
    let read = start.elapsed();
    let start = Clock::start();
    let comparison = compare(&old, &new);
    let compared = start.elapsed();
    let measured = Measured {
        bytes,
        read,
        compared,
        peak: peak(),
        findings: comparison.findings.len(),
        breaking: comparison.count(Severity::Breaking),
        entries: comparison.ungrouped().count(),
    };
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

/// Time of this process on a processor, where the system reports it, so that other work of the machine counts little; else the
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
        // The system counts when a thread gives way, else every few milliseconds.
        std::thread::yield_now();
        let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        statistics.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    }
}

/// Returns the highest resident memory of this process in megabytes, where the system reports it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}
