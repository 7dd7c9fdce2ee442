//! Builds the request by a literal. E0560: which names a field that is none.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn request(origin: Origin) -> ItemRequest {
    ItemRequest { name: "Mug".into(), note: None, origin }
}

fn main() {}
