//! A request of the probe.

use reqwest::Method;
use serde_json::Value;

/// Credential that a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    None,
    /// `Authorization: Api-Key …`.
    Key,
    /// `Api-Key: …`.
    KeyHeader,
    UnknownKey,
    /// `Authorization: Token …`.
    Session,
    UnknownSession,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// Segments below the base URL. An empty one at the end is the slash there.
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) auth: Auth,
    pub(crate) accept: &'static str,
    pub(crate) body: Option<(&'static str, String)>,
    pub(crate) sandbox_prefix: bool,
    pub(crate) expects_denial: bool,
    /// True if it may create or change something, which `Options::plan` announces.
    pub(crate) is_announced: bool,
}

impl Ask {
    /// Creates a request with the API key. The path is written as in the document, with ids in place of placeholders.
    pub(crate) fn new(method: Method, path: &[&str]) -> Ask {
        let mut path: Vec<String> = path.iter().map(|segment| (*segment).to_owned()).collect();
        path.push(String::new());
        Ask {
            method,
            path,
            query: Vec::new(),
            auth: Auth::Key,
            accept: "application/json",
            body: None,
            sandbox_prefix: false,
            expects_denial: false,
            is_announced: false,
        }
    }

    pub(crate) fn get(path: &[&str]) -> Ask {
        Ask::new(Method::GET, path)
    }

    pub(crate) fn post(path: &[&str], body: &Value) -> Ask {
        Ask::new(Method::POST, path).json(body)
    }

    pub(crate) fn query(mut self, name: &str, value: impl Into<String>) -> Ask {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn auth(self, auth: Auth) -> Ask {
        Ask { auth, ..self }
    }

    pub(crate) fn json(self, body: &Value) -> Ask {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn body(self, media_type: &'static str, body: String) -> Ask {
        Ask { body: Some((media_type, body)), ..self }
    }

    pub(crate) fn accept(self, accept: &'static str) -> Ask {
        Ask { accept, ..self }
    }

    /// Leaves the slash at the end of the path out.
    pub(crate) fn without_slash(mut self) -> Ask {
        self.path.pop();
        self
    }

    /// Takes a denial of the credential for a response like any other: it is what the request is about.
    pub(crate) fn expecting_denial(self) -> Ask {
        Ask { expects_denial: true, ..self }
    }

    /// Lets it succeed: what it creates or changes is announced.
    pub(crate) fn announced(self) -> Ask {
        Ask { is_announced: true, ..self }
    }

    /// Returns whether its success may have created something that was not announced.
    pub(crate) fn must_be_refused(&self) -> bool {
        !self.is_announced && self.method == Method::POST
    }

    /// Sends it to the paths that keys of production do not reach.
    pub(crate) fn under_sandbox_prefix(self) -> Ask {
        Ask { sandbox_prefix: true, ..self }
    }
}
