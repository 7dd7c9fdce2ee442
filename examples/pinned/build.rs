//! Takes the revision of the API, and the path of its document, from nd8's build script and hands both on to the program.

fn main() {
    for name in ["DEP_ND8_API_VERSION", "DEP_ND8_API_SHA256", "DEP_ND8_API_DOCUMENT"] {
        match std::env::var(name) {
            Ok(value) => println!("cargo::rustc-env={name}={value}"),
            Err(error) => println!("cargo::error={name}: {error}; is nd8 a direct dependency?"),
        }
    }
}
