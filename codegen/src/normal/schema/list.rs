//! Lists as responses: a bare array, or an object around it.

use serde_json::{Map, Value};

use super::forms::{Peeled, Shape};
use crate::error::{Error, Problem};
use crate::normal::Normalizer;
use crate::pointer::Pointer;
use crate::report::WarningKind;

impl Normalizer<'_> {
    /// Finds the items of a list: of a bare array, or of the `results` of pages. Where the document describes one of the items
    /// instead of the list, as it does when a view does not say `many=True`, it is that.
    pub(in crate::normal) fn items_of(
        &mut self,
        value: &Value,
        place: &Pointer,
        operation: &str,
        item: &str,
    ) -> Result<(Value, Pointer), Error> {
        let peeled = self.peel(value, place)?;
        if let Some(items) = self.items_within(&peeled)? {
            return Ok(items);
        }
        let here = peeled.place.clone();
        if self.is_item(peeled, item)? {
            let message =
                format!("{operation} yields a list, and the document has one {item}; it is read as an item");
            self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, &here, message);
            return Ok((value.clone(), place.clone()));
        }
        let used_by = self.used_by(operation);
        let what = format!("the response of {operation} to be a list, or an object with a list `results`");
        self.diagnostics.need(&self.tree.name, here.clone(), Problem::Contract { used_by, what });
        Ok((any(), here))
    }

    /// Returns the items of a schema that is a list, has one, or does not state its type.
    fn items_within(&mut self, peeled: &Peeled) -> Result<Option<(Value, Pointer)>, Error> {
        // The server's settings decide between an array and pages; either one describes the items.
        for key in ["oneOf", "anyOf"] {
            for (index, branch) in
                peeled.map.get(key).and_then(Value::as_array).into_iter().flatten().enumerate()
            {
                let branch = self.peel(branch, &peeled.place.child(key).child(index))?;
                let is_empty = branch.map.is_empty();
                if let Some(items) = self.items_of_list(branch)?
                    && !is_empty
                {
                    return Ok(Some(items));
                }
            }
        }
        self.items_of_list(Peeled {
            map: peeled.map.clone(),
            place: peeled.place.clone(),
            target: peeled.target.clone(),
            around: Map::new(),
        })
    }

    fn items_of_list(&mut self, mut peeled: Peeled) -> Result<Option<(Value, Pointer)>, Error> {
        let items = |map: &Map<String, Value>, place: &Pointer| {
            (map.get("items").cloned().unwrap_or_else(any), place.child("items"))
        };
        match self.shape_of(peeled.target.as_deref(), &mut peeled.map, &peeled.place)? {
            Shape::List => Ok(Some(items(&peeled.map, &peeled.place))),
            Shape::Any | Shape::Map => Ok(Some((any(), peeled.place))),
            Shape::Object => {
                let Some(results) = peeled.map["properties"].get("results") else { return Ok(None) };
                let mut results = self.peel(results, &peeled.place.join(["properties", "results"]))?;
                let shape = self.shape_of(results.target.as_deref(), &mut results.map, &results.place)?;
                Ok(match shape {
                    Shape::List => Some(items(&results.map, &results.place)),
                    Shape::Any => Some((any(), results.place)),
                    _ => None,
                })
            }
            _ => Ok(None),
        }
    }

    /// Returns whether an object has the fields that are always there in an item.
    fn is_item(&mut self, mut peeled: Peeled, item: &str) -> Result<bool, Error> {
        if self.shape_of(peeled.target.as_deref(), &mut peeled.map, &peeled.place)? != Shape::Object {
            return Ok(false);
        }
        let needs = self.profile.needs(item).map(|needs| needs.fields.as_slice()).unwrap_or_default();
        let mut required = needs.iter().filter(|field| field.required).peekable();
        Ok(required.peek().is_some()
            && required.all(|field| peeled.map["properties"].get(&field.name).is_some()))
    }
}

fn any() -> Value {
    Value::Object(Map::new())
}
