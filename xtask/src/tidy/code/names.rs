//! What a path in a module refers to, through `crate`, `self`, `super`, imports, renames, re-exports and globs.

use super::tree::Tree;

/// Imports may refer to each other in a circle, which only rustc has to report.
const MOST_STEPS: usize = 32;

/// What a path refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The whole path, without renames: `crate::…` of this crate, else that of another one.
    pub(super) path: Vec<String>,
    /// The module of this crate that it is, or that defines it.
    pub(super) module: Option<usize>,
}

impl Tree {
    /// Resolves a path that a module contains.
    pub(super) fn resolve(&self, module: usize, path: &[String]) -> Name {
        self.resolve_within(module, path, MOST_STEPS)
    }

    fn resolve_within(&self, module: usize, path: &[String], steps: usize) -> Name {
        let external = |path: &[String]| Name { path: path.to_vec(), module: None };
        let (Some((first, rest)), Some(steps)) = (path.split_first(), steps.checked_sub(1)) else {
            return external(path);
        };
        match first.as_str() {
            "" => external(rest),
            "crate" => self.descend(0, rest, steps),
            "self" => self.descend(module, rest, steps),
            "super" => self.descend(self.modules[module].parent.unwrap_or(module), rest, steps),
            // A module alone is no value: a name without more is a variable that is called like it.
            name if rest.is_empty() && self.modules[module].children.contains_key(name) => external(path),
            _ => self.lookup(module, path, steps).unwrap_or_else(|| external(path)),
        }
    }

    /// Follows the segments behind a module of this crate.
    fn descend(&self, module: usize, rest: &[String], steps: usize) -> Name {
        match rest.split_first() {
            None => Name { path: self.modules[module].path.clone(), module: Some(module) },
            Some((first, rest)) if first == "super" => {
                self.descend(self.modules[module].parent.unwrap_or(module), rest, steps)
            }
            Some(_) => self.lookup(module, rest, steps).unwrap_or_else(|| {
                let path = [&self.modules[module].path[..], rest].concat();
                Name { path, module: Some(module) }
            }),
        }
    }

    /// Looks up a path whose first segment is a child, an item or an import of a module.
    fn lookup(&self, module: usize, path: &[String], steps: usize) -> Option<Name> {
        let steps = steps.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        let it = &self.modules[module];
        // rustc takes modules, items and imports before what a glob brings into scope.
        if let Some(child) = it.children.get(first) {
            return Some(self.descend(*child, rest, steps));
        }
        if it.items.contains(first) {
            return Some(Name { path: [&it.path[..], path].concat(), module: Some(module) });
        }
        // An import of the same path would lead here again: `use json::json;`.
        if let Some(import) = it.imports.iter().find(|import| import.name == *first && import.path != path) {
            return Some(self.resolve_within(module, &[&import.path[..], rest].concat(), steps));
        }
        let globs = it.imports.iter().filter(|import| import.name == "*");
        globs.into_iter().find_map(|import| {
            let (_, folder) = import.path.split_last()?;
            let target = self.resolve_glob(module, folder, steps)?;
            // From its parent, a module sees the private names as well; they are its own all the same.
            (target != module).then(|| self.lookup(target, path, steps)).flatten()
        })
    }

    fn resolve_glob(&self, module: usize, folder: &[String], steps: usize) -> Option<usize> {
        // `use child::*` names the module itself, which `resolve` takes for a variable.
        let written = match folder {
            [only] if self.modules[module].children.contains_key(only) => {
                ["self", only].map(str::to_owned).to_vec()
            }
            folder => folder.to_vec(),
        };
        let name = self.resolve_within(module, &written, steps);
        name.module.filter(|target| self.modules[*target].path == name.path)
    }
}
