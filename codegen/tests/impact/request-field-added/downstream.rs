//! Builds the request by a literal. E0063: which lacks a field now, though an optional one.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn request(origin: Origin) -> ItemRequest {
    ItemRequest { name: "Mug".into(), note: None, origin }
}

fn main() {}
