//! `cargo xtask reality`: runs a folder of documents, and compares the result of each with the expected one.
//!
//! The folder has a table, `expected.tsv`, and documents in `variants/`, `real/` and `bad/`. From each, code is generated in a
//! process of its own; the generated text is checked; and all of it is compiled.

mod checks;
mod crates;
mod generation;
mod report;
mod rustc;
mod table;
mod verdict;

use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result};
use indicatif::ProgressBar;

pub(crate) use self::generation::run_one;
pub(crate) use self::report::Warnings;
pub(crate) use self::rustc::wrapper;
pub(crate) use self::table::Treatment;

use self::crates::{Errors, Output};
use self::generation::{Generation, megabytes};
use self::report::Row;
use self::rustc::Call;
use self::table::{Entry, Expected};
use self::verdict::{is_slow, reasons};
use crate::compare::Status;
use crate::compile;
use crate::repository::{DOCUMENT, read};

/// Limits the processes that run at a time.
const WORKERS: usize = 2;

/// Runs a folder and prints the result. Passes if all documents are as expected.
///
/// # Errors
///
/// Fails if the table cannot be read, or neither the generator nor the compiler can be run.
pub(crate) fn run(folder: &Path, warnings: Warnings) -> Result<Status> {
    let (entries, unrunnable) = table::read(folder)?;
    let work = tempfile::tempdir().context("cannot create a folder for the generated code")?;
    // The compiler prints the canonical path in its messages.
    let path = std::fs::canonicalize(work.path())?;
    let generations = generate(&entries, folder, &path)?;
    let files: Vec<_> = entries.iter().map(|entry| folder.join(&entry.name)).collect();
    let mut outputs = Vec::new();
    for (index, (entry, generation)) in entries.iter().zip(&generations).enumerate() {
        // Code that should not be there need not compile.
        if generation.generated().is_some() && entry.expected != Expected::Refused {
            let output = Output { index, name: &entry.name, file: &files[index], out: &generation.out };
            outputs.push((entry.treatment, output));
        }
    }
    let errors = compile(&outputs, &path)?;
    let mut rows: Vec<Row> = Vec::new();
    for (index, (entry, generation)) in entries.iter().zip(&generations).enumerate() {
        rows.push(row(entry, generation, errors.get(&index).map(Vec::as_slice)));
    }
    rows.extend(unrunnable.into_iter().map(|document| Row {
        name: document.name,
        expected: "-".to_owned(),
        generated: "-",
        compiled: "-",
        reasons: vec![document.why],
        ..Row::default()
    }));
    let mut stdout = std::io::stdout().lock();
    report::print(&rows, warnings, &mut stdout)?;
    stdout.flush()?;
    if !cfg!(target_os = "linux") {
        eprintln!("memory is not measured on this system");
    }
    Ok(if rows.iter().all(|row| row.reasons.is_empty()) { Status::Passes } else { Status::Fails })
}

fn generate(entries: &[Entry], folder: &Path, work: &Path) -> Result<Vec<Generation>> {
    let started = Instant::now();
    eprintln!("generating from {} documents", entries.len());
    let of = |index: usize| {
        let entry: &Entry = &entries[index];
        generation::run(
            entry.treatment,
            &entry.name,
            &folder.join(&entry.name),
            &work.join(index.to_string()),
        )
    };
    let indices: Vec<usize> = (0..entries.len()).collect();
    let mut generations = in_parallel(&indices, |index| of(*index))?;
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.treatment == Treatment::Bad) {
        if is_slow(&generations[index]) {
            // A busy machine may be the reason, so it is measured again with nothing else running.
            eprintln!("generating from {} again, by itself", entry.name);
            generations[index] = of(index)?;
        }
    }
    eprintln!("generated in {:.0} s", started.elapsed().as_secs_f64());
    Ok(generations)
}

/// A crate that is compiled.
enum Job<'a> {
    Nd8(Vec<Output<'a>>),
    Revisions(Vec<Output<'a>>),
    RawLayers(Vec<Output<'a>>),
}

/// Compiles the generated code; returns the errors of each document whose code was compiled.
fn compile(outputs: &[(Treatment, Output<'_>)], work: &Path) -> Result<Errors> {
    let (real, variants): (Vec<_>, Vec<_>) =
        outputs.iter().partition(|(treatment, _)| *treatment == Treatment::Real);
    let [real, variants] =
        [real, variants].map(|list| list.into_iter().map(|(_, output)| output).collect::<Vec<_>>());
    if outputs.is_empty() {
        return Ok(Errors::new());
    }
    let started = Instant::now();
    eprintln!("compiling the dependencies of nd8 (takes some minutes the first time)");
    let call = Call::record(&compile::cargo(), work, &read(DOCUMENT)?)?;
    let groups = crates::distinct(&variants)?;
    let raw_layers = usize::from(!real.is_empty());
    eprintln!("compiling nd8 {} times, and {} raw layers", groups.len(), real.len());
    // The largest comes first, so that the other worker has something to do meanwhile.
    let jobs: Vec<Job<'_>> = [Job::RawLayers(real)]
        .into_iter()
        .take(raw_layers)
        .chain([Job::Revisions(variants)])
        .chain(groups.into_iter().map(Job::Nd8))
        .collect();
    let compiled = in_parallel(&jobs, |job| match job {
        Job::RawLayers(outputs) => crates::raw_layers(&call, outputs, &work.join("raw-layers")),
        Job::Revisions(outputs) => crates::revisions(&call, outputs, &work.join("revisions")),
        Job::Nd8(group) => crates::nd8(&call, group),
    })?;
    let mut all = Errors::new();
    for (index, errors) in compiled.into_iter().flatten() {
        all.entry(index).or_default().extend(errors);
    }
    eprintln!("compiled in {:.0} s", started.elapsed().as_secs_f64());
    Ok(all)
}

fn row(entry: &Entry, generation: &Generation, errors: Option<&[String]>) -> Row {
    let generated = match &generation.outcome {
        Ok(report) if report.generated => "yes",
        Ok(_) => "refused",
        Err(_) => "failed",
    };
    let compiled = match errors {
        Some([]) => "yes",
        Some(_) => "no",
        None => "-",
    };
    Row {
        name: entry.name.clone(),
        expected: entry.expected.to_string(),
        generated,
        compiled,
        seconds: generation.seconds(),
        megabytes: generation.peak_bytes.map(megabytes),
        reasons: reasons(
            &entry.name,
            entry.expected,
            entry.treatment,
            generation,
            errors.unwrap_or_default(),
        ),
        warnings: generation.outcome.as_ref().map(|report| report.warnings.clone()).unwrap_or_default(),
    }
}

/// Applies a function to all items, some at a time; the results are in the order of the items.
fn in_parallel<T: Sync, R: Send>(items: &[T], apply: impl Fn(&T) -> Result<R> + Sync) -> Result<Vec<R>> {
    let (next, progress) = (AtomicUsize::new(0), ProgressBar::new(items.len() as u64));
    let results = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let result = apply(item);
                    progress.inc(1);
                    if let Ok(mut results) = results.lock() {
                        results.push((index, result));
                    }
                }
            });
        }
    });
    progress.finish_and_clear();
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
