//! Calls the operation. E0599: there is no such method any more.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

async fn get(client: &Client) -> i64 {
    client.get_item("a").await.unwrap().count
}

fn main() {}
