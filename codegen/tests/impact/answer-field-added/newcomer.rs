//! Reads the new field.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn color(item: &Item) -> Option<&str> {
    item.color.as_deref()
}

fn main() {}
