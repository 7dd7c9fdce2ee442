//! Passes any text. E0308: it takes one of an enum.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

async fn first(client: &Client) -> i64 {
    let items = client.list_items(Some(1), Some("mug")).await.unwrap();
    items[0].count
}

fn main() {}
