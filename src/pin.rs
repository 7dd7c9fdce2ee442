//! The revision of the API that this crate is built from, and the assertion by which a dependent pins one.
//!
//! Everything here is evaluated while a dependent is compiled. `docs/pinning.md` describes the use.
//!
//! The hash is that of the published document alone, without the supplement and the overlay that this repository adds. So
//! anybody can compute it from the document that ND8 publishes, without this crate, and compare. A hash of everything that code
//! is generated from would change with corrections of this crate, and would not show whether ND8 has changed the API.

/// A revision of the API's OpenAPI document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Api {
    /// The document's `info.version`. It does not identify a revision: ND8 has published two contents as 1.1.0.
    pub version: &'static str,
    /// SHA-256 of the document as canonical JSON (RFC 8785), in lower-case hexadecimal. Layout and the order of keys do not
    /// change it; every word does. The operations that this crate adds from the product guides are not part of it.
    pub sha256: &'static str,
    /// The day on which the document was retrieved, as `YYYY-MM-DD`; unknown for a document that `ND8_OPENAPI` names,
    /// unless it is the same.
    pub retrieved: Option<&'static str>,
    /// Number of operations that the document describes.
    pub operations: usize,
    /// The version of this crate, with the version of the API that it is released for behind the plus.
    pub crate_version: &'static str,
}

/// The revision that this crate is built from: that of the document which `ND8_OPENAPI` names, if it is set.
///
/// ```
/// println!("nd8 is built for version {} of the API", nd8::API.version);
/// assert_eq!(nd8::API.sha256.len(), 64);
/// ```
pub const API: Api = built();

/// The revision of the checked-in document, including the day on which it was retrieved, which the document does not contain.
const LOCKED: Api = Api::new(include!("raw/snapshot/api.rs"));

#[cfg(feature = "codegen")]
const fn built() -> Api {
    let built = Api::new(include!(concat!(env!("OUT_DIR"), "/api.rs")));
    if is_same(built.sha256.as_bytes(), LOCKED.sha256.as_bytes()) { LOCKED } else { built }
}

#[cfg(not(feature = "codegen"))]
const fn built() -> Api {
    LOCKED
}

/// Fails the compilation of the crate that calls it, unless [`API`] is the revision that it names.
///
/// It takes the version, at least eight digits of the hash, or both: `require_api!(version = "…", sha256 = "…")`. It adds no
/// code to the program.
#[doc = include_str!("../docs/pinning.md")]
#[allow(clippy::needless_doctest_main, reason = "a build script has one")]
#[macro_export]
macro_rules! require_api {
    (@ $version:expr, $sha256:expr) => {
        const _: () = {
            const PROBLEM: ::core::option::Option<$crate::__pin::Message> =
                $crate::__pin::problem(&$crate::API, $version, $sha256);
            if let ::core::option::Option::Some(problem) = &PROBLEM {
                ::core::panic!("{}", problem.as_str())
            }
        };
    };
    (version = $version:expr $(,)?) => {
        $crate::require_api!(@ ::core::option::Option::Some($version), ::core::option::Option::None);
    };
    (sha256 = $sha256:expr $(,)?) => {
        $crate::require_api!(@ ::core::option::Option::None, ::core::option::Option::Some($sha256));
    };
    (version = $version:expr, sha256 = $sha256:expr $(,)?) => {
        $crate::require_api!(@ ::core::option::Option::Some($version), ::core::option::Option::Some($sha256));
    };
    (sha256 = $sha256:expr, version = $version:expr $(,)?) => {
        $crate::require_api!(version = $version, sha256 = $sha256);
    };
    ($($other:tt)*) => {
        ::core::compile_error!("`require_api!` takes `version = \"…\"`, `sha256 = \"…\"`, or both");
    };
}

impl Api {
    const fn new(
        (version, sha256, retrieved, operations): (&'static str, &'static str, Option<&'static str>, usize),
    ) -> Self {
        Self { version, sha256, retrieved, operations, crate_version: env!("CARGO_PKG_VERSION") }
    }

    /// Returns the document that this crate is built from, byte for byte: JSON, or YAML where `ND8_OPENAPI` names a YAML file.
    ///
    /// It is in the program only where this is called. Build scripts of dependents read the same file, whose path is in
    /// `DEP_ND8_API_DOCUMENT`, without this feature.
    ///
    /// ```
    /// let document: serde_json::Value = serde_json::from_slice(nd8::API.document())?;
    /// assert_eq!(document["info"]["version"], nd8::API.version);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[cfg(feature = "document")]
    pub const fn document(&self) -> &'static [u8] {
        include_bytes!(env!("ND8_API_DOCUMENT"))
    }
}

/// Least length of a prefix: a shorter one may match another document by chance.
const LEAST_DIGITS: usize = 8;
/// A SHA-256 in hexadecimal.
const MOST_DIGITS: usize = 64;

/// Returns the reason why a pin does not match, if it does not.
pub const fn problem(api: &Api, version: Option<&str>, sha256: Option<&str>) -> Option<Message> {
    if let Some(prefix) = sha256 {
        if prefix.len() < LEAST_DIGITS || prefix.len() > MOST_DIGITS {
            let message =
                Message::new().and("`sha256` takes 8 to 64 hexadecimal digits, found `").and(prefix);
            return Some(message.and("`"));
        }
        if !is_hexadecimal(prefix.as_bytes()) {
            let message = Message::new().and("`sha256` takes hexadecimal digits, found `").and(prefix);
            return Some(message.and("`"));
        }
    }
    let version_holds = match version {
        Some(version) => is_same(version.as_bytes(), api.version.as_bytes()),
        None => true,
    };
    let hash_holds = match sha256 {
        Some(prefix) => begins_with(api.sha256.as_bytes(), prefix.as_bytes()),
        None => true,
    };
    if version_holds && hash_holds {
        return None;
    }
    let mut message = Message::new()
        .and("nd8 is built from another revision of the API than this crate is pinned to\n")
        .and("   found: version ")
        .and(api.version)
        .and(", sha256 ")
        .and(api.sha256)
        .and("\n  wanted: ");
    if let Some(version) = version {
        message = message.and("version ").and(version);
    }
    if let Some(prefix) = sha256 {
        message = message.and(if version.is_some() { ", sha256 " } else { "sha256 " }).and(prefix);
    }
    Some(message)
}

const fn is_hexadecimal(digits: &[u8]) -> bool {
    let mut index = 0;
    while index < digits.len() {
        if !digits[index].is_ascii_hexdigit() {
            return false;
        }
        index += 1;
    }
    true
}

/// Compares texts: `==` for texts is not `const`.
const fn is_same(left: &[u8], right: &[u8]) -> bool {
    let mut index = 0;
    while index < left.len() && index < right.len() && left[index] == right[index] {
        index += 1;
    }
    index == left.len() && index == right.len()
}

/// Returns whether hexadecimal digits begin with others, in upper or lower case.
const fn begins_with(digits: &[u8], prefix: &[u8]) -> bool {
    let mut index = 0;
    while index < digits.len() && index < prefix.len() && digits[index].eq_ignore_ascii_case(&prefix[index]) {
        index += 1;
    }
    index == prefix.len()
}

/// A text that is assembled at compile time, where `format!` is not available. Text beyond its capacity is cut off.
#[derive(Debug)]
pub struct Message {
    bytes: [u8; Self::CAPACITY],
    length: usize,
}

impl Message {
    const CAPACITY: usize = 512;

    const fn new() -> Self {
        Self { bytes: [0; Self::CAPACITY], length: 0 }
    }

    const fn and(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.length < Self::CAPACITY {
            self.bytes[self.length] = text[index];
            self.length += 1;
            index += 1;
        }
        self
    }

    /// Returns the text.
    pub const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            // A character was cut in two at the end.
            Err(error) => match std::str::from_utf8(text.split_at(error.valid_up_to()).0) {
                Ok(text) => text,
                Err(_) => "",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{API, Api, LOCKED, Message, problem};

    #[test]
    fn the_revision_is_the_one_that_is_checked_in() {
        if option_env!("ND8_OPENAPI").is_none() {
            assert_eq!(API, LOCKED);
            assert!(API.retrieved.is_some());
        }
    }

    #[cfg(feature = "document")]
    #[test]
    fn the_document_is_the_one_that_is_checked_in() {
        if option_env!("ND8_OPENAPI").is_none() {
            assert_eq!(API.document(), include_bytes!("../openapi/nd8.json"));
        }
    }

    const ONE: Api = Api {
        version: "1.1.0",
        sha256: "18177203dd2360d4ccb46bb6745704c388e4adbcb395f7499f15393e182213b8",
        retrieved: None,
        operations: 15,
        crate_version: "0.1.0+api.1.1.0",
    };

    fn text(version: Option<&str>, sha256: Option<&str>) -> Option<String> {
        problem(&ONE, version, sha256).map(|message| message.as_str().to_owned())
    }

    #[test]
    fn what_is_the_same_holds() {
        for sha256 in [None, Some("18177203"), Some("18177203DD"), Some(ONE.sha256)] {
            assert_eq!(text(Some("1.1.0"), sha256), None);
            assert_eq!(text(None, sha256), None);
        }
    }

    #[test]
    fn what_differs_names_found_and_wanted() {
        for (version, sha256, wanted) in [
            (Some("1.1"), None, "version 1.1"),
            (Some("1.1.0-a"), None, "version 1.1.0-a"),
            (None, Some("79661d48"), "sha256 79661d48"),
            (Some("1.1.0"), Some("79661d48"), "version 1.1.0, sha256 79661d48"),
        ] {
            let text = text(version, sha256).expect("does not hold");
            assert!(text.contains(&format!("found: version 1.1.0, sha256 {}", ONE.sha256)), "{text}");
            assert!(text.ends_with(&format!("wanted: {wanted}")), "{text}");
        }
    }

    #[test]
    fn a_prefix_that_pins_nothing_is_refused() {
        let too_long = format!("{}0", ONE.sha256);
        for bad in ["", "79661d4", "79661d4g", "79661d4 ", "ééééé", &too_long] {
            let text = text(Some("1.1.0"), Some(bad)).expect("is refused");
            assert!(text.starts_with("`sha256` takes") && text.contains(bad), "{text}");
        }
    }

    #[test]
    fn a_message_is_cut_between_characters() {
        let long = "é".repeat(Message::CAPACITY);
        let message = Message::new().and("x").and(&long);
        assert_eq!(message.as_str().len(), Message::CAPACITY - 1);
    }
}
