//! Sends a list. E0308: it can be left out.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn tagged(tags: Vec<String>) -> Change {
    Change { tags }
}

fn main() {}
