fn revoke(dashboard: nd8::Dashboard, product: nd8::ProductId) {
    let _ = dashboard.api_keys().revoke(product);
}

fn main() {}
