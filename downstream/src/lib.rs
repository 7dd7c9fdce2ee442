//! A crate that depends on nd8 as its users do: without code generation, from outside, with public items only.
//!
//! `tests/compile/` has the misuses that are compile errors, each with the error that a user sees.
