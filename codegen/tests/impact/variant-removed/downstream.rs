//! Matches the variant. E0599: it is gone, and the value would arrive as `Unknown`.

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
