//! Names the item by a text. E0308: it takes a number.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn rename(request: &mut ItemRequest, name: String) {
    request.name = name;
}

fn main() {}
