//! Calls without a body. E0061: the operation takes one.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

async fn touch(client: &Client) {
    client.touch_item("a").await.unwrap();
}

fn main() {}
