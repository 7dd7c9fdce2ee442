//! Starts from the default. E0277: what cannot be left out has none.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn empty() -> Change {
    Default::default()
}

fn main() {}
