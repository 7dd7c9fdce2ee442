//! Matches all alternatives. E0599: one is gone.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn from(origin: &Origin) -> &str {
    match origin {
        Origin::Bought(it) => &it.seller,
        Origin::Made(it) => &it.workshop,
    }
}

fn main() {}
