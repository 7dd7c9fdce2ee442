//! Public items of generated code as values that can be compared.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, Fields, File, FnArg, ImplItem, ImplItemFn, Item, ItemImpl, Lit, Pat, ReceiverKind,
    ReturnType, Token, Type, UseTree, parse::Parser, punctuated::Punctuated,
};

use super::canonical;
use super::reason::What;
use crate::surface::{is_public, tight};

/// Everything that callers can name, and what it does.
#[derive(Debug, Default)]
pub(super) struct Surface {
    pub(super) definitions: BTreeMap<String, Definition>,
    /// By trait and owner, as in `Clone for types::Payment`.
    pub(super) implementations: BTreeMap<String, Implementation>,
    /// By owner and name, as in `Client::get_payment`.
    pub(super) methods: BTreeMap<String, Method>,
    /// Operation table: by operation id, the row's fields.
    pub(super) operations: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug)]
pub(super) struct Definition {
    pub(super) docs: String,
    pub(super) shape: Shape,
}

#[derive(Debug)]
pub(super) enum Shape {
    Module,
    Struct(Struct),
    Enum(Enum),
    Constant { ty: String, value: String },
    Static { ty: String },
    Reexport { path: String },
}

impl Shape {
    pub(super) fn what(&self) -> What {
        match self {
            Self::Module => What::Module,
            Self::Struct(_) => What::Struct,
            Self::Enum(_) => What::Enum,
            Self::Constant { .. } => What::Constant,
            Self::Static { .. } => What::Static,
            Self::Reexport { .. } => What::Reexport,
        }
    }

    /// Returns the word in front of the item's name.
    pub(super) fn keyword(&self) -> &'static str {
        match self {
            Self::Module => "mod",
            Self::Struct(_) => "struct",
            Self::Enum(_) => "enum",
            Self::Constant { .. } => "const",
            Self::Static { .. } => "static",
            Self::Reexport { .. } => "use",
        }
    }
}

#[derive(Debug)]
pub(super) struct Struct {
    /// True if other crates can write literals of it.
    pub(super) is_open: bool,
    pub(super) has_private: bool,
    pub(super) is_named: bool,
    pub(super) fields: BTreeMap<String, Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) ty: String,
    pub(super) docs: String,
    /// Attributes of serde.
    pub(super) wire: String,
}

#[derive(Debug)]
pub(super) struct Enum {
    pub(super) is_open: bool,
    /// In their order.
    pub(super) variants: Vec<(String, Variant)>,
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) payload: String,
    pub(super) docs: String,
}

#[derive(Debug)]
pub(super) struct Implementation {
    pub(super) owner: String,
    pub(super) associated: BTreeMap<String, String>,
    pub(super) body: String,
    /// Fields that `Debug` prints, and whether it shows what is in them.
    pub(super) shown: BTreeMap<String, bool>,
    /// Every name in its head.
    pub(super) mentions: BTreeSet<String>,
}

#[derive(Debug)]
pub(super) struct Method {
    pub(super) owner: String,
    pub(super) docs: String,
    /// `async` and how it takes `self`.
    pub(super) receiver: String,
    /// Names and types, in their order.
    pub(super) arguments: Vec<(String, String)>,
    pub(super) returns: String,
    pub(super) body: String,
}

impl Surface {
    /// Reads the two files of a generation.
    pub(super) fn parse(types: &str, client: &str) -> Result<Self, syn::Error> {
        let mut surface = Self::default();
        for text in [types, client] {
            let file: File = syn::parse_file(text)?;
            surface.items(&file.items, "");
        }
        Ok(surface)
    }

    fn items(&mut self, items: &[Item], module: &str) {
        for item in items {
            let (name, attrs, shape) = match item {
                Item::Mod(item) if is_public(&item.vis) => {
                    let name = format!("{module}{}", item.ident);
                    let before = self.definitions.len();
                    if let Some((_, children)) = &item.content {
                        self.items(children, &format!("{name}::"));
                    }
                    // A module in which nothing is public is nothing that callers can use.
                    if self.definitions.len() == before {
                        continue;
                    }
                    (name, &item.attrs, Shape::Module)
                }
                Item::Struct(item) if is_public(&item.vis) => {
                    let name = format!("{module}{}", item.ident);
                    self.derived(&item.attrs, &name);
                    (name, &item.attrs, Shape::Struct(structure(&item.attrs, &item.fields)))
                }
                Item::Enum(item) if is_public(&item.vis) => {
                    let name = format!("{module}{}", item.ident);
                    self.derived(&item.attrs, &name);
                    let variants = item.variants.iter().map(|variant| {
                        let payload =
                            fields(&variant.fields).map(|(name, field)| format!("{name}: {}", field.ty));
                        let payload = payload.collect::<Vec<_>>().join(", ");
                        (variant.ident.to_string(), Variant { payload, docs: docs(&variant.attrs) })
                    });
                    let variants = variants.collect();
                    (name, &item.attrs, Shape::Enum(Enum { is_open: is_open(&item.attrs), variants }))
                }
                Item::Const(item) if is_public(&item.vis) => {
                    let (ty, value) = (canonical::ty(&item.ty), tight(&item.expr));
                    (format!("{module}{}", item.ident), &item.attrs, Shape::Constant { ty, value })
                }
                Item::Static(item) if is_public(&item.vis) => {
                    if item.ident == "OPERATIONS" {
                        let mut table = Table(&mut self.operations);
                        table.visit_expr(&item.expr);
                    }
                    let ty = canonical::ty(&item.ty);
                    (format!("{module}{}", item.ident), &item.attrs, Shape::Static { ty })
                }
                Item::Use(item) if is_public(&item.vis) => {
                    self.reexports(&item.tree, module, String::new());
                    continue;
                }
                Item::Impl(item) => {
                    self.implementation(item, module);
                    continue;
                }
                _ => continue,
            };
            self.definitions.insert(name, Definition { docs: docs(attrs), shape });
        }
    }

    fn reexports(&mut self, tree: &UseTree, module: &str, path: String) {
        let (name, path) = match tree {
            UseTree::Path(tree) => {
                return self.reexports(&tree.tree, module, format!("{path}{}::", tree.ident));
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.reexports(tree, module, path.clone()));
            }
            UseTree::Name(tree) => (tree.ident.to_string(), format!("{path}{}", tree.ident)),
            UseTree::Rename(tree) => (tree.rename.to_string(), format!("{path}{}", tree.ident)),
            UseTree::Glob(_) => ("*".to_owned(), format!("{path}*")),
        };
        let shape = Shape::Reexport { path };
        self.definitions.insert(format!("{module}{name}"), Definition { docs: String::new(), shape });
    }

    /// Adds the implementations that `#[derive(…)]` writes, under whatever condition.
    fn derived(&mut self, attrs: &[Attribute], owner: &str) {
        for attr in attrs {
            let Ok(list) = attr.meta.require_list() else { continue };
            if attr.path().is_ident("derive") {
                self.derives(list.tokens.clone(), owner);
            } else if attr.path().is_ident("cfg_attr") {
                let parser = Punctuated::<syn::Meta, Token![,]>::parse_terminated;
                let conditional = parser.parse2(list.tokens.clone()).unwrap_or_default();
                for meta in conditional.iter().filter(|meta| meta.path().is_ident("derive")) {
                    if let Ok(list) = meta.require_list() {
                        self.derives(list.tokens.clone(), owner);
                    }
                }
            }
        }
    }

    fn derives(&mut self, tokens: proc_macro2::TokenStream, owner: &str) {
        let parser = Punctuated::<syn::Path, Token![,]>::parse_terminated;
        for path in parser.parse2(tokens).unwrap_or_default() {
            let implementation = Implementation {
                owner: owner.to_owned(),
                associated: BTreeMap::new(),
                body: String::new(),
                shown: BTreeMap::new(),
                mentions: canonical::identifiers(&owner).into_iter().collect(),
            };
            self.implementations.insert(format!("{} for {owner}", canonical::path(&path)), implementation);
        }
    }

    fn implementation(&mut self, item: &ItemImpl, module: &str) {
        // A path with more than one segment is somebody else's type.
        let own = matches!(&*item.self_ty, Type::Path(path) if path.path.segments.len() == 1);
        let owner = format!("{}{}", if own { module } else { "" }, canonical::ty(&item.self_ty));
        let Some((path, _)) = &item.trait_ else {
            let functions = item.items.iter().filter_map(|member| match member {
                ImplItem::Fn(function) if is_public(&function.vis) => Some(function),
                _ => None,
            });
            for function in functions {
                self.methods.insert(format!("{owner}::{}", function.sig.ident), method(&owner, function));
            }
            return;
        };
        let associated = item.items.iter().filter_map(|member| match member {
            ImplItem::Type(member) => Some((member.ident.to_string(), canonical::ty(&member.ty))),
            _ => None,
        });
        let mut shown = BTreeMap::new();
        Shown(&mut shown).visit_item_impl(item);
        let mentions = canonical::identifiers(path).into_iter().chain(canonical::identifiers(&item.self_ty));
        let implementation = Implementation {
            associated: associated.collect(),
            body: functions(item),
            shown,
            mentions: mentions.collect(),
            owner: owner.clone(),
        };
        self.implementations.insert(format!("{} for {owner}", canonical::path(path)), implementation);
    }
}

/// Returns what an implementation does, without the types it chooses.
fn functions(item: &ItemImpl) -> String {
    let functions = item.items.iter().filter(|member| matches!(member, ImplItem::Fn(_)));
    functions.map(|function| function.to_token_stream().to_string()).collect()
}

fn structure(attrs: &[Attribute], members: &Fields) -> Struct {
    Struct {
        is_open: is_open(attrs),
        has_private: members.iter().any(|field| !is_public(&field.vis)),
        is_named: matches!(members, Fields::Named(_)),
        fields: fields(members).filter(|(name, _)| is_public_field(members, name)).collect(),
    }
}

fn is_public_field(members: &Fields, name: &str) -> bool {
    let mut named = members.iter().enumerate().filter(|(index, field)| field_name(*index, field) == name);
    named.next().is_some_and(|(_, field)| is_public(&field.vis))
}

fn field_name(index: usize, field: &syn::Field) -> String {
    field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string)
}

fn fields(members: &Fields) -> impl Iterator<Item = (String, Field)> {
    members.iter().enumerate().map(|(index, field)| {
        let of_serde = field.attrs.iter().filter(|attr| attr.path().is_ident("serde"));
        let wire = of_serde.map(|attr| attr.to_token_stream().to_string()).collect();
        (field_name(index, field), Field { ty: canonical::ty(&field.ty), docs: docs(&field.attrs), wire })
    })
}

fn method(owner: &str, function: &ImplItemFn) -> Method {
    let mut receiver = if function.sig.asyncness.is_some() { "async ".to_owned() } else { String::new() };
    let mut arguments = Vec::new();
    for input in &function.sig.inputs {
        match input {
            FnArg::Receiver(it) => {
                let mut it = it.clone();
                if let ReceiverKind::Reference(_, lifetime, _) = &mut it.kind {
                    *lifetime = None;
                }
                receiver.push_str(&tight(&it));
            }
            FnArg::Typed(it) => {
                let name = match &*it.pat {
                    Pat::Ident(name) => name.ident.to_string(),
                    other => tight(other),
                };
                arguments.push((name, canonical::ty(&it.ty)));
            }
        }
    }
    let returns = match &function.sig.output {
        ReturnType::Default => "()".to_owned(),
        ReturnType::Type(_, ty) => canonical::ty(ty),
    };
    Method {
        owner: owner.to_owned(),
        docs: docs(&function.attrs),
        receiver,
        arguments,
        returns,
        body: function.block.to_token_stream().to_string(),
    }
}

fn is_open(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("non_exhaustive"))
}

fn docs(attrs: &[Attribute]) -> String {
    let docs = attrs.iter().filter(|attr| attr.path().is_ident("doc"));
    docs.map(|attr| attr.to_token_stream().to_string()).collect()
}

/// Collects the rows of the operation table.
struct Table<'a>(&'a mut BTreeMap<String, BTreeMap<String, String>>);

impl<'ast> Visit<'ast> for Table<'_> {
    fn visit_expr_struct(&mut self, row: &'ast syn::ExprStruct) {
        let mut fields: BTreeMap<String, String> = row
            .fields
            .iter()
            .map(|field| (tight(&field.member), text(&field.expr).unwrap_or_else(|| tight(&field.expr))))
            .collect();
        if let Some(id) = fields.remove("id") {
            self.0.insert(id, fields);
        }
    }
}

/// Collects the fields that `f.debug_struct(…)` prints.
struct Shown<'a>(&'a mut BTreeMap<String, bool>);

impl<'ast> Visit<'ast> for Shown<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if let ("field", [Some(label), _]) =
            (call.method.to_string().as_str(), call.args.iter().map(text).collect::<Vec<_>>().as_slice())
        {
            let redacts =
                call.args.iter().any(|it| canonical::identifiers(it).iter().any(|word| word == "Redacted"));
            self.0.insert(label.clone(), !redacts);
        }
        visit::visit_expr_method_call(self, call);
    }
}

fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}
