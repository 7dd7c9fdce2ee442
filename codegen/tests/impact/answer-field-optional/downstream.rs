//! Reads the field as it is. E0308: it may be absent.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn stock(item: &Item) -> (i64, Option<&str>) {
    (item.count, item.name.as_deref())
}

fn main() {}
