//! Reads the field as text. E0599: it is an enum.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn stock(item: &Item) -> (i64, Option<&str>) {
    (item.count, item.name.as_deref())
}

fn main() {}
