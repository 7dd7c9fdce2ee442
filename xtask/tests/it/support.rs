//! A copy of the repository to work on, and a site on loopback.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use snapbox::cmd::{Command, cargo_bin};
use tempfile::TempDir;

/// The files of the repository that a refresh reads and writes.
pub(crate) struct Copy {
    folder: TempDir,
}

/// The top of the repository.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("has one").to_path_buf()
}

impl Copy {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("writable");
        Self::of(&["openapi", "src/raw/snapshot", "Cargo.toml", "Cargo.lock"], folder)
    }

    /// Everything, to be compiled. At the same place and with the times of the originals, so that Cargo compiles again only
    /// what has changed since the last run.
    pub(crate) fn whole() -> Self {
        let (place, name) = (env!("CARGO_TARGET_TMPDIR"), "whole");
        // A test that was killed leaves it.
        drop(fs::remove_dir_all(Path::new(place).join(name)));
        let folder = tempfile::Builder::new().prefix(name).rand_bytes(0).tempdir_in(place);
        Self::of(&[""], folder.expect("writable"))
    }

    fn of(places: &[&str], folder: TempDir) -> Self {
        for place in places {
            let entries = walkdir::WalkDir::new(top().join(place)).into_iter().filter_entry(|entry| {
                let name = entry.file_name().to_string_lossy();
                entry.depth() == 0 || (!name.starts_with('.') && !matches!(&*name, "target" | "node_modules"))
            });
            for entry in entries {
                let entry = entry.expect("readable");
                let target = folder.path().join(entry.path().strip_prefix(top()).expect("is within"));
                if entry.file_type().is_dir() {
                    fs::create_dir_all(target).expect("writable");
                } else {
                    fs::create_dir_all(target.parent().expect("has one")).expect("writable");
                    fs::copy(entry.path(), &target).expect("readable and writable");
                    let modified = entry.metadata().expect("readable").modified().expect("has one");
                    let copy = fs::File::options().write(true).open(target).expect("writable");
                    copy.set_modified(modified).expect("writable");
                }
            }
        }
        let copy = Self { folder };
        copy.set_version();
        copy
    }

    /// Tests use the version 0.4.0, whatever that of the crate is.
    fn set_version(&self) {
        let manifest = self.read("Cargo.toml");
        let start = manifest.find("\nversion = \"").expect("has one") + "\nversion = \"".len();
        let length = manifest[start..].find('"').expect("ends");
        let version = &manifest[start..start + length];
        let fixed = format!("0.4.0+api.{}", self.api_version());
        self.write(
            "Cargo.lock",
            self.read("Cargo.lock").replace(
                &format!("\"nd8\"\nversion = \"{version}\""),
                &format!("\"nd8\"\nversion = \"{fixed}\""),
            ),
        );
        self.write("Cargo.toml", manifest.replacen(version, &fixed, 1));
    }

    /// The `info.version` of the pinned document.
    pub(crate) fn api_version(&self) -> String {
        let document: serde_json::Value =
            serde_json::from_str(&self.read("openapi/nd8.json")).expect("is JSON");
        document["info"]["version"].as_str().expect("is text").to_owned()
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path().join(path), content).expect("writable");
    }

    /// Every file with its content, but for the lock between commands.
    pub(crate) fn contents(&self) -> HashMap<String, Vec<u8>> {
        let entries = walkdir::WalkDir::new(self.path()).into_iter().map(|entry| entry.expect("readable"));
        entries
            .filter(|entry| entry.file_type().is_file() && !entry.path().ends_with(".xtask/lock"))
            .map(|entry| {
                let path = entry.path().strip_prefix(self.path()).expect("is within");
                (path.to_string_lossy().into_owned(), fs::read(entry.path()).expect("readable"))
            })
            .collect()
    }

    /// A command on this copy, on a certain day.
    pub(crate) fn xtask(&self) -> Command {
        xtask().arg("--repository").arg(self.path()).args(["--today", "2026-12-01"])
    }
}

/// A command on the repository itself.
pub(crate) fn xtask() -> Command {
    // The servers of the tests are not behind anybody's proxy.
    let proxies = ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "http_proxy", "https_proxy"];
    let command = Command::new(cargo_bin!("xtask")).env("NO_COLOR", "1").env("CARGO", cargo_stub());
    proxies.into_iter().fold(command, Command::env_remove)
}

/// Stub of Cargo: compiling nd8 takes too long for each test of a refresh.
pub(crate) fn cargo_stub() -> PathBuf {
    messages("stub.sh")
}

/// A file of the folder with messages of Cargo.
pub(crate) fn messages(name: &str) -> PathBuf {
    top().join("xtask/tests/it/cargo").join(name)
}

/// A site on loopback that serves some files, each with a validator, and remembers what it was asked for.
pub(crate) struct Site {
    address: String,
    state: Arc<Files>,
    _runtime: tokio::runtime::Runtime,
}

#[derive(Default)]
struct Files {
    files: Mutex<HashMap<String, Vec<u8>>>,
    redirects: Mutex<HashMap<String, String>>,
    /// Response for every other path, as single-page apps have one.
    fallback: Option<Vec<u8>>,
    /// Paths of requests, and whether the response was 304.
    requests: Mutex<Vec<(String, u16)>>,
}

impl Site {
    pub(crate) fn start(files: HashMap<String, Vec<u8>>, fallback: Option<Vec<u8>>) -> Self {
        let state = Arc::new(Files { files: Mutex::new(files), fallback, ..Files::default() });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("starts");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("binds");
        let address = format!("http://{}", listener.local_addr().expect("is bound"));
        let app = axum::Router::new().fallback(serve).with_state(state.clone());
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { address, state, _runtime: runtime }
    }

    /// A site of one document at `/openapi.json`.
    pub(crate) fn of(document: impl Into<Vec<u8>>) -> Self {
        Self::start(HashMap::from([("/openapi.json".to_owned(), document.into())]), None)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) fn put(&self, path: &str, content: impl Into<Vec<u8>>) {
        self.state.files.lock().expect("is whole").insert(path.to_owned(), content.into());
    }

    pub(crate) fn redirect(&self, path: &str, to: &str) {
        self.state.redirects.lock().expect("is whole").insert(path.to_owned(), to.to_owned());
    }

    pub(crate) fn requests(&self) -> Vec<(String, u16)> {
        self.state.requests.lock().expect("is whole").clone()
    }
}

async fn serve(State(site): State<Arc<Files>>, headers: HeaderMap, request: Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let response = respond(&site, &headers, &path);
    site.requests.lock().expect("is whole").push((path, response.status().as_u16()));
    response
}

fn respond(site: &Files, headers: &HeaderMap, path: &str) -> Response {
    if let Some(to) = site.redirects.lock().expect("is whole").get(path) {
        return (StatusCode::FOUND, [(header::LOCATION, to.clone())]).into_response();
    }
    let files = site.files.lock().expect("is whole");
    let Some(content) = files.get(path).or(site.fallback.as_ref()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let sum = content.iter().fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    let etag = format!("\"{sum:x}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == etag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, etag)], content.clone()).into_response()
}
