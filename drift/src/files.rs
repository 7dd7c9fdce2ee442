//! Files that a document refers to: which they are, and where a reference from one to another leads.
//!
//! A path is that of a file below the root, with `/` between its steps. No file is read here: the caller loads them.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::Source;
use openapi_source::tree::{NodeId, Tree};
use percent_encoding::percent_decode_str;

use crate::context::{Context, contexts};

/// Number of files that a document may consist of.
const MOST_FILES: usize = 1000;

/// Files of a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    /// Path of the document itself, if files can be loaded at all.
    own: Option<String>,
    /// From a path to the root of the file.
    roots: BTreeMap<String, NodeId>,
    /// From the root of a file to its path.
    paths: BTreeMap<NodeId, String>,
    /// Why files were not loaded, by path.
    failed: BTreeMap<String, String>,
}

impl Files {
    /// Loads all files that the document refers to, and those that they refer to.
    pub(crate) fn load(
        source: &mut Source,
        path: &str,
        load: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
    ) -> Self {
        let own = join("", path).unwrap_or_else(|_| path.to_owned());
        // Files are named as the document is, from the root on.
        let before = source.name().strip_suffix(path).unwrap_or_default().to_owned();
        let mut files = Self { own: Some(own.clone()), ..Self::default() };
        files.add(own, NodeId::ROOT);
        let mut scanned = 0;
        // A file may refer to others, which are only known once it was read.
        while scanned < source.tree().len() {
            let wanted = files.wanted(source.tree(), scanned);
            scanned = source.tree().len();
            for path in wanted {
                if files.roots.len() >= MOST_FILES {
                    let reason = format!("the document has more than {MOST_FILES} files");
                    files.failed.insert(path, reason);
                    continue;
                }
                let loaded = load(&path).and_then(|content| {
                    source.append(format!("{before}{path}"), content).map_err(|error| error.to_string())
                });
                match loaded {
                    Ok(root) => files.add(path, root),
                    Err(reason) => drop(files.failed.insert(path, reason)),
                }
            }
        }
        files
    }

    /// Returns the roots of all files that were loaded.
    pub(crate) fn roots(&self) -> impl Iterator<Item = NodeId> {
        self.paths.keys().copied()
    }

    fn add(&mut self, path: String, root: NodeId) {
        self.paths.insert(root, path.clone());
        self.roots.insert(path, root);
    }

    /// Returns the files that nodes from a number on refer to and that were not looked for yet.
    fn wanted(&self, tree: &Tree, first: usize) -> BTreeSet<String> {
        let contexts = contexts(tree, first);
        let nodes = tree.nodes().skip(first).zip(contexts).filter(|(_, context)| *context != Context::Data);
        let references = nodes.filter_map(|(node, _)| Some((node, tree.string(tree.get(node, "$ref")?)?)));
        let paths = references.filter_map(|(node, reference)| {
            let (path, _) = split(reference);
            join(self.path(tree.root(node)), path).ok().filter(|_| !path.is_empty())
        });
        paths.filter(|path| !self.roots.contains_key(path) && !self.failed.contains_key(path)).collect()
    }

    /// Returns the path of the file with a root; of a document without files, none.
    pub(crate) fn path(&self, root: NodeId) -> &str {
        self.paths.get(&root).map_or("", String::as_str)
    }

    /// Returns the root of the file with a path.
    pub(crate) fn root(&self, path: &str) -> Option<NodeId> {
        if path.is_empty() { Some(NodeId::ROOT) } else { self.roots.get(path).copied() }
    }

    /// Returns the root of the file that a reference leads to from the file with a path.
    ///
    /// # Errors
    ///
    /// Fails with the reason in words, as in "leads out of the document".
    pub(crate) fn follow(&self, from: &str, reference: &str) -> Result<NodeId, String> {
        let (path, _) = split(reference);
        if path.is_empty() {
            return self.root(from).ok_or_else(|| "leads out of the document".to_owned());
        }
        if self.own.is_none() && is_below(path) {
            return Err("leads out of the document".to_owned());
        }
        let path = join(from, path)?;
        match self.roots.get(&path) {
            Some(root) => Ok(*root),
            None => match self.failed.get(&path) {
                Some(reason) => Err(format!("was not loaded: {reason}")),
                None => Err("leads out of the document".to_owned()),
            },
        }
    }
}

/// Splits a reference into the path of a file and the fragment within it.
pub(crate) fn split(reference: &str) -> (&str, &str) {
    reference.split_once('#').unwrap_or((reference, ""))
}

/// Returns whether a path is one of a file, and not an absolute one.
fn is_below(path: &str) -> bool {
    let scheme = path.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme =
        |scheme: &str| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    !(scheme.is_some_and(is_scheme) || path.starts_with(['/', '\\']))
}

/// Returns the path that a reference from one file leads to.
fn join(from: &str, reference: &str) -> Result<String, String> {
    if reference.contains("://") || reference.starts_with("//") {
        return Err("is a URL, which is never fetched".to_owned());
    }
    let decoded = percent_decode_str(reference).decode_utf8();
    let decoded = decoded.map_err(|_| "is not UTF-8 once it is decoded".to_owned())?;
    if !is_below(&decoded) || decoded.contains(['\\', '\0']) {
        return Err("is no path below the root: it is absolute, or has a backslash".to_owned());
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in decoded.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop().ok_or("leads out of the root")?),
            step => steps.push(step),
        }
    }
    Ok(steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_stay_below_the_root() {
        for (from, reference, expected) in [
            ("api.yaml", "schemas/A.yaml", Ok("schemas/A.yaml")),
            ("v1/api.yaml", "../common/./A.yaml", Ok("common/A.yaml")),
            ("v1/api.yaml", "A%20B.yaml", Ok("v1/A B.yaml")),
            ("api.yaml", "../A.yaml", Err("leads out of the root")),
            ("v1/api.yaml", "..%2f../A.yaml", Err("leads out of the root")),
            ("api.yaml", "https://example.com/A.yaml", Err("is a URL")),
            ("api.yaml", "//example.com/A.yaml", Err("is a URL")),
            ("api.yaml", "/etc/passwd", Err("is no path below the root")),
            ("api.yaml", "%2Fetc/passwd", Err("is no path below the root")),
            ("api.yaml", "file:/etc/passwd", Err("is no path below the root")),
            ("api.yaml", "C:\\A.yaml", Err("is no path below the root")),
            ("api.yaml", "a\\..\\..\\A.yaml", Err("is no path below the root")),
            ("api.yaml", "%ff", Err("is not UTF-8")),
        ] {
            match (join(from, reference), expected) {
                (Ok(path), Ok(expected)) => assert_eq!(path, expected),
                (Err(reason), Err(expected)) => {
                    assert!(reason.starts_with(expected), "{reference}: {reason}")
                }
                (found, _) => panic!("{reference}: {found:?}"),
            }
        }
    }
}
