//! Passes floor and room in their order, and would ask for floor `kitchen` of room `1`.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

async fn row(client: &Client) -> Option<i64> {
    client.get_shelf("1", "kitchen").await.unwrap().row
}

fn main() {}
