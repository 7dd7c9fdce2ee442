//! The operation table: what the generated code can be asked about each call, foremost which credential it takes.
//!
//! progenitor ignores `security` (progenitor#420), so it becomes data that the hook in front of every request reads.

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::operation::places;
use crate::pointer::Pointer;
use crate::profile::Profile;
use crate::schema;

/// One line of the operation table.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// The name of the credential, or none where no credential is needed.
    pub(crate) credential: Option<String>,
}

impl Operation {
    /// Whether repeating the call changes nothing (RFC 9110, section 9.2.2).
    fn is_idempotent(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE")
    }
}

/// Reads the table, ordered by operation id.
pub(crate) fn operations(tree: &Tree, profile: &Profile) -> Result<Vec<Operation>, Error> {
    let schemes = Pointer::root().join(["components", "securitySchemes"]);
    for entry in &profile.security {
        if tree.root.pointer(schemes.child(&entry.scheme).as_str()).is_none() {
            return Err(tree.error(schemes, Problem::StaleName(entry.scheme.clone())));
        }
    }
    let name = |scheme: String| match profile.security.iter().find(|entry| entry.scheme == scheme) {
        Some(entry) => entry.name.clone(),
        None => scheme.to_upper_camel_case(),
    };
    let root_level = tree.root.get("security");
    let mut table = Vec::new();
    for place in places(&tree.root) {
        let operation = place.get(&tree.root);
        let (requirement, at) = match operation.get("security") {
            Some(own) => (Some(own), place.pointer().child("security")),
            None => (root_level, Pointer::root().child("security")),
        };
        table.push(Operation {
            id: operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_snake_case(),
            method: place.method.to_uppercase(),
            path: place.path.clone(),
            credential: scheme(tree, requirement, &at)?.map(name),
        });
    }
    table.sort();
    Ok(table)
}

/// The one scheme of a requirement. Alternatives and combinations have no form in the table: refusing them beats
/// choosing one of them for the caller.
fn scheme(tree: &Tree, requirement: Option<&Value>, at: &Pointer) -> Result<Option<String>, Error> {
    let alternatives = requirement.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let [one] = alternatives else {
        return match alternatives {
            [] => Ok(None),
            _ => Err(tree.error(at.clone(), Problem::Unsupported("alternative credentials".into()))),
        };
    };
    let mut names = schema::object(Some(one)).map(|(name, _)| name);
    match (names.next(), names.next()) {
        (None, _) => Ok(None),
        (Some(name), None) => {
            let declared = Pointer::root().join(["components", "securitySchemes", name]);
            match tree.root.pointer(declared.as_str()) {
                Some(_) => Ok(Some(name.to_owned())),
                None => Err(tree.error(at.child(0), Problem::UnknownSecurityScheme(name.to_owned()))),
            }
        }
        (Some(_), Some(_)) => {
            Err(tree.error(at.child(0), Problem::Unsupported("several credentials at once".into())))
        }
    }
}

/// The table as Rust: an enum of the schemes, and the operations by id.
pub(crate) fn to_tokens(table: &[Operation], version: &str, support: &syn::Path) -> TokenStream {
    let mut credentials: Vec<&str> =
        table.iter().filter_map(|operation| operation.credential.as_deref()).collect();
    credentials.sort_unstable();
    credentials.dedup();
    let variants = credentials.iter().map(|name| Ident::new(name, Span::call_site()));
    let docs = credentials.iter().map(|name| format!("The credential `{name}`."));
    let rows = table.iter().map(|operation| {
        let Operation { id, method, path, .. } = operation;
        let security = Ident::new(operation.credential.as_deref().unwrap_or("None"), Span::call_site());
        let idempotent = operation.is_idempotent();
        quote! {
            #support::Operation {
                id: #id,
                method: #method,
                path: #path,
                security: Security::#security,
                idempotent: #idempotent,
            }
        }
    });
    quote! {
        /// The `info.version` of the OpenAPI document.
        pub const API_VERSION: &str = #version;

        /// The credential that an operation takes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Security {
            /// None: the operation is open to anybody.
            None,
            #(
                #[doc = #docs]
                #variants,
            )*
        }

        /// Every operation of the documents, ordered by id.
        pub static OPERATIONS: &[#support::Operation] = &[#(#rows),*];
    }
}
