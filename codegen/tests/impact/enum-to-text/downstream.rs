//! Matches the variants. E0599: any text is allowed.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn is_sold(item: &Item) -> bool {
    match &item.state {
        State::Sold => true,
        State::InStock => false,
        _ => false,
    }
}

fn main() {}
