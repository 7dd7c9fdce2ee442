nd8::require_api!();

fn main() {}
