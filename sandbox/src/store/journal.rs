//! Lines that are appended to a state file: what has changed since the line before.
//!
//! The first line of the file is a whole state. Each further line has the rows that a change touched, and all of the rest, which
//! is small: so the cost of a change does not grow with the state. Not here: writing them (`state_file`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::model::state::State;
use crate::store::content::SavedState;
use crate::values::tracked::Change;

const FITS: &str = "a state has text keys and nothing that fails to serialize";

/// Changes of a state.
#[derive(Serialize, Deserialize)]
pub(crate) struct Delta {
    signing_secret: String,
    /// Fields of the state that have no rows, whole.
    fields: BTreeMap<String, Box<RawValue>>,
    payments: TableDelta,
    refunds: TableDelta,
    checkouts: Vec<Change<String>>,
    deliveries: Vec<Change<u64>>,
}

#[derive(Serialize, Deserialize)]
struct TableDelta {
    next: u64,
    rows: Vec<Change<u64>>,
}

#[derive(Serialize, Deserialize)]
struct SavedTable {
    next: u64,
    rows: Vec<Box<RawValue>>,
}

/// A row, as far as its key.
#[derive(Deserialize)]
struct Keyed {
    key: Number,
}

#[derive(Deserialize)]
struct Number {
    number: u64,
}

impl Delta {
    /// Takes what has changed since the last call.
    pub(crate) fn take(state: &mut State, signing_secret: &str) -> Delta {
        fn raw(field: &impl Serialize) -> Box<RawValue> {
            to_raw_value(field).expect(FITS)
        }
        let fields = [
            ("random", raw(&state.random)),
            ("credentials", raw(&state.credentials)),
            ("organization", raw(&state.organization)),
            ("token_signer", raw(&state.token_signer)),
            ("catalog", raw(&state.catalog)),
            ("payment_links", raw(&state.payment_links)),
            ("webhook_url", raw(&state.webhook_url)),
            ("delivery_faults", raw(&state.delivery_faults)),
        ];
        let (payments, refunds) = (state.payments.take_changes(), state.refunds.take_changes());
        Delta {
            signing_secret: signing_secret.to_owned(),
            fields: fields.into_iter().map(|(name, json)| (name.to_owned(), json)).collect(),
            payments: TableDelta { next: payments.0, rows: payments.1 },
            refunds: TableDelta { next: refunds.0, rows: refunds.1 },
            checkouts: state.checkouts.take_changes(),
            deliveries: state.deliveries.take_changes(),
        }
    }
}

/// Reads a state file. A line that breaks off at its end was never acknowledged, and is left out.
pub(crate) fn read(content: &[u8]) -> Result<SavedState, serde_json::Error> {
    let mut lines = content.split_inclusive(|byte| *byte == b'\n');
    let mut saved: SavedState = serde_json::from_slice(lines.next().unwrap_or_default())?;
    let deltas = lines.filter(|line| line.ends_with(b"\n")).map(serde_json::from_slice::<Delta>);
    // Most starts find a whole state only, which needs no second parse.
    let mut deltas = deltas.peekable();
    if deltas.peek().is_none() {
        return Ok(saved);
    }
    // On the texts of the rows, and so digit for digit.
    let mut fields: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(to_raw_value(&saved.state)?.get())?;
    let mut payments = Rows::read(&fields, "payments")?;
    let mut refunds = Rows::read(&fields, "refunds")?;
    let mut checkouts: BTreeMap<String, Box<RawValue>> = read_field(&fields, "checkouts")?;
    let mut deliveries: BTreeMap<u64, Box<RawValue>> =
        read_field::<Vec<(u64, Box<RawValue>)>>(&fields, "deliveries")?.into_iter().collect();
    for delta in deltas {
        let delta = delta?;
        saved.signing_secret = delta.signing_secret;
        fields.extend(delta.fields);
        payments.apply(delta.payments);
        refunds.apply(delta.refunds);
        apply(&mut checkouts, delta.checkouts);
        apply(&mut deliveries, delta.deliveries);
    }
    fields.insert("payments".to_owned(), payments.into_raw()?);
    fields.insert("refunds".to_owned(), refunds.into_raw()?);
    fields.insert("checkouts".to_owned(), to_raw_value(&checkouts)?);
    fields.insert("deliveries".to_owned(), to_raw_value(&deliveries.into_iter().collect::<Vec<_>>())?);
    saved.state = serde_json::from_str(to_raw_value(&fields)?.get())?;
    Ok(saved)
}

struct Rows {
    next: u64,
    rows: BTreeMap<u64, Box<RawValue>>,
}

impl Rows {
    fn read(fields: &BTreeMap<String, Box<RawValue>>, name: &str) -> Result<Rows, serde_json::Error> {
        let SavedTable { next, rows } = read_field(fields, name)?;
        let keyed = rows.into_iter().map(|row| {
            let Keyed { key } = serde_json::from_str(row.get())?;
            Ok((key.number, row))
        });
        Ok(Rows { next, rows: keyed.collect::<Result<_, serde_json::Error>>()? })
    }

    fn apply(&mut self, delta: TableDelta) {
        self.next = delta.next;
        apply(&mut self.rows, delta.rows);
    }

    fn into_raw(self) -> Result<Box<RawValue>, serde_json::Error> {
        to_raw_value(&SavedTable { next: self.next, rows: self.rows.into_values().collect() })
    }
}

fn apply<K: Ord>(rows: &mut BTreeMap<K, Box<RawValue>>, changes: Vec<Change<K>>) {
    for (key, row) in changes {
        match row {
            Some(row) => drop(rows.insert(key, row)),
            None => drop(rows.remove(&key)),
        }
    }
}

fn read_field<T: serde::de::DeserializeOwned>(
    fields: &BTreeMap<String, Box<RawValue>>,
    name: &str,
) -> Result<T, serde_json::Error> {
    serde_json::from_str(fields.get(name).map_or("null", |field| field.get()))
}
