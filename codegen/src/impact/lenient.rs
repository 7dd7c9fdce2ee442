//! Generation that passes over entries of the profile which match nothing.
//!
//! Where one document has an operation and the other has not, no profile fits both. Each side is generated with as much
//! of the profile as fits it.

use super::Inputs;
use crate::operation::path_shape;
use crate::pointer::Pointer;
use crate::{Error, Generated, OperationName, Problem, Profile, generate};

/// What came out, and which entries matched nothing.
pub(super) struct Leniently {
    document: String,
    pub(super) generated: Generated,
    pub(super) stale: Vec<String>,
}

impl Leniently {
    pub(super) fn generate(inputs: Inputs<'_>) -> Result<Self, Error> {
        let mut profile = inputs.profile.clone();
        let mut stale = Vec::new();
        loop {
            match generate(inputs.main, inputs.supplement, &profile) {
                Ok(generated) => {
                    stale.sort();
                    return Ok(Self { document: inputs.main.name.to_owned(), generated, stale });
                }
                // Each round takes an entry away, so there is a last one.
                Err(error) => match forget(&mut profile, error.problem()) {
                    Some(entry) => stale.push(entry),
                    None => return Err(error),
                },
            }
        }
    }

    pub(super) fn error(&self, problem: String) -> Error {
        Error::new(&self.document, Pointer::root(), Problem::Generator(problem))
    }
}

/// Takes the entry out that the problem is about, and names it. None where it is not about an entry.
fn forget(profile: &mut Profile, problem: &Problem) -> Option<String> {
    let before = entries(profile);
    let entry = match problem {
        Problem::StaleName(entry) => {
            profile.operations.retain(|operation| operation.call != *entry);
            profile.schemas.retain(|schema| schema.at != *entry);
            profile.security.retain(|security| security.scheme != *entry);
            profile.amounts.retain(|at| at != entry);
            profile.known_values.retain(|values| values.at != *entry);
            if let Some((call, name)) = entry.split_once(": ") {
                let is_it = |operation: &&mut OperationName| path_shape(&operation.call) == path_shape(call);
                for operation in profile.operations.iter_mut().filter(is_it) {
                    for body in [&mut operation.request, &mut operation.response] {
                        body.take_if(|body| body == name);
                    }
                }
            }
            entry.clone()
        }
        Problem::StalePatch { patch, at, .. } => {
            match *patch {
                "amount_is_a_decimal" => profile.amounts.retain(|amount| amount != at),
                _ => profile.known_values.retain(|values| values.at != *at),
            }
            format!("{patch} at {at}")
        }
        _ => return None,
    };
    (entries(profile) < before).then_some(entry)
}

/// How much a profile says.
fn entries(profile: &Profile) -> usize {
    let bodies = profile.operations.iter().flat_map(|operation| [&operation.request, &operation.response]);
    profile.operations.len()
        + bodies.flatten().count()
        + profile.schemas.len()
        + profile.security.len()
        + profile.amounts.len()
        + profile.known_values.len()
}
