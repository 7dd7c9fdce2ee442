//! Faults that are set, each with a count of its hits.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use uuid::Uuid;

use crate::faults::fault::{Action, Fault};
use crate::values::random::Random;

/// A fault that was set, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FaultRule {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) fault: Fault,
    /// Number of requests that it was compared with.
    pub(crate) seen: u64,
    pub(crate) hits: u64,
}

impl FaultRule {
    fn hits(&mut self, operation: &str) -> bool {
        let fault = &self.fault;
        if fault.operation.as_deref().is_some_and(|wanted| wanted != operation)
            || fault.times.is_some_and(|times| self.hits >= times)
        {
            return false;
        }
        self.seen += 1;
        let drawn = || Random::seeded(fault.seed).number_for(Uuid::nil(), self.seen, 0..100);
        let hit = fault.nth.is_none_or(|nth| nth == self.seen)
            && fault.percent.is_none_or(|percent| drawn() < u64::from(percent));
        self.hits += u64::from(hit);
        hit
    }
}

/// Rules of a sandbox.
#[derive(Debug, Default)]
pub(crate) struct FaultRules(Mutex<Vec<FaultRule>>);

impl FaultRules {
    /// Returns what is to be done to a request: by each rule that hits it, oldest first.
    pub(crate) fn actions(&self, operation: &str) -> Vec<Action> {
        self.lock()
            .iter_mut()
            .filter_map(|rule| rule.hits(operation).then(|| rule.fault.action.clone()))
            .collect()
    }

    pub(crate) fn all(&self) -> Vec<FaultRule> {
        self.lock().clone()
    }

    pub(crate) fn add(&self, fault: Fault) -> u64 {
        let mut rules = self.lock();
        let id = rules.last().map_or(1, |rule| rule.id + 1);
        rules.push(FaultRule { id, fault, seen: 0, hits: 0 });
        id
    }

    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut rules = self.lock();
        let before = rules.len();
        rules.retain(|rule| rule.id != id);
        rules.len() < before
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<FaultRule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
