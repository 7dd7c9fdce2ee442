//! Compiles generated code, and programs over it, as far as the compiler's checks go.
//!
//! Cargo checks the dependencies once, in the target folder that is there anyway, and says where their metadata lies.
//! Everything else are calls of rustc, a fraction of a second each: code that two cases share is compiled once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// What generated code and our programs name.
const EXTERNS: [&str; 8] =
    ["jiff", "nd8_stubs", "progenitor_client", "reqwest", "rust_decimal", "serde", "serde_json", "uuid"];

/// Where generated code is included: a module, and the client in one below it, as in `nd8`.
const AROUND: &str = "
pub mod raw {
    pub use self::client::*;
    pub use nd8_stubs::*;
    pub struct Operation {
        pub id: &'static str,
        pub method: &'static str,
        pub path: &'static str,
        pub security: Security,
        pub idempotent: bool,
    }
    impl progenitor_client::ClientHooks<Context> for Client {}
";

type Library = Arc<OnceLock<PathBuf>>;

pub(crate) struct Compiler {
    folder: PathBuf,
    externs: Vec<String>,
    /// By the hash of their source.
    libraries: Mutex<HashMap<u64, Library>>,
    /// How many times rustc was called.
    calls: AtomicUsize,
}

impl Compiler {
    /// Has the dependencies checked.
    pub(crate) fn new() -> Result<Self, String> {
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--package=nd8-stubs", "--message-format=json"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let mut externs = Vec::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let name = message["target"]["name"].as_str().unwrap_or_default().replace('-', "_");
            let files = message["filenames"].as_array().map(Vec::as_slice).unwrap_or_default();
            let metadata =
                files.iter().filter_map(|file| file.as_str()).find(|file| file.ends_with(".rmeta"));
            if let (Some(file), true) = (metadata, message["reason"] == "compiler-artifact") {
                if EXTERNS.contains(&name.as_str()) {
                    externs.push(format!("--extern={name}={file}"));
                }
                if let (Some(folder), "nd8_stubs") = (Path::new(file).parent(), name.as_str()) {
                    externs.push(format!("-Ldependency={}", folder.display()));
                }
            }
        }
        if externs.len() != EXTERNS.len() + 1 {
            return Err(format!("of {EXTERNS:?} cargo told only {externs:?}"));
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("impact");
        // What an earlier run with another compiler left is of no use.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self { folder, externs, libraries: Mutex::default(), calls: AtomicUsize::new(0) })
    }

    /// Whether a program compiles over generated code; else the errors.
    pub(crate) fn check(&self, types: &str, client: &str, program: &str) -> Result<(), String> {
        let nd8 = format!("--extern=nd8={}", self.library(types, client).display());
        self.rustc(program, &["--crate-type=bin", &nd8]).map(drop)
    }

    /// The metadata of a crate with the generated code in it, which must compile in any case.
    fn library(&self, types: &str, client: &str) -> PathBuf {
        let source = format!("{AROUND}{types}\nmod client {{\n{client}}}\n}}\n");
        let cell: Library = {
            let mut libraries = self.libraries.lock().expect("nobody panics with it");
            Arc::clone(libraries.entry(hash(&source)).or_default())
        };
        let path = cell.get_or_init(|| {
            let compiled = self.rustc(&source, &["--crate-type=lib", "--crate-name=nd8"]);
            let folder =
                compiled.unwrap_or_else(|errors| panic!("generated code does not compile:\n{errors}"));
            folder.join("libnd8.rmeta")
        });
        path.clone()
    }

    /// Compiles a source in a folder of its own, and says which; or what is wrong.
    fn rustc(&self, source: &str, arguments: &[&str]) -> Result<PathBuf, String> {
        let folder = self.folder.join(self.calls.fetch_add(1, Ordering::Relaxed).to_string());
        let file = folder.join("source.rs");
        std::fs::create_dir_all(&folder).expect("can be made");
        std::fs::write(&file, source).expect("can be written");
        let output = Command::new(beside_cargo("rustc"))
            .args([
                "--edition=2024",
                "--emit=metadata",
                "--error-format=human",
                "--color=never",
                "-Awarnings",
            ])
            .args(&self.externs)
            .args(arguments)
            .arg("--out-dir")
            .args([&folder, &file])
            .output()
            .expect("rustc can be run");
        match output.status.success() {
            true => Ok(folder),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

/// A program of the toolchain that this test was built with.
fn beside_cargo(program: &str) -> PathBuf {
    let path = Path::new(env!("CARGO")).with_file_name(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    if path.exists() { path } else { program.into() }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
