//! Imports between files form no cycles that a reader has to hold in mind at once.
//!
//! A file depends on those that define what its code names. A re-export is followed to the definition, so a facade depends
//! on nothing by re-exporting it, and who uses the facade depends on the file behind it.

use std::collections::{BTreeMap, BTreeSet};

use super::Tree;

/// The most files of one cycle.
const MOST_FILES: usize = 3;

/// The name by which one file depends on another.
type Edges<'a> = BTreeMap<&'a str, BTreeMap<&'a str, String>>;

/// Reports every cycle of a crate that is too large, or reaches into another folder, with its first file.
pub(in crate::tidy) fn check(tree: &Tree) -> Vec<(String, String)> {
    let edges = edges(tree);
    let folders: BTreeMap<&str, &str> = edges.keys().map(|file| (*file, folder(file, &edges))).collect();
    let violations = cycles(&edges).into_iter().filter_map(|cycle| {
        let folders: BTreeSet<&str> = cycle.iter().map(|file| folders[file]).collect();
        let reason = match (cycle.len() > MOST_FILES, folders.len() > 1) {
            (true, _) => format!("of {} files, more than {MOST_FILES}", cycle.len()),
            (false, true) => format!("across {} folders", folders.len()),
            (false, false) => return None,
        };
        Some((cycle[0].to_owned(), describe(&cycle, &edges, &reason)))
    });
    violations.collect()
}

fn edges(tree: &Tree) -> Edges<'_> {
    let mut edges: Edges<'_> = BTreeMap::new();
    for (index, module) in tree.modules.iter().enumerate() {
        let imports = module.imports.iter().filter(|import| !import.is_reexport).map(|import| &import.path);
        let named = module.mentions.iter().map(|mention| &mention.path).chain(imports);
        let from = edges.entry(&module.file).or_default();
        for path in named {
            // A glob depends on what is named of it, which its mentions show.
            if path.last().is_some_and(|last| last == "*") {
                continue;
            }
            let name = tree.resolve(index, path);
            // A module's name is the way to what is in it: `use crate::a;` depends on what `a::A` is.
            let target = name.module.map(|target| &tree.modules[target]).filter(|it| it.path != name.path);
            if let Some(target) = target.filter(|target| target.file != module.file) {
                from.entry(&*target.file).or_insert_with(|| name.path.join("::"));
            }
        }
    }
    edges
}

/// Returns the sets of more than one file of which each reaches each.
fn cycles<'a>(edges: &Edges<'a>) -> Vec<Vec<&'a str>> {
    // Quadratic, which is nothing for the hundred files of a crate, and shorter than Tarjan's algorithm.
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        edges.keys().map(|from| (*from, reachable(from, edges))).collect();
    let mut seen = BTreeSet::new();
    let mut cycles = Vec::new();
    for (from, reached) in &reach {
        if reached.contains(from) && !seen.contains(from) {
            let cycle: Vec<&str> = reached.iter().filter(|to| reach[*to].contains(from)).copied().collect();
            seen.extend(cycle.iter().copied());
            cycles.push(cycle);
        }
    }
    cycles
}

fn reachable<'a>(from: &str, edges: &Edges<'a>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = edges[from].keys().copied().collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(edges[next].keys());
        }
    }
    reached
}

/// Returns the folder of a module: of `a.rs`, that of its children if it has any.
fn folder<'a>(file: &'a str, edges: &Edges<'_>) -> &'a str {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let children = format!("{stem}/");
    match edges.keys().any(|other| other.starts_with(&children)) {
        true => stem,
        false => file.rsplit_once('/').map_or("", |(folder, _)| folder),
    }
}

fn describe(cycle: &[&str], edges: &Edges<'_>, reason: &str) -> String {
    let mut text = format!("an import cycle {reason}:");
    for from in cycle {
        for (to, name) in edges[from].iter().filter(|(to, _)| cycle.contains(to)) {
            text.push_str(&format!("\n        {from} -> {to} ({name})"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree;
    use super::Tree;

    fn check(tree: &Tree) -> Vec<String> {
        super::check(tree).into_iter().map(|(_, violation)| violation).collect()
    }

    #[test]
    fn a_cycle_of_four_files_is_reported_and_one_of_three_is_not() {
        let of = |last: &str| {
            tree(&[
                ("src/lib.rs", "mod a; mod b; mod c; mod d; pub use a::A;"),
                ("src/a.rs", "use crate::{b::{B}}; pub struct A(B);"),
                ("src/b.rs", "pub struct B(super::c::C);"),
                ("src/c.rs", last),
                ("src/d.rs", "pub struct D(crate::A);"),
            ])
        };
        // Through the macro's argument, and through the re-export of the root.
        let found = check(&of("pub struct C; fn f() { println!(\"{}\", crate::d::D) }"));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("an import cycle of 4 files, more than 3:\n"), "{found:?}");
        assert!(found[0].contains("src/d.rs -> src/a.rs (crate::a::A)"), "{found:?}");
        assert_eq!(check(&of("pub struct C(crate::A);")), [] as [&str; 0]);
    }

    #[test]
    fn a_cycle_across_folders_is_reported() {
        let files = [
            ("src/lib.rs", "mod a; mod b;"),
            ("src/a/mod.rs", "mod inner;\npub use inner::A;"),
            ("src/a/inner.rs", "use crate::b::*; pub struct A(B);"),
            ("src/b.rs", "pub struct B(super::a::A);"),
        ];
        let found = check(&tree(&files));
        assert!(found.len() == 1 && found[0].starts_with("an import cycle across 2 folders:\n"), "{found:?}");
        let of_a_parent = [
            ("src/lib.rs", "mod a;"),
            ("src/a.rs", "mod b; use b::B; pub struct A(B);"),
            ("src/a/b.rs", "pub struct B(super::A);"),
        ];
        assert_eq!(check(&tree(&of_a_parent)), [] as [&str; 0], "`a.rs` and `a/` are one folder");
    }

    #[test]
    fn a_facade_depends_on_nothing() {
        let files = [
            ("src/lib.rs", "mod a; mod b; mod c; mod d; pub use {a::A, b::B, c::C, d::D}; pub struct Root;"),
            ("src/a.rs", "pub struct A(crate::Root);"),
            ("src/b.rs", "pub struct B(crate::A);"),
            ("src/c.rs", "pub struct C(crate::B);"),
            ("src/d.rs", "pub struct D(crate::C);"),
        ];
        assert_eq!(check(&tree(&files)), [] as [&str; 0]);
    }
}
