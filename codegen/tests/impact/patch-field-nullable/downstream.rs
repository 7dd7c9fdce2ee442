//! Sets the field. E0308: it can be cleared as well, which is an `Option` in an `Option`.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn change() -> Change {
    Change { note: Some("New".to_owned()) }
}

fn main() {}
