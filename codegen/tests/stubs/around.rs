//! What is around generated code in the module that it is compiled in: the stubs, and what names the client.
//!
//! No module of the stubs: whoever compiles generated code puts this above it, and the client in a module below.

pub use self::client::*;
pub use nd8_stubs::*;
pub struct Operation {
    pub id: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub security: Security,
    pub idempotent: bool,
}
impl progenitor_client::ClientHooks<Context> for Client {}
