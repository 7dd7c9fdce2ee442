//! Calls the operation. E0599: its name was upstream's.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

async fn get(client: &Client) -> i64 {
    client.get_item("a").await.unwrap().count
}

fn main() {}
