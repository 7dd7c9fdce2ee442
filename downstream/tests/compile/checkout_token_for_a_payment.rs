fn look_up(client: nd8::Client, checkout: nd8::Checkout) {
    let _ = client.payments().get(checkout.token);
}

fn main() {}
