//! Passes the argument as it is. E0308: it takes an `Option`.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

async fn first(client: &Client) -> i64 {
    client.list_items(Some(1), "mug").await.unwrap()[0].count
}

fn main() {}
