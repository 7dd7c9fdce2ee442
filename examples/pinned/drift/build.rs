//! Hands on what nd8 is generated from beside the document, so that the Rust of another document can be foreseen.

fn main() {
    for name in ["DEP_ND8_API_OVERLAY", "DEP_ND8_API_SUPPLEMENT"] {
        match std::env::var(name) {
            Ok(path) => println!("cargo::rustc-env={name}={path}"),
            Err(error) => println!("cargo::error={name}: {error}; is nd8 a direct dependency?"),
        }
    }
}
