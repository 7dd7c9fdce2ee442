//! Calls the new operation.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

async fn delete(client: &Client) {
    client.delete_item("a").await.unwrap();
}

fn main() {}
