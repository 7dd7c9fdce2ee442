//! Reads values of any sort. E0308: all are texts.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn value(shelf: &Shelf) -> Option<&serde_json::Value> {
    shelf.0.get("row")
}

fn main() {}
