//! Reads the field. E0609: there is none, only `extra` has it if it still comes.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn stock(item: &Item) -> (i64, Option<&str>) {
    (item.count, item.name.as_deref())
}

fn main() {}
