//! Passes the overlay and the supplement of nd8 to the program, which needs them to predict the Rust of another document.

fn main() {
    for name in ["DEP_ND8_API_OVERLAY", "DEP_ND8_API_SUPPLEMENT"] {
        match std::env::var(name) {
            Ok(path) => println!("cargo::rustc-env={name}={path}"),
            Err(error) => println!("cargo::error={name}: {error}; is nd8 a direct dependency?"),
        }
    }
}
