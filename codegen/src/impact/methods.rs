//! Two signatures of one method, and what moves between an argument and a setter.

use std::collections::BTreeSet;

use super::canonical::is_option_of;
use super::reason::Reason;
use super::surface::{Method, Surface};

/// Finds setters, such as `requests::ListRefunds::page`, of what is an argument on the other side: optional here, required
/// there. The method that has the argument is reported, the setter is not.
pub(super) fn moved(old: &Surface, new: &Surface) -> BTreeSet<String> {
    let mut moved = BTreeSet::new();
    for (name, was) in &old.methods {
        let Some(is) = new.methods.get(name) else { continue };
        for (arguments, others, side) in
            [(&was.arguments, &is.arguments, new), (&is.arguments, &was.arguments, old)]
        {
            let gone = arguments.iter().filter(|(name, _)| !others.iter().any(|(other, _)| other == name));
            let setters = gone.filter_map(|(argument, _)| setter(is, argument));
            moved.extend(setters.filter(|setter| side.methods.contains_key(setter)));
        }
    }
    moved
}

/// Names the setter that an argument of a method would be if it were optional.
fn setter(method: &Method, argument: &str) -> Option<String> {
    let owner = match method.returns.as_str() {
        "Self" => &method.owner,
        request if request.starts_with("requests::") => request,
        _ => return None,
    };
    Some(format!("{owner}::{argument}"))
}

/// Compares two signatures of a method.
pub(super) fn signature(was: &Method, is: &Method, moved: &BTreeSet<String>) -> Vec<Reason> {
    let is_moved = |name: &str| setter(is, name).is_some_and(|setter| moved.contains(&setter));
    let mut reasons = arguments(&was.arguments, &is.arguments, is_moved);
    if was.receiver != is.receiver {
        reasons.push(Reason::AnotherReceiver);
    }
    if was.returns != is.returns {
        reasons.push(Reason::AnotherReturnType { from: was.returns.clone(), to: is.returns.clone() });
    }
    reasons
}

type Arguments = [(String, String)];

fn arguments(was: &Arguments, is: &Arguments, is_moved: impl Fn(&str) -> bool) -> Vec<Reason> {
    let find = |side: &Arguments, name: &str| side.iter().position(|(other, _)| other == name);
    let types = |side: &Arguments| -> Vec<String> { side.iter().map(|(_, ty)| ty.clone()).collect() };
    let is_any_moved = was.iter().chain(is).any(|(name, _)| is_moved(name));
    if types(was) == types(is) && !is_any_moved {
        // The compiler sees no difference. Whoever calls does, where a name has moved.
        let is_swapped =
            was.iter().enumerate().any(|(index, (name, _))| find(is, name).is_some_and(|at| at != index));
        if is_swapped {
            return vec![Reason::ArgumentsSwapped];
        }
        let pairs = was.iter().zip(is).filter(|((from, _), (to, _))| from != to);
        return pairs
            .map(|((from, _), (to, _))| Reason::ArgumentRenamed { from: from.clone(), to: to.clone() })
            .collect();
    }
    let mut reasons = Vec::new();
    for (name, from) in was {
        let name = name.clone();
        match find(is, &name).and_then(|index| is.get(index)) {
            None if is_moved(&name) => reasons.push(Reason::ArgumentOptional { name }),
            None => reasons.push(Reason::ArgumentRemoved { name }),
            Some((_, to)) if from == to => {}
            Some((_, to)) if is_option_of(from, to) => reasons.push(Reason::ArgumentRequired { name }),
            Some((_, to)) if is_option_of(to, from) => reasons.push(Reason::ArgumentOptional { name }),
            Some((_, to)) => reasons.push(Reason::ArgumentType { name, from: from.clone(), to: to.clone() }),
        }
    }
    for (name, ty) in is.iter().filter(|(name, _)| find(was, name).is_none()) {
        let (name, ty) = (name.clone(), ty.clone());
        reasons.push(match is_moved(&name) {
            true => Reason::ArgumentRequired { name },
            false => Reason::ArgumentAdded { name, ty },
        });
    }
    if reasons.is_empty() {
        reasons.push(Reason::ArgumentsReordered);
    }
    reasons
}
