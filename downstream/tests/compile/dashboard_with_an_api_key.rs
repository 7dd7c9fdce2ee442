fn main() {
    let client = nd8::Client::builder("an-api-key").build().unwrap();
    let _ = client.organization();
}
