//! Expects the field to be absent at times. E0308: it is no `Option`.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn name(item: &Item) -> &Option<String> {
    &item.name
}

fn main() {}
