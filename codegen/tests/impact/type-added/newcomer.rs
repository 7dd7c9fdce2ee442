//! Names the new type.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn red(color: &Color) -> Option<i64> {
    color.red
}

fn main() {}
