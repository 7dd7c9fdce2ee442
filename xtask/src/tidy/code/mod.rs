//! The modules of a crate, read from its sources with syn, and what a name in one of them refers to.
//!
//! Everything is read from syntax, without types: a method belongs to no module, and a name that a macro makes is unknown. That is
//! enough for rules about paths, and needs no build.

pub(super) mod boundaries;
pub(super) mod cycles;
pub(super) mod environment;
pub(super) mod floats;
mod mentions;
pub(super) mod module_docs;
mod names;
mod tree;

pub(super) use self::tree::Tree;

#[cfg(test)]
mod tests {
    use super::Tree;
    use crate::repository::Text;

    /// Reads one crate, whose root is the first file.
    pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
        let text = |(path, content): &(&str, &str)| Text {
            path: (*path).to_owned(),
            content: (*content).to_owned(),
        };
        let sources: Vec<Text> = files.iter().map(text).collect();
        Tree::read_all(&[files[0].0.to_owned()], &sources).expect("is Rust").swap_remove(0)
    }
}
