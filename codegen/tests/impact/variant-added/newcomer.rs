//! Names the new variant.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn is_lost(item: &Item) -> bool {
    item.state == State::Lost
}

fn main() {}
