//! Takes the revision of the API from nd8's build script, and hands it on to the program under the same names.

fn main() {
    for name in ["DEP_ND8_API_VERSION", "DEP_ND8_API_SHA256"] {
        match std::env::var(name) {
            Ok(value) => println!("cargo::rustc-env={name}={value}"),
            Err(error) => println!("cargo::error={name}: {error}; is nd8 a direct dependency?"),
        }
    }
}
