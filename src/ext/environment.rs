//! Environments of ND8, production and sandbox, and their base URLs.

use std::fmt;
use std::str::FromStr;

use super::Error;

/// One of ND8's environments, each with its own keys.
///
/// Anything else, such as a local sandbox, is reached with [`Builder::base_url`](crate::Builder::base_url).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Environment {
    /// ND8's sandbox, where no money moves. The default, so that a program that forgets to choose does no harm.
    #[default]
    Sandbox,
    /// Production. Its address is **inferred**: neither the reference nor the guides print it. Compare it with the address
    /// that ND8 gave you, and set another with [`Builder::base_url`](crate::Builder::base_url) if they differ.
    Production,
}

impl Environment {
    /// Returns the base URL, without a slash at the end.
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

    fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

/// Reads `sandbox` or `production`, in any case, as in the environment variable `ND8_ENVIRONMENT`.
///
/// ```
/// use nd8::Environment;
///
/// assert_eq!("production".parse::<Environment>()?, Environment::Production);
/// assert_eq!(Environment::Sandbox.to_string(), "sandbox");
/// assert!("prod".parse::<Environment>().unwrap_err().is_configuration());
/// # Ok::<(), nd8::Error>(())
/// ```
impl FromStr for Environment {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        [Self::Sandbox, Self::Production]
            .into_iter()
            .find(|environment| name.eq_ignore_ascii_case(environment.name()))
            .ok_or_else(|| {
                // Never echo the input: it may be a secret in the wrong variable.
                Error::configuration_problem("the environment is unknown: expected `sandbox` or `production`")
            })
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Environment::{self, Production, Sandbox};

    #[test]
    fn an_environment_is_read_by_its_name_and_no_other() {
        for (name, expected) in [
            ("sandbox", Some(Sandbox)),
            ("production", Some(Production)),
            ("Production", Some(Production)),
            ("SANDBOX", Some(Sandbox)),
            ("", None),
            ("prod", None),
            ("live", None),
            ("sandbox ", None),
            ("production\n", None),
            ("https://api.nd8.com/api", None),
        ] {
            let read = name.parse::<Environment>();
            assert_eq!(read.as_ref().ok(), expected.as_ref(), "{name:?}");
            if let Err(error) = read {
                assert!(error.is_configuration() && !error.to_string().contains("live"), "{error}");
            }
        }
        for environment in [Sandbox, Production] {
            assert_eq!(environment.to_string().parse::<Environment>().ok(), Some(environment));
        }
    }
}
