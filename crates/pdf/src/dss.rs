//! The document security store: certificates and revocation data kept in the file (ISO 32000-2, 12.8.4.3; ETSI EN 319 142-1, 5.4).
//!
//! No /VRI is written: it is optional and its keys are SHA-1 (docs/adr/0002).

use crate::open::{Opened, ReadError};
use crate::syntax::{Dictionary, Object};
use crate::write::{Revision, WriteError};

/// Validation data to be stored, or as stored; each item one DER value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dss {
    /// X.509 certificates.
    pub certificates: Vec<Vec<u8>>,
    /// OCSP responses (OCSPResponse, not only the basic one).
    pub ocsps: Vec<Vec<u8>>,
    /// CRLs.
    pub crls: Vec<Vec<u8>>,
}

impl Dss {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.ocsps.is_empty() && self.crls.is_empty()
    }

    fn lists(&self) -> [(&'static str, &[Vec<u8>]); 3] {
        [("Certs", &self.certificates), ("OCSPs", &self.ocsps), ("CRLs", &self.crls)]
    }
}

impl Opened {
    /// The validation data that the file holds; empty when it has no /DSS.
    ///
    /// # Errors
    /// [`ReadError`] if the store is malformed.
    pub fn dss(&self) -> Result<Dss, ReadError> {
        let mut found = Dss::default();
        let catalog = self.catalog()?;
        let Some(store) = self.get(&catalog, "DSS")? else { return Ok(found) };
        let store = store.as_dictionary().ok_or(ReadError::WrongType(self.catalog_id()))?;
        found.certificates = self.der_list(store, "Certs")?;
        found.ocsps = self.der_list(store, "OCSPs")?;
        found.crls = self.der_list(store, "CRLs")?;
        Ok(found)
    }

    fn der_list(&self, store: &Dictionary, key: &str) -> Result<Vec<Vec<u8>>, ReadError> {
        let Some(list) = self.get(store, key)? else { return Ok(Vec::new()) };
        let items = list.as_array().ok_or(ReadError::WrongType(self.catalog_id()))?;
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let Object::Stream(stream) = self.resolve(item)?.into_owned() else {
                return Err(ReadError::WrongType(item.as_reference().unwrap_or(self.catalog_id())));
            };
            values.push(self.stream_data(&stream)?.into_owned());
        }
        Ok(values)
    }
}

/// Adds what the store does not hold yet; `catalog` is the catalogue being written and is changed when the store is new.
///
/// Returns whether `catalog` was changed.
pub(crate) fn add_to_revision(
    revision: &mut Revision<'_>,
    catalog: &mut Dictionary,
    new: &Dss,
) -> Result<bool, WriteError> {
    if new.is_empty() {
        return Ok(false);
    }
    let file = revision.base();
    let known = file.dss()?;
    let store_id = catalog.get("DSS").and_then(Object::as_reference);
    let mut store = match file.get(catalog, "DSS")? {
        Some(Object::Dictionary(store)) => store,
        _ => Dictionary::new().with("Type", Object::name("DSS")),
    };
    let mut added = false;
    for ((key, wanted), (_, present)) in new.lists().into_iter().zip(known.lists()) {
        let mut list = match file.get(&store, key)? {
            Some(Object::Array(items)) => items,
            _ => Vec::new(),
        };
        let before = list.len();
        for (index, value) in wanted.iter().enumerate() {
            if present.contains(value) || wanted[..index].contains(value) {
                continue;
            }
            list.push(Object::Reference(revision.add_stream(Dictionary::new(), value)?));
        }
        if list.len() > before {
            store.set(key, Object::Array(list));
            added = true;
        }
    }
    if !added {
        return Ok(false);
    }
    match store_id {
        Some(id) => {
            revision.update(id, &Object::Dictionary(store));
            Ok(false)
        }
        None => {
            let id = revision.add(&Object::Dictionary(store))?;
            catalog.set("DSS", Object::Reference(id));
            Ok(true)
        }
    }
}

/// The bytes to append so that the file also holds `dss` (PAdES level B-LT); empty when it holds everything already.
///
/// `file_id` is the random second half of the new /ID.
///
/// # Errors
/// [`WriteError`] if the file cannot be read.
pub fn add_dss(file: &Opened, dss: &Dss, file_id: [u8; 16]) -> Result<Vec<u8>, WriteError> {
    let mut revision = Revision::begin(file, file_id)?;
    let mut catalog = file.catalog()?;
    if add_to_revision(&mut revision, &mut catalog, dss)? {
        revision.update(file.catalog_id(), &Object::Dictionary(catalog));
    }
    if revision.is_empty() { Ok(Vec::new()) } else { Ok(revision.finish()) }
}
