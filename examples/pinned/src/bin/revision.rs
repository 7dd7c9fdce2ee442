//! Prints the revision of the API that nd8 is built from, for a pin, and where its document is. It is pinned to none itself.

fn main() {
    let nd8::Api { version, sha256, retrieved, operations, .. } = nd8::API;
    println!("version = {version:?}, sha256 = {sha256:?}");
    println!("{operations} operations, retrieved {}", retrieved.unwrap_or("on an unknown day"));
    println!("document: {}", env!("DEP_ND8_API_DOCUMENT"));
}
