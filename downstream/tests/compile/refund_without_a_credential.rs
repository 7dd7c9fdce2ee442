fn main() {
    let storefront = nd8::Storefront::builder().build().unwrap();
    let _ = storefront.refunds();
}
