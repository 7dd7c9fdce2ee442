//! `cargo xtask refresh`: takes the published document, reports the consequences, and changes all files that depend on
//! it, or none.
//!
//! Upstream may publish YAML. Its bytes are then kept in `openapi/nd8.yaml`, and `openapi/nd8.json` is the same content
//! as JSON: builds of users read JSON only, and so need no YAML parser; `cargo xtask tidy` compares the two.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use nd8_codegen::impact;
use openapi_drift::report::{Color, FailOn, Format};
use openapi_drift::{Document, cli, config as decisions};

use crate::accepted;
use crate::codegen::{self, Derivation};
use crate::compile::Candidate;
use crate::document_info::{self, DocumentInfo};
use crate::fetch::{self, Fetcher, Found, Limits, Operations, Published, Validators};
use crate::lock::Lock;
use crate::repository::{DOCUMENT, LOCK, read, root};
use crate::revisions;
use crate::transaction::{self, Change};
use crate::verdict::{Scope, Verdict, crate_version};
use crate::warnings::Group;

/// Path of the published bytes, if those are YAML.
const PUBLISHED: &str = "openapi/nd8.yaml";

/// Options of the command.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// A file or an address; by default the one in the lock file.
    pub(crate) from: Option<String>,
    /// True if nothing is written.
    pub(crate) dry_run: bool,
    /// Additional file for the report as Markdown.
    pub(crate) report: Option<PathBuf>,
    pub(crate) today: Date,
}

/// Takes the published document.
///
/// # Errors
///
/// Fails if it cannot be fetched, is not OpenAPI 3.0 or 3.1, or yields no client that compiles; or if the files cannot be
/// changed. None is changed then.
pub(crate) fn run(options: &Options, compile: &dyn Fn(Candidate<'_>) -> Result<()>) -> Result<()> {
    let root = root();
    let exclusive = transaction::exclusive(&root)?;
    let lock = Lock::parse(&read(LOCK)?)?;
    let current = read(DOCUMENT)?;
    let Some(found) = obtain(options, &lock, &current)? else {
        println!("the server reports that the document has not changed since {}", lock.document.retrieved);
        return Ok(());
    };
    let new = Refreshed::read(found, lock, options)?;
    if new.is_unchanged(&root)? {
        println!("{DOCUMENT} is up to date: {} is the same, byte for byte", new.described);
        return Ok(());
    }
    let changes = if new.is_another(&current)? {
        new.changes(&current, options)?
    } else {
        println!("the document differs in layout only: its bytes, the lock file and the date change");
        // The generated code contains the date of retrieval.
        let derivation = new.derive()?;
        print_warnings(&derivation);
        let derived = derivation.files.into_iter().map(|file| change(file.path, file.content));
        new.document_and_lock().into_iter().chain(derived).collect()
    };
    compile(Candidate { name: &new.name, json: &new.json }).context("nothing is written")?;
    if options.dry_run {
        let changed = transaction::changed(&root, &changes)?;
        println!("\nnothing was written; it would be: {}", changed.join(", "));
        return Ok(());
    }
    let written = exclusive.commit(&changes)?;
    println!("\nwritten: {}", written.join(", "));
    Ok(())
}

/// Returns the published document, or none if the server reports that the pinned one is current.
fn obtain(options: &Options, lock: &Lock, current: &str) -> Result<Option<Found>> {
    let from = options.from.as_deref().unwrap_or(&lock.source.upstream_url);
    let Some(url) = fetch::as_url(from) else {
        return Ok(Some(Found::file(fetch::read_file(from, Path::new(from))?, from)));
    };
    let is_whole = crate::hash::sha256(current.as_bytes()) == lock.document.sha256;
    let known = lock.known().filter(|_| is_whole);
    let pinned = Operations::of(&Document::parse(DOCUMENT, current)?)?;
    match fetch::find(&Fetcher::new(Limits::default()), &url?, known.as_ref(), &pinned)? {
        Published::NotModified => Ok(None),
        Published::Found(found) => {
            eprintln!("found {}", found.described());
            Ok(Some(found))
        }
    }
}

/// A document that is to become the pinned one.
struct Refreshed {
    /// Bytes as published.
    bytes: Vec<u8>,
    /// JSON that builds read.
    json: String,
    info: DocumentInfo,
    /// Lock file that describes it.
    lock: Lock,
    name: String,
    described: String,
}

impl Refreshed {
    fn read(found: Found, mut lock: Lock, options: &Options) -> Result<Self> {
        let described = found.described();
        let name = found.name();
        let document = Document::parse(name.as_str(), found.bytes.clone())?;
        let json = document.to_json();
        let info = document_info::of(&json).with_context(|| described.clone())?;
        let Validators { etag, last_modified } = found.validators;
        lock.source.kind = if found.url.is_some() { "published" } else { "file" }.to_owned();
        lock.source.document_url = found.url.map(String::from);
        (lock.source.etag, lock.source.last_modified) = (etag, last_modified);
        let is_json = document.is_json();
        lock.document.info_version.clone_from(&info.version);
        lock.document.sha256.clone_from(&info.sha256);
        lock.document.sha256_canonical.clone_from(&info.sha256_canonical);
        lock.document.operations = info.operations;
        lock.document.retrieved = options.today.to_string();
        "cargo xtask refresh".clone_into(&mut lock.document.tool);
        lock.document.published = (!is_json).then(|| PUBLISHED.to_owned());
        lock.document.published_sha256 = (!is_json).then(|| crate::hash::sha256(&found.bytes));
        Ok(Self { bytes: found.bytes, json, info, lock, name, described })
    }

    fn derive(&self) -> Result<Derivation> {
        codegen::derive(&self.name, &self.json, Some(&self.lock.document.retrieved))
    }

    /// Returns whether these bytes are pinned already.
    fn is_unchanged(&self, root: &Path) -> Result<bool> {
        let published = if self.lock.document.published.is_some() { PUBLISHED } else { DOCUMENT };
        match fs::read(root.join(published)) {
            Ok(bytes) => Ok(bytes == self.bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error).context(format!("cannot read {published}")),
        }
    }

    /// Returns whether it differs from the pinned document in more than its layout.
    fn is_another(&self, current: &str) -> Result<bool> {
        Ok(document_info::of(current)?.sha256_canonical != self.info.sha256_canonical)
    }

    fn document_and_lock(&self) -> Vec<Change> {
        let yaml = self.lock.document.published.is_some().then(|| self.bytes.clone());
        // Published JSON is stored byte for byte, even if it begins with a byte order mark.
        let json = if yaml.is_some() { self.json.clone().into_bytes() } else { self.bytes.clone() };
        vec![
            Change { path: DOCUMENT.to_owned(), content: Some(json) },
            Change { path: PUBLISHED.to_owned(), content: yaml },
            change(LOCK, self.lock.to_toml()),
        ]
    }

    /// Prints the report, and returns every change that the new document needs.
    fn changes(&self, current: &str, options: &Options) -> Result<Vec<Change>> {
        let config = accepted::read()?;
        let scope = Scope { today: options.today, rust: true, config: &config };
        let old = Document::parse(DOCUMENT, current)?;
        let old_version = old.version().unwrap_or_default().to_owned();
        let new = Document::parse(self.name.as_str(), self.bytes.clone())?;
        let mut verdict = Verdict::of(old, new, scope)?;
        verdict.content_differs();
        // The report is printed even if there is no client: it lists what to do about that.
        let derived = self.derive();
        cli::print(&verdict.report().fail_on(&[FailOn::None]), Format::Text(Color::Coloured))?;
        if let Ok(derivation) = &derived {
            print_warnings(derivation);
            // Markdown has them as tasks, to check off in a pull request.
            verdict.add_todo(&derivation.warnings.iter().flat_map(Group::tasks).collect::<Vec<_>>());
        }
        if let Some(path) = &options.report {
            let mut markdown = Vec::new();
            verdict.report().fail_on(&[FailOn::None]).render(Format::Markdown, &mut markdown)?;
            fs::write(path, markdown).with_context(|| format!("cannot write {}", path.display()))?;
        }
        let derivation = derived.context("the client cannot be generated from it, so nothing is written")?;
        let mut changes = self.document_and_lock();
        let history = revisions::history_name(&old_version, &revisions::history()?);
        changes.push(change(&history, current.to_owned()));
        changes.extend(derivation.files.into_iter().map(|file| change(file.path, file.content)));
        changes.extend(versions(&self.info.version)?);
        if !config.accepts_nothing()
            && let Some(text) = accepted::text()?
        {
            // Accepted findings are part of the new document.
            let rest = decisions::without(accepted::PATH, &text, &verdict.decided.matched())?;
            changes.push(Change { path: accepted::PATH.to_owned(), content: rest.map(String::into_bytes) });
        }
        Ok(changes)
    }
}

/// Prints the generator's warnings with their actions.
fn print_warnings(derivation: &Derivation) {
    derivation.warnings.iter().for_each(|group| print!("\n{group}"));
}

fn change(path: &str, content: String) -> Change {
    Change { path: path.to_owned(), content: Some(content.into_bytes()) }
}

/// Returns the changes that write the API's version into the version of the crate.
fn versions(api: &str) -> Result<Vec<Change>> {
    let old = crate_version()?;
    let new = impact::next_version(&old, None, api);
    if old == new {
        return Ok(Vec::new());
    }
    let mut manifest: toml_edit::DocumentMut = read("Cargo.toml")?.parse()?;
    manifest["package"]["version"] = toml_edit::value(new.to_string());
    let mut changes = vec![change("Cargo.toml", manifest.to_string())];
    if root().join("Cargo.lock").exists() {
        let entry = |version: &str| format!("name = \"nd8\"\nversion = \"{version}\"\n");
        let locked = read("Cargo.lock")?.replace(&entry(&old.to_string()), &entry(&new.to_string()));
        changes.push(change("Cargo.lock", locked));
    }
    Ok(changes)
}
