//! What callers of the crate rely on, one module a behaviour, all against servers on loopback.

mod any_request;
mod build_script;
mod doors;
mod errors;
mod exact;
mod faults;
mod insulation;
mod journey;
mod json_schema;
mod merchant;
mod one_post;
mod open_enums;
mod pages;
mod raw_mocks;
mod raw_sandbox;
mod reconcile;
mod reconcile_servers;
mod redaction;
mod redirects;
mod retries;
mod sequences;
mod simulation;
mod support;
mod tls;
mod wait;
mod webhooks;
