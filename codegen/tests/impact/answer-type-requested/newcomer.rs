//! Builds the type, which only answers had before.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn shelf() -> Shelf {
    let extra = Default::default();
    Shelf { row: Some(1), extra }
}

fn main() {}
