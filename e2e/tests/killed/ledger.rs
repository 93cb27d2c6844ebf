//! What was acknowledged, kept outside the product.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use e2e::Error;
use serde_json::{Value, json};

/// One act on a contract that a party was told has happened.
#[derive(Clone, Debug)]
pub struct Act {
    /// `ctr_…`
    pub contract: String,
    /// The contract's version after it.
    pub version: i64,
    /// The kind of its event.
    pub kind: &'static str,
    /// Who did it.
    pub person: String,
    /// For whom.
    pub organisation: String,
    /// SM3 of the document that it made, if it was told.
    pub document: Option<String>,
}

/// Everything that was acknowledged.
#[derive(Debug, Default)]
pub struct Ledger {
    acts: Vec<Act>,
    /// `awd_…` and the pushed file.
    awards: BTreeMap<String, Value>,
}

impl Ledger {
    /// Notes an act.
    pub fn act(&mut self, act: Act) {
        self.acts.push(act);
    }

    /// Notes an award.
    pub fn award(&mut self, id: String, file: Value) {
        self.awards.insert(id, file);
    }

    /// How many acts and awards were acknowledged.
    pub fn len(&self) -> usize {
        self.acts.len() + self.awards.len()
    }

    /// The acts on one contract by the kind of their event.
    pub fn by_kind(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::from([("award", self.awards.len())]);
        for act in &self.acts {
            *counts.entry(act.kind).or_default() += 1;
        }
        counts
    }

    /// Writes it for `oracles/check_store.py`.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let acts = self.acts.iter().map(|act| {
            json!({
                "contract": act.contract, "version": act.version, "kind": act.kind, "person": act.person,
                "organisation": act.organisation, "document": act.document,
            })
        });
        let acts: Vec<Value> = acts.collect();
        let awards: Vec<Value> = self
            .awards
            .iter()
            .map(|(id, file)| json!({ "award": id, "project_code": file["project"]["code"] }))
            .collect();
        let text = json!({ "acts": acts, "awards": awards }).to_string();
        fs::write(path, text).map_err(|source| Error::Io { what: "write the ledger".to_owned(), source })
    }
}
