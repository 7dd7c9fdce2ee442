use nd8::WebhookConfiguration;

fn main() {
    let _ = WebhookConfiguration { endpoint_url: None, extra: Default::default() };
}
