//! Kills this process at a step of its worker. Steps are events of the worker, so the crate needs no hook for this.

use std::fmt;
use std::process::Command;
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

const TARGET: &str = "nd8_inbox::step";

/// All steps of a worker: one before each `await`. A test compares them with the source.
pub const STEPS: [&str; 25] = [
    "begin",
    "check",
    "check.version",
    "claim",
    "commit",
    "committed",
    "complete",
    "connect",
    "connect.prepare",
    "connect.settings",
    "control.clock",
    "control.connect",
    "control.heartbeat",
    "control.listen",
    "control.pause",
    "control.rewind",
    "control.wait",
    "fail",
    "failed",
    "handle",
    "purge",
    "purge.pause",
    "reconnect",
    "roll back",
    "wait",
];

/// Subscribes to the steps of this process, and kills it at this one.
///
/// # Errors
///
/// If the process has a subscriber already.
pub fn arm(step: String) -> Result<(), crate::Failure> {
    let subscriber = tracing_subscriber::registry().with(KillAt(step));
    Ok(tracing::subscriber::set_global_default(subscriber)?)
}

struct KillAt(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for KillAt {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == TARGET
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut step = Step { wanted: &self.0, is_found: false };
        event.record(&mut step);
        if step.is_found {
            let _ = Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
            loop {
                std::thread::sleep(Duration::from_secs(1));
            }
        }
    }
}

struct Step<'a> {
    wanted: &'a str,
    is_found: bool,
}

impl Visit for Step<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.is_found |= field.name() == "step" && value == self.wanted;
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
