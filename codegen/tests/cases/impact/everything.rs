//! Reads, builds, matches and calls all there is.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn stock(item: &Item) -> (i64, Option<&str>) {
    (item.count, item.name.as_deref())
}

async fn first(client: &Client) -> i64 {
    let items = client.list_items().page(1).search("mug").send().await.unwrap();
    items[0].count
}

fn request(origin: Origin) -> ItemRequest {
    ItemRequest::new("Mug", origin).note("Blue.")
}

fn from(origin: &Origin) -> &str {
    match origin {
        Origin::Bought(it) => &it.seller,
        Origin::Made(it) => &it.workshop,
        _ => "elsewhere",
    }
}

fn made() -> Origin {
    Made::new("Pottery").into()
}

fn is_sold(item: &Item) -> bool {
    match &item.state {
        State::Sold => true,
        State::InStock => false,
        _ => false,
    }
}

async fn get(client: &Client) -> i64 {
    client.get_item("a").send().await.unwrap().count
}

async fn create(client: &Client, origin: Origin) -> i64 {
    client.create_item(&request(origin)).send().await.unwrap().count
}

fn main() {}
