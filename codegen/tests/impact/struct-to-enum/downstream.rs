//! Reads a field of the type. E0609: it is an enum.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn row(shelf: &Shelf) -> Option<i64> {
    shelf.row
}

fn main() {}
