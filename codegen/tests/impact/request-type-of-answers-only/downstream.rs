//! Builds a type by a literal. E0639: only answers have it, so it is `#[non_exhaustive]`.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn shelf() -> Shelf {
    let extra = Default::default();
    Shelf { row: Some(1), extra }
}

fn main() {}
