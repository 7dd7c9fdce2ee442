use nd8::raw::types::WebhookConfiguration;

fn main() {
    let _ = WebhookConfiguration { endpoint_url: None, extra: Default::default() };
}
