//! Operation table: what the generated code can be asked about each call, foremost which credential it takes.
//!
//! progenitor ignores `security` (progenitor#420), so it becomes data that the hook in front of every request reads.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// One line of the operation table.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Name of the credential, or none where no credential is needed.
    pub(crate) credential: Option<String>,
}

impl Operation {
    /// Returns whether repeating the call changes nothing (RFC 9110, section 9.2.2).
    fn is_idempotent(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE")
    }
}

/// Returns the table as Rust: an enum of the schemes, and the operations by id.
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
