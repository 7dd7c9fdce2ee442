//! A PostgreSQL to test against: `DATABASE_URL`, else a temporary cluster of the installed binaries.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio_postgres::{Client, Config, NoTls};

/// Folders of distributions with the binaries, searched after `PATH`. `*` is a version.
const PLACES: [&str; 5] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
];

/// The oldest version that the schema needs.
const OLDEST: u32 = 15;

/// A server that tests can use.
///
/// A cluster of our own is on a socket in a temporary folder, listens on no port, and is stopped and deleted when dropped.
pub struct Cluster {
    config: Config,
    own: Option<Own>,
}

/// Why there is no server, so that a test is skipped.
#[derive(Debug)]
pub struct Unavailable(String);

impl std::fmt::Display for Unavailable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

impl From<io::Error> for Unavailable {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// A cluster that this process started.
struct Own {
    binaries: PathBuf,
    folder: PathBuf,
    user: Option<(u32, u32)>,
    is_durable: bool,
    /// Stops the server and deletes the folder when this process ends, however it does: tests share a cluster in a static, which is
    /// never dropped.
    guard: Child,
}

const GUARD: &str = r#"cat >/dev/null
if [ -f "$1/data/postmaster.pid" ]; then kill -INT "$(head -n 1 "$1/data/postmaster.pid")" 2>/dev/null; fi
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -f "$1/data/postmaster.pid" ] || break
    sleep 0.1
done
rm -rf "$1""#;

/// How the server goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// `pg_ctl stop --mode fast`: transactions are rolled back.
    Restart,
    /// `pg_ctl stop --mode immediate`: the next start recovers from the log.
    Crash,
    /// `kill -9` of a backend, after which the server ends all others and recovers.
    KillBackend,
    /// `kill -9` of the server process itself.
    KillServer,
}

impl Cluster {
    /// Takes the server of `DATABASE_URL`, or starts a temporary one.
    ///
    /// # Errors
    ///
    /// If there is neither: the reason to print for a test that is skipped.
    pub fn start() -> Result<Self, Unavailable> {
        match std::env::var("DATABASE_URL") {
            Ok(url) => {
                let config = url.parse().map_err(|error| Unavailable(format!("DATABASE_URL: {error}")))?;
                Ok(Self { config, own: None })
            }
            Err(_) => Self::temporary(),
        }
    }

    /// Starts a temporary one that is thrown away with the machine: without waiting for disks.
    ///
    /// # Errors
    ///
    /// If the binaries are not installed, or do not work.
    pub fn temporary() -> Result<Self, Unavailable> {
        Self::of_our_own(false)
    }

    /// Starts one that keeps its data when it is killed, for tests that do so, and for measuring.
    ///
    /// # Errors
    ///
    /// If the binaries are not installed, or do not work.
    pub fn durable() -> Result<Self, Unavailable> {
        Self::of_our_own(true)
    }

    fn of_our_own(is_durable: bool) -> Result<Self, Unavailable> {
        let binaries = binaries()?;
        let folder = tempfile::Builder::new().prefix("nd8-inbox-").tempdir()?.keep();
        let guard = Command::new("sh")
            .args(["-c", GUARD, "sh"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let user = server_user(&folder)?;
        if let Some((uid, gid)) = user {
            chown(&folder, Some(uid), Some(gid))?;
        }
        let own = Own { binaries, folder, user, is_durable, guard };
        let data = own.data();
        own.run(
            "initdb",
            [
                OsStr::new("--pgdata"),
                data.as_os_str(),
                OsStr::new("--auth=trust"),
                OsStr::new("--username=postgres"),
                OsStr::new("--encoding=UTF8"),
                OsStr::new("--no-locale"),
                OsStr::new("--no-sync"),
            ],
        )?;
        own.up()?;
        let mut config = Config::new();
        config.host_path(&own.folder).user("postgres").dbname("postgres");
        Ok(Self { config, own: Some(own) })
    }

    /// Returns how to connect to the server's own database.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the folder of the socket, if the cluster is one of ours.
    pub fn socket_folder(&self) -> Option<&Path> {
        self.own.as_ref().map(|own| own.folder.as_path())
    }

    /// Creates an empty database, and returns how to connect to it.
    ///
    /// # Errors
    ///
    /// If the server reports one.
    pub async fn database(&self) -> Result<Config, tokio_postgres::Error> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("nd8_inbox_{}_{count}", std::process::id());
        let client = connect(&self.config).await?;
        client.batch_execute(&format!("CREATE DATABASE {name}")).await?;
        let mut config = self.config.clone();
        config.dbname(name);
        Ok(config)
    }

    /// Takes the server down, and starts it again after the pause.
    ///
    /// # Errors
    ///
    /// If it is not one of ours, or does not come back.
    pub fn outage(&self, outage: Outage, pause: Duration) -> Result<(), Unavailable> {
        let Some(own) = &self.own else { return Err(Unavailable("the server is not ours to stop".into())) };
        match outage {
            Outage::Restart => own.down("fast")?,
            Outage::Crash => own.down("immediate")?,
            Outage::KillBackend => return own.kill_backend(),
            Outage::KillServer => own.kill_server()?,
        }
        std::thread::sleep(pause);
        own.up()
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

impl Own {
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn up(&self) -> Result<(), Unavailable> {
        let socket = self.folder.display();
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={socket} -c max_connections=100{}",
            if self.is_durable { "" } else { " -c fsync=off" }
        );
        let (data, log) = (self.data(), self.folder.join("log"));
        self.run(
            "pg_ctl",
            [
                OsStr::new("start"),
                OsStr::new("--wait"),
                OsStr::new("--silent"),
                OsStr::new("--pgdata"),
                data.as_os_str(),
                OsStr::new("--log"),
                log.as_os_str(),
                OsStr::new("--options"),
                OsStr::new(&options),
            ],
        )
    }

    fn down(&self, mode: &str) -> Result<(), Unavailable> {
        let data = self.data();
        self.run(
            "pg_ctl",
            [
                OsStr::new("stop"),
                OsStr::new("--silent"),
                OsStr::new("--pgdata"),
                data.as_os_str(),
                OsStr::new("--mode"),
                OsStr::new(mode),
            ],
        )
    }

    /// Returns the process id of the server.
    fn server(&self) -> Result<String, Unavailable> {
        let file = fs::read_to_string(self.data().join("postmaster.pid"))?;
        Ok(file.lines().next().unwrap_or_default().trim().to_owned())
    }

    fn kill_server(&self) -> Result<(), Unavailable> {
        let server = self.server()?;
        let children = children(&server)?;
        kill("-9", &server)?;
        // The children notice that the server is gone, and a new one starts only without them.
        for child in children {
            let _ = kill("-9", &child);
            wait_for_end(&child);
        }
        wait_for_end(&server);
        // A server that nobody has waited for still counts as running, by its files.
        fs::remove_file(self.data().join("postmaster.pid"))?;
        for entry in fs::read_dir(&self.folder)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(".s.PGSQL.") {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn kill_backend(&self) -> Result<(), Unavailable> {
        let children = children(&self.server()?)?;
        let is_backend = |child: &&String| {
            let command = fs::read(Path::new("/proc").join(child).join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&command).contains("[local]")
        };
        match children.iter().rfind(is_backend) {
            Some(backend) => kill("-9", backend),
            None => Ok(()),
        }
    }

    fn run<'a>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = &'a OsStr>,
    ) -> Result<(), Unavailable> {
        let mut command = Command::new(self.binaries.join(program));
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        // Not by pipes: the server inherits them, and they would never end.
        let output = self.folder.join(format!("{program}.log"));
        let file = fs::File::create(&output)?;
        let status = command.stdout(file.try_clone()?).stderr(file).status()?;
        if status.success() {
            return Ok(());
        }
        let server = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let printed = fs::read_to_string(&output).unwrap_or_default();
        Err(Unavailable(format!("{program} failed: {printed}{server}")))
    }
}

/// Connects, and has the connection driven by a task.
///
/// # Errors
///
/// If the server reports one.
pub async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Finds the newest binaries, those in `PATH` first.
fn binaries() -> Result<PathBuf, Unavailable> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    if let Some(folder) = in_path.filter(|folder| version(folder).is_some_and(|version| version >= OLDEST)) {
        return Ok(folder);
    }
    let installed = PLACES
        .iter()
        .flat_map(|place| matching(place))
        .filter_map(|folder| Some((version(&folder)?, folder)));
    match installed.max() {
        Some((version, folder)) if version >= OLDEST => Ok(folder),
        Some((version, _)) => {
            Err(Unavailable(format!("PostgreSQL {version} is installed, and {OLDEST} or newer is needed")))
        }
        None => Err(Unavailable(
            "PostgreSQL is not installed: install Debian's `postgresql`, or set DATABASE_URL".into(),
        )),
    }
}

/// Lists the folders that fit a pattern with at most one `*`, within one name.
fn matching(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.starts_with(prefix).then(|| PathBuf::from(format!("{parent}/{name}{after}")))
        })
        .collect()
}

/// Returns the major version of the binaries, if they are there.
fn version(folder: &Path) -> Option<u32> {
    let Output { stdout, .. } = Command::new(folder.join("initdb")).arg("--version").output().ok()?;
    let text = String::from_utf8(stdout).ok()?;
    text.split_whitespace().find_map(|word| word.split('.').next()?.parse().ok())
}

/// Returns the user that the server runs as, if this process is root: PostgreSQL refuses to.
fn server_user(folder: &Path) -> Result<Option<(u32, u32)>, Unavailable> {
    use std::os::unix::fs::MetadataExt as _;
    if fs::metadata(folder)?.uid() != 0 {
        return Ok(None);
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    let users = fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let user = ["postgres", "nobody"].into_iter().find_map(find);
    user.map(Some)
        .ok_or_else(|| Unavailable("this is root, and there is no user `postgres` or `nobody`".into()))
}

fn children(parent: &str) -> Result<Vec<String>, Unavailable> {
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        // `pid (name) state parent …`, and the name may contain anything.
        let of = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1));
        if of == Some(parent) {
            children.extend(entry.file_name().into_string().ok());
        }
    }
    Ok(children)
}

/// Waits until a process does nothing any more.
fn wait_for_end(process: &str) {
    let is_running = || {
        let stat = fs::read_to_string(Path::new("/proc").join(process).join("stat")).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
    };
    while is_running() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn kill(signal: &str, process: &str) -> Result<(), Unavailable> {
    Command::new("kill").args([signal, process]).stderr(Stdio::null()).status()?;
    Ok(())
}
