//! Reads the new field.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn color(item: &Item) -> &str {
    &item.color
}

fn main() {}
