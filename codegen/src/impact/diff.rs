//! Two surfaces, item by item.
//!
//! A type that is new or gone is reported once, not again for each of its fields, methods and implementations.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical::is_option_of;
use super::reason::{ChangeKind, Reason, What};
use super::surface::{Definition, Enum, Implementation, Shape, Struct, Surface};
use super::{SurfaceChange, methods};

/// Returns the differences, in no particular order.
pub(super) fn diff(old: &Surface, new: &Surface) -> Vec<SurfaceChange> {
    let ordered = new.implementations.keys().filter_map(|name| name.strip_prefix("Ord for "));
    let mut diff = Diff { ordered: ordered.map(str::to_owned).collect(), ..Diff::default() };
    diff.definitions(old, new);
    diff.implementations(old, new);
    diff.methods(old, new);
    diff.behaviour(old, new);
    diff.changes
}

#[derive(Default)]
struct Diff {
    changes: Vec<SurfaceChange>,
    /// Types that are on one side only, or another sort of item: with and without their module.
    replaced: BTreeSet<String>,
    /// Types and methods of which something else than the documentation changed.
    touched: BTreeSet<String>,
    /// Types whose values callers can sort.
    ordered: BTreeSet<String>,
}

impl Diff {
    fn add(&mut self, item: String, reason: Reason) {
        self.changes.push(SurfaceChange::new(item, reason));
    }

    fn definitions(&mut self, old: &Surface, new: &Surface) {
        for (name, sides) in both(&old.definitions, &new.definitions) {
            let item = |definition: &Definition| format!("{} {name}", definition.shape.keyword());
            match sides {
                Sides::Old(_) if is_request(old, name) => _ = self.replaced.insert(name.to_owned()),
                Sides::New(_) if is_request(new, name) => _ = self.replaced.insert(name.to_owned()),
                Sides::Old(was) => {
                    self.replace(name);
                    self.add(item(was), Reason::Removed(was.shape.what()));
                }
                Sides::New(is) => {
                    self.replace(name);
                    self.add(item(is), Reason::Added(is.shape.what()));
                }
                Sides::Both(was, is) => {
                    let before = self.changes.len();
                    self.definition(name, was, is);
                    let more_than_words = |change: &SurfaceChange| change.kind != ChangeKind::Documentation;
                    if self.changes[before..].iter().any(more_than_words) {
                        self.touched.insert(name.to_owned());
                    }
                    if was.docs != is.docs {
                        self.add(item(is), Reason::Documentation);
                    }
                }
            }
        }
    }

    fn replace(&mut self, name: &str) {
        self.replaced.insert(name.to_owned());
        self.replaced.extend(name.rsplit("::").next().map(str::to_owned));
    }

    fn definition(&mut self, name: &str, was: &Definition, is: &Definition) {
        let item = format!("{} {name}", is.shape.keyword());
        match (&was.shape, &is.shape) {
            (Shape::Module, Shape::Module) => {}
            (Shape::Struct(was), Shape::Struct(is)) => self.structs(name, was, is),
            (Shape::Enum(was), Shape::Enum(is)) => self.enums(name, was, is),
            (Shape::Constant { ty: from, value: was }, Shape::Constant { ty: to, value: is }) => {
                if from != to {
                    self.add(item, another_type(from, to));
                } else if was != is {
                    self.add(item, Reason::AnotherValue { from: was.clone(), to: is.clone() });
                }
            }
            (Shape::Static { ty: from }, Shape::Static { ty: to })
            | (Shape::Reexport { path: from }, Shape::Reexport { path: to }) => {
                if from != to {
                    self.add(item, another_type(from, to));
                }
            }
            (was, is) => {
                self.replace(name);
                self.add(item, Reason::AnotherKind { from: was.what(), to: is.what() });
            }
        }
    }

    fn openness(&mut self, item: String, was: bool, is: bool) {
        match (was, is) {
            (false, true) => self.add(item, Reason::BecameOpen),
            (true, false) => self.add(item, Reason::BecameClosed),
            _ => {}
        }
    }

    fn structs(&mut self, name: &str, was: &Struct, is: &Struct) {
        if was.is_named != is.is_named && !(was.fields.is_empty() && is.fields.is_empty()) {
            return self.add(format!("struct {name}"), Reason::AnotherForm);
        }
        // Private fields close a struct to literals as well.
        self.openness(format!("struct {name}"), was.is_open || was.has_private, is.is_open || is.has_private);
        for (field, sides) in both(&was.fields, &is.fields) {
            let item = format!("field {name}::{field}");
            match sides {
                Sides::Old(_) => self.add(item, Reason::Removed(What::Field)),
                Sides::New(_) if was.is_open || was.has_private || is.is_open => {
                    self.add(item, Reason::Added(What::Field))
                }
                Sides::New(_) => self.add(item, Reason::AddedToLiteral),
                Sides::Both(from, to) => {
                    if from.ty != to.ty {
                        self.add(item.clone(), another_type(&from.ty, &to.ty));
                    } else if from.wire != to.wire {
                        self.add(item.clone(), Reason::AnotherWireForm);
                    }
                    if from.docs != to.docs {
                        self.add(item, Reason::Documentation);
                    }
                }
            }
        }
    }

    fn enums(&mut self, name: &str, was: &Enum, is: &Enum) {
        self.openness(format!("enum {name}"), was.is_open, is.is_open);
        let [old, new] = [was, is].map(|side| {
            side.variants.iter().map(|(variant, it)| (variant.clone(), it)).collect::<BTreeMap<_, _>>()
        });
        for (variant, sides) in both(&old, &new) {
            let item = format!("variant {name}::{variant}");
            match sides {
                Sides::Old(_) => self.add(item, Reason::Removed(What::Variant)),
                Sides::New(_) if was.is_open || is.is_open => self.add(item, Reason::Added(What::Variant)),
                Sides::New(_) => self.add(item, Reason::AddedToMatch),
                Sides::Both(from, to) => {
                    if from.payload != to.payload {
                        self.add(item.clone(), another_type(&from.payload, &to.payload));
                    }
                    if from.docs != to.docs {
                        self.add(item, Reason::Documentation);
                    }
                }
            }
        }
        let order = |side: &Enum, other: &BTreeMap<_, _>| -> Vec<String> {
            let names = side.variants.iter().map(|(variant, _)| variant.clone());
            names.filter(|variant| other.contains_key(variant)).collect()
        };
        if self.ordered.contains(name) && order(was, &new) != order(is, &old) {
            self.add(format!("enum {name}"), Reason::VariantsReordered);
        }
    }

    fn implementations(&mut self, old: &Surface, new: &Surface) {
        for (name, sides) in both(&old.implementations, &new.implementations) {
            let item = format!("impl {name}");
            let (Sides::Old(one) | Sides::New(one) | Sides::Both(one, _)) = sides;
            if self.replaced.contains(&one.owner) || !one.mentions.is_disjoint(&self.replaced) {
                continue;
            }
            match sides {
                Sides::Old(_) => self.add(item, Reason::Removed(What::Implementation)),
                Sides::New(_) => self.add(item, Reason::Added(What::Implementation)),
                Sides::Both(was, is) => {
                    for (name, sides) in both(&was.associated, &is.associated) {
                        let (from, to) = match sides {
                            Sides::Both(from, to) if from == to => continue,
                            Sides::Both(from, to) => (from.clone(), to.clone()),
                            Sides::Old(from) => (from.clone(), "none".to_owned()),
                            Sides::New(to) => ("none".to_owned(), to.clone()),
                        };
                        let reason = Reason::AnotherAssociatedType { name: name.to_owned(), from, to };
                        self.add(item.clone(), reason);
                    }
                    self.shown(was, is);
                }
            }
        }
    }

    /// Fields that are the same on both sides; of the others their own change is reported.
    fn shown(&mut self, was: &Implementation, is: &Implementation) {
        for (field, sides) in both(&was.shown, &is.shown) {
            let item = format!("field {}::{field}", is.owner);
            if self.changes.iter().any(|it| it.item == item && it.kind != ChangeKind::Documentation) {
                continue;
            }
            match sides {
                Sides::Both(false, true) => self.add(item, Reason::DebugShows),
                Sides::Both(true, false) => self.add(item, Reason::DebugRedacts),
                _ => {}
            }
        }
    }

    fn methods(&mut self, old: &Surface, new: &Surface) {
        let moved = methods::moved(old, new);
        for (name, sides) in both(&old.methods, &new.methods) {
            let item = format!("fn {name}");
            let (Sides::Old(one) | Sides::New(one) | Sides::Both(one, _)) = sides;
            if self.replaced.contains(&one.owner) {
                continue;
            }
            // The setter of a field changes with the field, but not with what `Debug` prints of it.
            let of_field = format!("field {name}");
            if self.changes.iter().any(|it| it.item == of_field && it.kind.is_of_declarations()) {
                continue;
            }
            match sides {
                Sides::Old(_) | Sides::New(_) if moved.contains(name) => {
                    _ = self.touched.insert(name.to_owned())
                }
                Sides::Old(_) => {
                    self.touched.insert(name.to_owned());
                    self.add(item, Reason::Removed(What::Method));
                }
                Sides::New(_) => {
                    self.touched.insert(name.to_owned());
                    self.add(item, Reason::Added(What::Method));
                }
                Sides::Both(was, is) => {
                    let reasons = methods::signature(was, is, &moved);
                    if !reasons.is_empty() {
                        self.touched.insert(name.to_owned());
                    }
                    reasons.into_iter().for_each(|reason| self.add(item.clone(), reason));
                    if was.docs != is.docs {
                        self.add(item, Reason::Documentation);
                    }
                }
            }
        }
    }

    /// Adds items with an equal declaration and another behavior. If the declaration changed, that is the reason.
    fn behaviour(&mut self, old: &Surface, new: &Surface) {
        let mut explained = BTreeSet::new();
        for (id, sides) in both(&old.operations, &new.operations) {
            let Sides::Both(was, is) = sides else { continue };
            let item = format!("fn Client::{id}");
            let of =
                |row: &BTreeMap<String, String>, field: &str| row.get(field).cloned().unwrap_or_default();
            let call = |row| format!("{} {}", of(row, "method"), of(row, "path"));
            if call(was) != call(is) && !self.touched.contains(&format!("Client::{id}")) {
                explained.insert(format!("Client::{id}"));
                self.add(item.clone(), Reason::AnotherCall { from: call(was), to: call(is) });
            }
            let (from, to) = (of(was, "security"), of(is, "security"));
            if from != to {
                let [from, to] = [from, to].map(|path| path.replace("Security::", ""));
                self.add(item, Reason::AnotherCredential { from, to });
            }
        }
        let mut changed = BTreeSet::new();
        for (name, sides) in both(&old.methods, &new.methods) {
            if let Sides::Both(was, is) = sides
                && was.body != is.body
                && !self.touched.contains(name)
                && !explained.contains(name)
            {
                match sends(new, &was.owner) {
                    // What the document adds to a request or takes from it is sent there.
                    Some(call) if self.touched.iter().any(|name| is_of(name, &was.owner) || name == call) => {
                    }
                    Some(call) if explained.contains(call) => {}
                    Some(call) => self.add(format!("fn {call}"), Reason::AnotherExchange),
                    // It makes a request, with the fields that the document lists.
                    None if is_request(new, &is.returns) => {}
                    None if was.owner == "Client" => {
                        self.add(format!("fn {name}"), Reason::AnotherExchange);
                    }
                    None => _ = changed.insert(was.owner.as_str()),
                }
            }
        }
        for (name, sides) in both(&old.implementations, &new.implementations) {
            // `Debug` was looked at closely, what `Client` reports about itself are the constants, and a JSON schema repeats
            // the documentation.
            if let Sides::Both(was, is) = sides
                && was.body != is.body
                && was.owner != "Client"
                && !name.starts_with("Debug ")
                && !name.starts_with("JsonSchema ")
            {
                changed.insert(&was.owner);
            }
        }
        for owner in changed {
            if let Some(definition) = new.definitions.get(owner)
                && !self.touched.contains(owner)
                && !self.replaced.contains(owner)
            {
                self.add(format!("{} {owner}", definition.shape.keyword()), Reason::AnotherWireForm);
            }
        }
    }
}

/// Returns the method of the client that makes requests of this type.
fn sends<'a>(surface: &'a Surface, request: &str) -> Option<&'a str> {
    let mut makers = surface.methods.iter().filter(|(_, method)| {
        method.owner == "Client" && method.returns == request && request.starts_with("requests::")
    });
    makers.next().map(|(name, _)| name.as_str())
}

/// Returns whether a type is the request of an operation: it is reported with the method that makes it.
fn is_request(surface: &Surface, name: &str) -> bool {
    sends(surface, name).is_some()
}

fn is_of(method: &str, owner: &str) -> bool {
    method.strip_prefix(owner).is_some_and(|rest| rest.starts_with("::"))
}

fn another_type(from: &str, to: &str) -> Reason {
    if is_option_of(to, from) {
        Reason::BecameOptional { from: from.to_owned() }
    } else if is_option_of(from, to) {
        Reason::BecameRequired { to: to.to_owned() }
    } else {
        Reason::AnotherType { from: from.to_owned(), to: to.to_owned() }
    }
}

/// One name, and where it is.
enum Sides<'a, T> {
    Old(&'a T),
    New(&'a T),
    Both(&'a T, &'a T),
}

/// Returns the union of two maps, in the order of their keys.
fn both<'a, T>(
    old: &'a BTreeMap<String, T>,
    new: &'a BTreeMap<String, T>,
) -> impl Iterator<Item = (&'a str, Sides<'a, T>)> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().filter_map(|name| {
        let sides = match (old.get(name), new.get(name)) {
            (Some(was), Some(is)) => Sides::Both(was, is),
            (Some(was), None) => Sides::Old(was),
            (None, Some(is)) => Sides::New(is),
            (None, None) => return None,
        };
        Some((name.as_str(), sides))
    })
}

#[cfg(test)]
mod tests {
    use super::{Surface, diff};

    /// Returns what changes between two pieces of Rust, as lines.
    fn changes(old: &str, new: &str) -> Vec<String> {
        let [old, new] = [old, new].map(|text| Surface::parse(text, "").expect("is Rust"));
        diff(&old, &new).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_spelling_of_a_type_is_no_change() {
        let old = "pub struct A { pub b: ::std::option::Option<crate::raw::types::B>, }";
        let new = "pub struct A { pub b: Option<B> }";
        assert_eq!(changes(old, new), Vec::<String>::new());
        let derived = "#[derive(Clone, ::serde::Serialize)] pub struct A;";
        let written = "pub struct A; impl Clone for A {} impl serde::Serialize for A {}";
        assert_eq!(changes(derived, written), Vec::<String>::new());
    }

    #[test]
    fn private_fields_close_a_struct_to_literals() {
        let with = |fields: &str| format!("pub struct A {{ {fields} }}");
        assert_eq!(
            changes(&with("a: u8"), &with("a: u8, pub b: u8")),
            ["minor  field A::b: the field is new"]
        );
        assert_eq!(changes(&with("pub a: u8"), &with("pub a: u8, b: u8"))[0][..5], *"major");
    }

    #[test]
    fn what_debug_prints_is_no_interface() {
        let debug = |value: &str| {
            format!(
                "pub struct A {{ pub a: u8 }}
                impl Debug for A {{ fn fmt(&self, f: &mut F) -> R {{ f.debug_struct(\"A\").field(\"a\", &{value}).finish() }} }}"
            )
        };
        let (shown, redacted) = (debug("self.a"), debug("crate::raw::Redacted"));
        assert_eq!(
            changes(&shown, &redacted),
            ["patch  field A::a: `Debug` redacts it, and showed it before"]
        );
        assert_eq!(
            changes(&redacted, &shown),
            ["patch  field A::a: `Debug` shows it, and redacted it before"]
        );
        assert_eq!(changes(&shown, &shown), Vec::<String>::new());
    }

    #[test]
    fn a_setter_is_reported_though_debug_prints_the_field_in_another_way() {
        let request = |ty: &str, value: &str| {
            format!(
                "pub struct A {{ a: Option<{ty}> }}
                impl A {{ pub fn a(mut self, a: impl Into<Option<{ty}>>) -> Self {{ self.a = a.into(); self }} }}
                impl Debug for A {{ fn fmt(&self, f: &mut F) -> R {{ f.debug_struct(\"A\").field(\"a\", &{value}).finish() }} }}"
            )
        };
        let changes = changes(&request("i64", "self.a"), &request("String", "crate::raw::Redacted"));
        let expected =
            "major  fn A::a: takes `a` as `impl Into<Option<String>>`, was `impl Into<Option<i64>>`";
        assert!(changes.iter().any(|change| change == expected), "{changes:?}");
    }

    #[test]
    fn a_type_is_reported_once() {
        let whole = "#[derive(Clone)] pub struct A { pub a: u8 } impl A { pub fn b(&self) {} } impl From<u8> for A {}";
        assert_eq!(changes(whole, ""), ["major  struct A: the struct is gone"]);
        assert_eq!(changes("", whole), ["minor  struct A: the struct is new"]);
        assert_eq!(
            changes(
                "pub mod types { pub struct A; impl From<A> for String {} }",
                "pub mod types { pub struct B; }"
            ),
            ["major  struct types::A: the struct is gone", "minor  struct types::B: the struct is new"]
        );
    }

    #[test]
    fn modules_count_where_something_is_in_them() {
        assert_eq!(changes("pub mod defaults { pub(super) fn a() {} }", ""), Vec::<String>::new());
    }

    #[test]
    fn implementations_are_part_of_the_interface() {
        let with = |ty: &str| format!("pub struct A; impl FromStr for A {{ type Err = {ty}; }}");
        assert_eq!(
            changes(&with("Infallible"), &with("Error")),
            ["major  impl FromStr for A: its `Err` is `Error`, was `Infallible`"]
        );
        assert_eq!(
            changes("#[derive(Copy)] pub struct A;", "pub struct A;"),
            ["major  impl Copy for A: the implementation is gone"]
        );
        let conditional = "#[cfg_attr(feature = \"schemars\", derive(::schemars::JsonSchema))] pub struct A;";
        assert_eq!(
            changes(conditional, "pub struct A;"),
            ["major  impl JsonSchema for A: the implementation is gone"]
        );
    }

    #[test]
    fn re_exported_names_are_reported_one_by_one() {
        assert_eq!(
            changes("pub use a::{B, C};", "pub use a::{B, D as C};"),
            ["major  use C: was of type `a::C`, is of type `a::D`"]
        );
        assert_eq!(changes("pub use a::{B, C};", "pub use a::B;"), ["major  use C: the re-export is gone"]);
    }

    #[test]
    fn methods_have_the_names_of_their_declarations() {
        let with = |signature: &str| format!("pub struct A; impl A {{ pub {signature} {{}} }}");
        for (old, new) in [
            ("fn b(&self)", "async fn b(&self)"),
            ("fn b(&self)", "fn b(&mut self)"),
            ("fn b(&self)", "fn b()"),
            ("fn b(&self)", "fn b(&self) -> u8"),
        ] {
            let changes = changes(&with(old), &with(new));
            assert!(
                changes.len() == 1 && changes[0].starts_with("major  fn A::b"),
                "{old} to {new}: {changes:?}"
            );
        }
        assert_eq!(
            changes(&with("fn b<'a>(&self, c: &'a str)"), &with("fn b(&self, c: &str)")),
            Vec::<String>::new()
        );
    }
}
