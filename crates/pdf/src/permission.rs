//! What signers left to those after them, as it stands in a file: certification (DocMDP), a field's lock, and locked fields (FieldMDP;
//! ISO 32000-2, 12.8.2 and 12.7.5.5). What cannot be read counts as the strictest.

use crate::fields::FieldError;
use crate::open::{Opened, ReadError};
use crate::syntax::{Dictionary, Object, text_of};

/// What may still be changed, the strictest of the author's certification and the locks of signed fields: 1 nothing, 2 filling in and signing,
/// 3 also annotations; `None` when nobody restricts it.
pub(crate) fn certification(file: &Opened) -> Result<Option<i64>, FieldError> {
    let mut strictest = certified(file)?;
    for field in file.signature_fields()?.iter().filter(|field| field.value.is_some()) {
        strictest = strictest.into_iter().chain(field.lock).min();
    }
    Ok(strictest)
}

/// /P of a certifying signature, `None` when there is none.
pub(crate) fn certified(file: &Opened) -> Result<Option<i64>, ReadError> {
    let catalog = file.catalog()?;
    let Some(permissions) = file.get(&catalog, "Perms")? else { return Ok(None) };
    let Some(permissions) = permissions.as_dictionary() else { return Ok(Some(1)) };
    let Some(signature) = file.get(permissions, "DocMDP")? else { return Ok(None) };
    let Some(signature) = signature.as_dictionary() else { return Ok(Some(1)) };
    Ok(Some(docmdp_level(file, signature)?.unwrap_or(1)))
}

/// /P of the DocMDP transform of a signature, `None` if it has none; what is not a number counts as 1, an absent one as 2.
pub(crate) fn docmdp_level(file: &Opened, signature: &Dictionary) -> Result<Option<i64>, ReadError> {
    let Some(parameters) = transform(file, signature, "DocMDP")? else { return Ok(None) };
    let level = parameters.as_ref().map(|found| file.get(found, "P")).transpose()?.flatten();
    Ok(Some(level.map_or(2, |level| level.as_integer().unwrap_or(1))))
}

/// The parameters of the transform `method` of a signature; the inner value is `None` when it has no parameters.
fn transform(file: &Opened, signature: &Dictionary, method: &str) -> Result<Option<Option<Dictionary>>, ReadError> {
    let references = file.get(signature, "Reference")?;
    for reference in references.as_ref().and_then(Object::as_array).unwrap_or_default() {
        let reference = file.resolve(reference)?;
        let Some(reference) = reference.as_dictionary() else { continue };
        if reference.get("TransformMethod").and_then(Object::as_name).is_some_and(|found| found == method) {
            let parameters = file.get(reference, "TransformParams")?;
            return Ok(Some(parameters.as_ref().and_then(Object::as_dictionary).cloned()));
        }
    }
    Ok(None)
}

/// Which fields may not change any more after a signature.
#[derive(Debug)]
pub(crate) enum FieldLock {
    /// None is locked.
    None,
    /// All, new ones included.
    All,
    /// Those named.
    These(Vec<String>),
    /// All but those named.
    AllBut(Vec<String>),
}

impl FieldLock {
    /// The lock that the signature dictionary `signature` sets.
    pub(crate) fn set_by(file: &Opened, signature: &Dictionary) -> Self {
        let parameters = match transform(file, signature, "FieldMDP") {
            Ok(None) => return FieldLock::None,
            Ok(Some(Some(parameters))) => parameters,
            Ok(Some(None)) | Err(_) => return FieldLock::All,
        };
        let Ok(fields) = file.get(&parameters, "Fields") else { return FieldLock::All };
        let fields = fields.as_ref().and_then(Object::as_array).unwrap_or_default();
        let names = || fields.iter().filter_map(Object::as_string).map(text_of).collect();
        match parameters.get("Action").and_then(Object::as_name).map(|action| action.as_bytes()) {
            Some(b"Include") => FieldLock::These(names()),
            Some(b"Exclude") => FieldLock::AllBut(names()),
            _ => FieldLock::All,
        }
    }

    /// Whether fields that are not named anywhere, as new ones are, may not change either.
    pub(crate) fn covers_new(&self) -> bool {
        matches!(self, FieldLock::All | FieldLock::AllBut(_))
    }

    /// Whether the field `name` may not change.
    pub(crate) fn covers(&self, name: &str) -> bool {
        // A name in the list stands for itself and for all fields below it.
        let listed = |list: &[String]| {
            list.iter().any(|listed| {
                name.strip_prefix(listed.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        match self {
            FieldLock::None => false,
            FieldLock::All => true,
            FieldLock::These(list) => listed(list),
            FieldLock::AllBut(list) => !listed(list),
        }
    }
}
