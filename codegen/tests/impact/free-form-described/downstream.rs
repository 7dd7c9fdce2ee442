//! Takes the answer for a map. E0609: it has fields.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn entries(shelf: &Shelf) -> usize {
    shelf.0.len()
}

fn main() {}
