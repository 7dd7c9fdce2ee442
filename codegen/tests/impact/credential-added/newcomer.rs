//! Names the new credential.

#![allow(unused)]

use nd8::raw::Client;
use nd8::raw::types::*;

fn is_token(operation: &nd8::raw::Operation) -> bool {
    operation.security == nd8::raw::Security::Token
}

fn main() {}
