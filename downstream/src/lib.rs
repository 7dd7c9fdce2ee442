//! A crate that depends on nd8 as its users do: without code generation, from outside, with public items only.
//!
//! Its tests show what does not compile for them.
