//! Reads the new field, for which one of the two had to be boxed.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn best(shelf: &Shelf) -> Option<i64> {
    shelf.best.as_ref().map(|item| item.count)
}

fn main() {}
