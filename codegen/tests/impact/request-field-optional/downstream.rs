//! Reads back what it built. E0308: the name is an `Option`.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn name(request: &ItemRequest) -> &String {
    &request.name
}

fn main() {}
