//! Reads a field of the answer. E0609: there is no answer any more.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

async fn get(client: &Client) -> i64 {
    client.get_item("a").await.unwrap().count
}

fn main() {}
