//! Leaves the note out. E0308: it cannot be left out.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn request(origin: Origin) -> ItemRequest {
    ItemRequest { name: "Mug".into(), note: None, origin }
}

fn main() {}
