//! Builds the request by a literal. E0277: what can be left out is an `Option`, so the default costs.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn change() -> Change {
    Change { name: "Mug".into() }
}

fn main() {}
