//! Reads, builds, matches and calls all there is.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn stock(item: &Item) -> (i64, Option<&str>) {
    (item.count, item.name.as_deref())
}

async fn first(client: &Client) -> i64 {
    let items = client.list_items(Some(1), Some("mug")).await.unwrap();
    items[0].count
}

fn request(origin: Origin) -> ItemRequest {
    ItemRequest { name: "Mug".into(), note: None, origin }
}

fn from(origin: &Origin) -> &str {
    match origin {
        Origin::Bought(it) => &it.seller,
        Origin::Made(it) => &it.workshop,
    }
}

fn is_sold(item: &Item) -> bool {
    match &item.state {
        State::Sold => true,
        State::InStock => false,
        _ => false,
    }
}

async fn get(client: &Client) -> i64 {
    client.get_item("a").await.unwrap().count
}

fn main() {}
