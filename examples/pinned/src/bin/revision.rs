//! Prints the revision of the API that nd8 is built from: what to write into a pin. By itself it is pinned to none.

fn main() {
    let nd8::Api { version, sha256, retrieved, operations, .. } = nd8::API;
    println!("version = {version:?}, sha256 = {sha256:?}");
    println!("{operations} operations, retrieved {}", retrieved.unwrap_or("on an unknown day"));
}
