//! Which ND8 a client talks to.

/// One of ND8's environments, each with its own keys.
///
/// Anything else, such as a local sandbox, is reached with [`Builder::base_url`](crate::Builder::base_url).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Environment {
    /// ND8's sandbox, where no money moves. The default, so that a program that forgets to choose does no harm.
    #[default]
    Sandbox,
    /// Production. Its address is **inferred**: neither the reference nor the guides print it. Compare it with what ND8
    /// told you, and set another with [`Builder::base_url`](crate::Builder::base_url) if they differ.
    Production,
}

impl Environment {
    /// The base URL, without a slash at the end.
    ///
    /// # Example: where the sandbox is
    ///
    /// ```
    /// use nd8::Environment;
    ///
    /// assert_eq!(Environment::Sandbox.base_url(), "https://api.sandbox.nd8.com/api");
    /// ```
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Sandbox => "https://api.sandbox.nd8.com/api",
            Self::Production => "https://api.nd8.com/api",
        }
    }
}
