//! A child process: started, killed, waited for. It ends by itself when this process does.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::Failure;

pub(super) struct Process {
    child: Child,
    /// Ends when this does. Kept apart, since waiting for a child closes its input.
    _input: Option<ChildStdin>,
    port: u16,
}

impl Process {
    /// Starts a receiver, and waits until it listens.
    pub(super) async fn receiver(program: &Path, database: &str, secret: &str) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.args(["receiver", "--database", database, "--secret", secret]).stdout(Stdio::piped());
        let mut child = spawn(command)?;
        let output = child.stdout.take().ok_or("the receiver has no output")?;
        let line = BufReader::new(output).lines().next_line().await?.ok_or("the receiver has ended")?;
        Ok(Self { _input: child.stdin.take(), child, port: line.parse()? })
    }

    pub(super) fn worker(
        program: &Path,
        database: &str,
        step: Option<&str>,
        seed: u64,
    ) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.args(["worker", "--database", database, "--seed", &seed.to_string()]);
        if let Some(step) = step {
            command.args(["--kill-at", step]);
        }
        let mut child = spawn(command)?;
        Ok(Self { _input: child.stdin.take(), child, port: 0 })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it as `kill -9` does.
    pub(super) async fn kill(mut self) -> Result<(), Failure> {
        Ok(self.child.kill().await?)
    }

    /// Waits until it has killed itself.
    ///
    /// # Errors
    ///
    /// If it ended in another way.
    pub(super) async fn ended(&mut self) -> Result<(), Failure> {
        let status = self.child.wait().await?;
        match std::os::unix::process::ExitStatusExt::signal(&status) {
            Some(9) => Ok(()),
            _ => Err(format!("the worker ended with {status}").into()),
        }
    }

    /// Returns a connection string.
    pub(super) fn describe(config: &Config) -> Result<String, Failure> {
        let host = match config.get_hosts() {
            [Host::Unix(path)] => path.display().to_string(),
            hosts => return Err(format!("cannot pass {hosts:?} to a child").into()),
        };
        let user = config.get_user().ok_or("there is no user")?;
        let name = config.get_dbname().ok_or("there is no database")?;
        Ok(format!("host={host} user={user} dbname={name} connect_timeout=5"))
    }
}

fn spawn(mut command: Command) -> Result<Child, Failure> {
    // The child ends when its input does.
    Ok(command.stdin(Stdio::piped()).kill_on_drop(true).spawn()?)
}
