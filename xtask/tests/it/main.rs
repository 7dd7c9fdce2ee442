//! The commands as people and CI run them: the binary, on a copy of the repository, against servers on loopback.

mod accept;
mod compile;
mod diff;
mod interrupted;
mod pages;
mod probe;
mod reality;
mod refresh;
mod support;
mod walkthrough;
