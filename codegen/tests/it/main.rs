//! Tests of the generator from outside. Most are cases in `tests/cases/`: a case more takes no code.

mod case;
mod compiler;
mod difference;
mod golden;
mod impact;
mod invariance;
mod random;
mod revisions;
