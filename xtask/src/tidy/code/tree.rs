//! The tree of modules that begins at a root file.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use quote::ToTokens as _;
use syn::{Item, ItemMod};

use super::mentions::{Found, Import, Mention, begins_with_test, text_of};
use crate::repository::Text;

/// A crate's modules; the first is its root.
#[derive(Debug)]
pub(in crate::tidy) struct Tree {
    pub(super) modules: Vec<Module>,
}

/// A module: a file, or a part of one between braces.
#[derive(Debug)]
pub(super) struct Module {
    /// The path from the root, which is `crate`.
    pub(super) path: Vec<String>,
    pub(super) file: String,
    pub(super) parent: Option<usize>,
    pub(super) children: BTreeMap<String, usize>,
    /// The names of what is defined here, modules excepted.
    pub(super) items: BTreeSet<String>,
    /// The values of constants that are texts.
    pub(super) texts: BTreeMap<String, String>,
    pub(super) imports: Vec<Import>,
    pub(super) mentions: Vec<Mention>,
}

impl Tree {
    /// Reads every crate: those whose roots are named, and each other file as a crate of its own.
    ///
    /// # Errors
    ///
    /// Fails if a file is not Rust.
    pub(in crate::tidy) fn read_all(roots: &[String], sources: &[Text]) -> Result<Vec<Self>> {
        let sources: BTreeMap<&str, &str> =
            sources.iter().map(|source| (&*source.path, &*source.content)).collect();
        let mut trees = Vec::new();
        let mut read: BTreeSet<String> = BTreeSet::new();
        // Not those of a root that another repository has, nor twice that of a test and an example.
        let others = sources.keys().map(|path| (*path).to_owned());
        for root in roots.iter().cloned().chain(others) {
            if sources.contains_key(&*root) && !read.contains(&root) {
                let tree = Self::read(&root, &sources)?;
                read.extend(tree.modules.iter().map(|module| module.file.clone()));
                trees.push(tree);
            }
        }
        Ok(trees)
    }

    fn read(root: &str, sources: &BTreeMap<&str, &str>) -> Result<Self> {
        let mut tree = Self { modules: Vec::new() };
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        tree.add_file(root, folder, vec!["crate".to_owned()], None, sources)?;
        Ok(tree)
    }

    fn add_file(
        &mut self,
        file: &str,
        folder: &str,
        path: Vec<String>,
        parent: Option<usize>,
        sources: &BTreeMap<&str, &str>,
    ) -> Result<usize> {
        let content = sources.get(file).with_context(|| format!("{file} is not there"))?;
        let items = match syn::parse_file(content) {
            Ok(parsed) => parsed.items,
            // `include!` takes expressions as well.
            Err(error) => {
                let expression: proc_macro2::TokenStream =
                    content.parse().ok().with_context(|| format!("{file}: {error}"))?;
                vec![Item::Verbatim(expression)]
            }
        };
        self.add(items, file, folder, path, parent, sources)
    }

    /// Adds a module and those in it. `folder` is where the files of its children are.
    fn add(
        &mut self,
        items: Vec<Item>,
        file: &str,
        folder: &str,
        path: Vec<String>,
        parent: Option<usize>,
        sources: &BTreeMap<&str, &str>,
    ) -> Result<usize> {
        let index = self.modules.len();
        let mut found = Found::default();
        let (mut names, mut texts, mut inner) = (BTreeSet::new(), BTreeMap::new(), Vec::new());
        for item in items {
            // Unit tests may name anything, so that they can feed a check the name that it must report.
            if begins_with_test(&item.to_token_stream()) {
                continue;
            }
            if let Item::Const(constant) = &item
                && let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &*constant.expr
            {
                texts.insert(constant.ident.to_string(), text.value());
            }
            names.extend(name(&item));
            match item {
                Item::Use(item) => found.add_use(&item),
                Item::Mod(module) => inner.push(module),
                item => found.add_tokens(item.into_token_stream()),
            }
        }
        let Found { mentions, imports } = found;
        let children = BTreeMap::new();
        let file = file.to_owned();
        self.modules.push(Module {
            path: path.clone(),
            file: file.clone(),
            parent,
            children,
            items: names,
            texts,
            imports,
            mentions,
        });
        for module in inner {
            let name = module.ident.to_string();
            let path = [&path[..], std::slice::from_ref(&name)].concat();
            let child = self.add_child(module, &name, &file, folder, path, index, sources)?;
            self.modules[index].children.extend(child.map(|child| (name, child)));
        }
        Ok(index)
    }

    #[expect(clippy::too_many_arguments, reason = "they are one recursion's state")]
    fn add_child(
        &mut self,
        module: ItemMod,
        name: &str,
        file: &str,
        folder: &str,
        path: Vec<String>,
        parent: usize,
        sources: &BTreeMap<&str, &str>,
    ) -> Result<Option<usize>> {
        let inner = format!("{folder}/{name}");
        let inner = inner.trim_start_matches('/');
        if let Some((_, items)) = module.content {
            return self.add(items, file, inner, path, Some(parent), sources).map(Some);
        }
        let own = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let stated = stated_path(&module).map(|stated| normal(&format!("{own}/{stated}")));
        // Both layouts are in use: `a.rs` for modules with little of their own, `a/mod.rs` for folders.
        let usual = [format!("{inner}.rs"), format!("{inner}/mod.rs")];
        let file = stated.iter().chain(&usual).find(|file| sources.contains_key(&***file));
        // What a build script writes is no file of the repository.
        file.map(|file| self.add_file(file, inner, path, Some(parent), sources)).transpose()
    }
}

/// Returns the file that `#[path = "…"]` names.
fn stated_path(module: &ItemMod) -> Option<String> {
    let attribute = module.attrs.iter().find(|attribute| attribute.path().is_ident("path"))?;
    let value = &attribute.meta.require_name_value().ok()?.value;
    let token = value.to_token_stream().into_iter().next()?;
    if let proc_macro2::TokenTree::Literal(literal) = token { text_of(&literal) } else { None }
}

/// Resolves `..` in a path.
fn normal(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            ".." => drop(segments.pop()),
            "" | "." => {}
            segment => segments.push(segment),
        }
    }
    segments.join("/")
}

/// Returns the name that an item defines.
fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
