//! Changes of a document, one a line. Each must change something.

use super::json::Json;
use super::place::{Place, Step};

/// A change of a document.
#[derive(Debug)]
enum Patch {
    /// Sets a value, whose last key may be new: `PLACE = VALUE`.
    Set(Place, Json),
    /// Appends to a list, which may be new: `PLACE += VALUE`.
    Append(Place, Json),
    /// Removes an element of a list: `PLACE -= VALUE`.
    Subtract(Place, Json),
    /// Removes a value: `remove PLACE`.
    Remove(Place),
    /// Moves a value to the end of its object, under another key, and updates references to it: `rename PLACE -> KEY`.
    Rename(Place, String),
    /// Sorts the keys of all objects: `sort`.
    Sort,
}

/// Applies a change to a document. Fails if that changes nothing.
pub(crate) fn apply(text: &str, root: &mut Json) -> Result<(), String> {
    Patch::parse(text)
        .and_then(|patch| patch.apply(root))
        .map_err(|reason| format!("cannot apply `{text}`: {reason}"))
}

impl Patch {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "sort" {
            return Ok(Self::Sort);
        }
        if let Some(place) = text.strip_prefix("remove ") {
            return Ok(Self::Remove(Place::parse(place)?));
        }
        if let Some(rest) = text.strip_prefix("rename ") {
            let (place, key) = rest.split_once(" -> ").ok_or("expected ` -> ` and the new key")?;
            return Ok(Self::Rename(Place::parse(place)?, key.trim().to_owned()));
        }
        // A value can have operators in it, a place cannot: the first one counts.
        let find = |operator| Some((text.find(operator)?, operator));
        let found = [" = ", " += ", " -= "].into_iter().filter_map(find).min();
        let (index, operator) = found.ok_or("expected `=`, `+=`, `-=`, `remove`, `rename` or `sort`")?;
        let place = Place::parse(&text[..index])?;
        let value = Json::read(&text[index + operator.len()..])?;
        Ok(match operator {
            " += " => Self::Append(place, value),
            " -= " => Self::Subtract(place, value),
            _ => Self::Set(place, value),
        })
    }

    fn apply(self, root: &mut Json) -> Result<(), String> {
        const NOTHING: &str = "it changes nothing";
        match self {
            Self::Set(place, new) => {
                let (parent, last) = place.split();
                let parent = parent.of(root)?;
                match (last.index(parent), last, parent) {
                    (Some(_), ..) => {
                        let old = place.of(root)?;
                        if *old == new {
                            return Err(NOTHING.to_owned());
                        }
                        *old = new;
                    }
                    (None, Step::Key(key), Json::Map(map)) => map.push((key.clone(), new)),
                    (None, last, _) => return Err(format!("there is no {}", last.describe())),
                }
            }
            Self::Append(place, new) => match list(&place, root)? {
                Some(list) => list.push(new),
                None => Self::Set(place, Json::List(vec![new])).apply(root)?,
            },
            Self::Subtract(place, old) => {
                let list = list(&place, root)?.ok_or("there is no such list")?;
                let index = list.iter().position(|element| *element == old);
                list.remove(index.ok_or("the list has no such element")?);
            }
            Self::Remove(place) => drop(take(&place, root)?),
            Self::Rename(place, new) => {
                let (parent, old) = place.split();
                let taken = Step::Key(new.clone()).index(parent.of(root)?);
                if taken.is_some() {
                    return Err(format!("there is a `{new}` already"));
                }
                let value = take(&place, root)?;
                if let (Step::Key(old), [Step::Key(components), Step::Key(kind)]) = (old, &*parent.0) {
                    let reference = |name: &str| format!("#/{components}/{kind}/{name}");
                    root.repoint(&reference(old), &reference(&new));
                }
                let Json::Map(map) = parent.of(root)? else { return Err("only keys have names".to_owned()) };
                map.push((new, value));
            }
            Self::Sort => {
                let before = root.clone();
                root.sort();
                if *root == before {
                    return Err(NOTHING.to_owned());
                }
            }
        }
        Ok(())
    }
}

/// Returns the list at a place, or none if there is nothing.
fn list<'a>(place: &Place, root: &'a mut Json) -> Result<Option<&'a mut Vec<Json>>, String> {
    let (parent, last) = place.split();
    if last.index(parent.of(root)?).is_none() {
        return Ok(None);
    }
    match place.of(root)? {
        Json::List(list) => Ok(Some(list)),
        _ => Err("it is not a list".to_owned()),
    }
}

fn take(place: &Place, root: &mut Json) -> Result<Json, String> {
    let (parent, last) = place.split();
    let parent = parent.of(root)?;
    let index = last.index(parent).ok_or_else(|| format!("there is no {}", last.describe()))?;
    match parent {
        Json::Map(map) => Ok(map.remove(index).1),
        Json::List(list) => Ok(list.remove(index)),
        Json::Scalar(_) => unreachable!("a scalar has no index"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "{info: {version: '1'}, components: {schemas: {A: {required: [a], properties: {a: {type: string}}}, \
                            B: {items: {$ref: A}}}}}";

    fn patched(text: &str) -> Result<String, String> {
        let mut document = Json::read(DOCUMENT)?;
        apply(text, &mut document)?;
        Ok(document.to_text())
    }

    #[test]
    fn each_patch_changes_its_place_only() {
        for (patch, expected) in [
            (
                "info version = '2'",
                "{info: {version: '2'}, components: {schemas: {A: {required: [a], properties: {a: {type: string}}}, B: {items: {$ref: A}}}}}",
            ),
            (
                "A.b = {type: [x, '= 1']}",
                "{info: {version: '1'}, components: {schemas: {A: {required: [a], properties: {a: {type: string}, b: {type: [x, '= 1']}}}, B: {items: {$ref: A}}}}}",
            ),
            (
                "A required += b",
                "{info: {version: '1'}, components: {schemas: {A: {required: [a, b], properties: {a: {type: string}}}, B: {items: {$ref: A}}}}}",
            ),
            (
                "B required += b",
                "{info: {version: '1'}, components: {schemas: {A: {required: [a], properties: {a: {type: string}}}, B: {items: {$ref: A}, required: [b]}}}}",
            ),
            (
                "A required -= a",
                "{info: {version: '1'}, components: {schemas: {A: {required: [], properties: {a: {type: string}}}, B: {items: {$ref: A}}}}}",
            ),
            ("remove A", "{info: {version: '1'}, components: {schemas: {B: {items: {$ref: A}}}}}"),
            (
                "rename A -> C",
                "{info: {version: '1'}, components: {schemas: {B: {items: {$ref: C}}, C: {required: [a], properties: {a: {type: string}}}}}}",
            ),
            (
                "sort",
                "{components: {schemas: {A: {properties: {a: {type: string}}, required: [a]}, B: {items: {$ref: A}}}}, info: {version: '1'}}",
            ),
        ] {
            assert_eq!(patched(patch), Json::read(expected).map(|json| json.to_text()), "{patch}");
        }
    }

    #[test]
    fn a_patch_that_changes_nothing_or_leads_nowhere_is_refused() {
        for (patch, reason) in [
            ("info version = '1'", "it changes nothing"),
            ("A.a = {type: string}", "it changes nothing"),
            ("C.a = {type: string}", "there is no `C`"),
            ("GET /a/ security = []", "there is no `paths`"),
            ("A required -= b", "the list has no such element"),
            ("B required -= b", "there is no such list"),
            ("info += b", "it is not a list"),
            ("remove A.b", "there is no `b`"),
            ("rename C -> D", "there is no `C`"),
            ("rename A -> B", "there is a `B` already"),
            ("A", "expected `=`, `+=`, `-=`, `remove`, `rename` or `sort`"),
        ] {
            assert_eq!(patched(patch), Err(format!("cannot apply `{patch}`: {reason}")));
        }
        let mut sorted = Json::read("{a: 1, b: 2}").expect("is a value");
        assert!(apply("sort", &mut sorted).is_err());
    }
}
