fn main() {
    let dashboard = nd8::Dashboard::builder("a-session-token").build().unwrap();
    let _ = dashboard.checkouts();
}
