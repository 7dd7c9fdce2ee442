fn total(page: nd8::Page<nd8::Refund>) -> usize {
    let items: &[nd8::Refund] = &page;
    items.len()
}

fn main() {}
