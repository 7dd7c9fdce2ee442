//! What callers of the crate rely on, one module a behaviour, all against servers on loopback.

mod build_script;
mod doors;
mod errors;
mod exact;
mod journey;
mod open_enums;
mod raw_mocks;
mod raw_sandbox;
mod redaction;
mod redirects;
mod support;
