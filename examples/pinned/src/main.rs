//! A program that is built for one revision of the ND8 API. Built from another one, it does not compile.

// The revision that this program was tested with. An update of nd8 to another revision fails to compile here.
nd8::require_api!(version = "1.1.0", sha256 = "18177203dd2360d4");

/// The value that the build script received.
const VERSION: &str = env!("DEP_ND8_API_VERSION");
/// The value that the build script received.
const SHA256: &str = env!("DEP_ND8_API_SHA256");

fn main() {
    println!("ND8 API {VERSION}, sha256 {SHA256}");
}

#[cfg(test)]
mod tests {
    use super::{SHA256, VERSION};

    #[test]
    fn the_build_script_receives_what_the_code_has() {
        assert_eq!((VERSION, SHA256), (nd8::API.version, nd8::API.sha256));
        let document = include_str!(env!("DEP_ND8_API_DOCUMENT"));
        assert!(document.contains(&format!("\"version\": \"{VERSION}\"")), "{document}");
    }

    #[test]
    fn a_pin_can_be_written_in_many_ways() {
        const KNOWN: &str = nd8::API.version;
        nd8::require_api!(version = KNOWN);
        nd8::require_api!(sha256 = "18177203", version = "1.1.0",);
        nd8::require_api!(version = concat!("1", ".1.0"), sha256 = SHA256,);
        nd8::require_api!(sha256 = nd8::API.sha256,);
    }
}
