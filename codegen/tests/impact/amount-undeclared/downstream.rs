//! Reads a decimal. E0308: it is any text.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn price(item: &Item) -> rust_decimal::Decimal {
    item.price
}

fn main() {}
