fn main() -> Result<(), nd8::Error> {
    let client = nd8::Client::builder("an-api-key").build()?;
    client.payment_links();
    Ok(())
}
