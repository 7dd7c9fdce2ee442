fn open(storefront: nd8::Storefront, link: nd8::PaymentLink) {
    let _ = storefront.payment_links().get(link.id.unwrap());
}

fn main() {}
