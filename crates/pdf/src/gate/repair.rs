//! Writing a damaged file anew, before its first signature and never after.

use std::collections::HashSet;
use std::sync::Arc;

use super::obstacle::Damage;
use super::salvage::{Salvage, salvage};
use super::{Inspection, inspect};
use crate::syntax::{Dictionary, Object, ObjectId, write_dictionary, write_object};

/// Length beyond which a file is not rebuilt, in bytes.
const MAX_LENGTH: usize = 256 << 20;
/// How deep a page's resources are followed, in objects.
const MAX_FOLLOWED: usize = 1_000_000;

/// A file written anew.
#[derive(Debug, Clone)]
pub struct Repaired {
    /// The whole new file.
    pub bytes: Vec<u8>,
    /// What it is; it has no damage and no signature.
    pub inspection: Inspection,
}

/// Why a file is not repaired.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepairError {
    /// It bears a signature, or traces of one: its bytes are evidence.
    #[error("pdf.repair.signed: a signed file is never repaired")]
    Signed,
    /// It is encrypted.
    #[error("pdf.repair.encrypted: remove the protection first")]
    Encrypted,
    /// It is larger than 256 MiB.
    #[error("pdf.repair.too_large")]
    TooLarge,
    /// A page or something that a page shows is missing: what would come out is not the document.
    #[error("pdf.repair.incomplete: object {0} is missing or unreadable")]
    Incomplete(u32),
    /// No catalogue and pages can be made out, or the file is made to keep a reader busy.
    #[error("pdf.repair.hopeless: export the file again from where it was made")]
    Hopeless,
    /// What came out is not sound either.
    #[error("pdf.repair.still_damaged: {0}")]
    StillDamaged(Damage),
}

/// Writes a damaged file anew from the objects that are found in it, the last definition of each, as one revision with a table.
///
/// Nothing that a page shows may be lost; a file of which something is missing is refused rather than repaired into another document.
///
/// # Errors
/// [`RepairError`], above all for a file that bears a signature.
pub fn repair(bytes: &[u8]) -> Result<Repaired, RepairError> {
    if bytes.len() > MAX_LENGTH {
        return Err(RepairError::TooLarge);
    }
    if memchr::memmem::find(bytes, b"/ByteRange").is_some() {
        return Err(RepairError::Signed);
    }
    let found = salvage(bytes)?;
    if found.trailers.iter().any(|trailer| trailer.contains("Encrypt")) {
        return Err(RepairError::Encrypted);
    }
    if found.objects.values().any(|(_, object)| bears_signature(object)) {
        return Err(RepairError::Signed);
    }
    let root = root_of(&found).ok_or(RepairError::Hopeless)?;
    complete(&found, root)?;
    let whole = write_anew(bytes, &found, root);
    let inspection = inspect(Arc::from(whole.as_slice()));
    if let Some(damage) = inspection.damage {
        return Err(RepairError::StillDamaged(damage));
    }
    if !inspection.signatures.is_empty() {
        return Err(RepairError::Signed);
    }
    Ok(Repaired { bytes: whole, inspection })
}

/// Whether an object is a signature dictionary, or a signature field with a value.
fn bears_signature(object: &Object) -> bool {
    let Some(dictionary) = object.as_dictionary() else { return false };
    let is_signature = dictionary.get("FT").and_then(Object::as_name).is_some_and(|kind| kind == "Sig");
    dictionary.contains("ByteRange")
        || (is_signature && dictionary.get("V").is_some_and(|value| *value != Object::Null))
}

fn dictionary_of(found: &Salvage, id: ObjectId) -> Option<&Dictionary> {
    found.objects.get(&id.number).and_then(|(_, object)| object.as_dictionary())
}

/// The catalogue: of the last trailer that names one, or else the last object that says it is one.
fn root_of(found: &Salvage) -> Option<ObjectId> {
    let is_catalogue = |id: &ObjectId| dictionary_of(found, *id).is_some_and(|catalogue| catalogue.contains("Pages"));
    let named = found.trailers.iter().rev().filter_map(|trailer| trailer.get("Root")?.as_reference());
    let typed = found.objects.iter().rev().filter_map(|(number, (generation, object))| {
        let kind = object.as_dictionary()?.get("Type").and_then(Object::as_name)?;
        (*kind == "Catalog").then_some(ObjectId { number: *number, generation: *generation })
    });
    named.chain(typed).find(is_catalogue)
}

/// Every page that is listed is there with all that it shows, and there are as many as the tree says.
fn complete(found: &Salvage, root: ObjectId) -> Result<(), RepairError> {
    let pages = dictionary_of(found, root).and_then(|catalogue| catalogue.get("Pages")?.as_reference());
    let pages = pages.ok_or(RepairError::Hopeless)?;
    let tree = dictionary_of(found, pages).ok_or(RepairError::Incomplete(pages.number))?;
    let declared = tree.get("Count").and_then(Object::as_integer);
    let (mut seen, mut count) = (HashSet::new(), 0i64);
    let mut stack: Vec<(ObjectId, bool)> = vec![(pages, true)];
    while let Some((id, is_node)) = stack.pop() {
        if !seen.insert(id.number) {
            continue;
        }
        if seen.len() > MAX_FOLLOWED {
            return Err(RepairError::Hopeless);
        }
        let Some((_, object)) = found.objects.get(&id.number) else { return Err(RepairError::Incomplete(id.number)) };
        if !is_node {
            references(object, &["Parent", "P", "Dest", "D", "A", "Popup"], &mut |id| stack.push((id, false)));
            continue;
        }
        let node = object.as_dictionary().ok_or(RepairError::Incomplete(id.number))?;
        if node.contains("Kids") {
            let Some(Object::Array(kids)) = node.get("Kids").map(|kids| resolved(found, kids)) else {
                return Err(RepairError::Incomplete(id.number));
            };
            stack.extend(kids.iter().filter_map(Object::as_reference).map(|kid| (kid, true)));
        } else {
            count += 1;
        }
        for key in ["Contents", "Resources"] {
            if let Some(value) = node.get(key) {
                references(value, &[], &mut |id| stack.push((id, false)));
            }
        }
    }
    match declared {
        Some(declared) if declared != count => Err(RepairError::Incomplete(pages.number)),
        _ => Ok(()),
    }
}

fn resolved<'a>(found: &'a Salvage, object: &'a Object) -> &'a Object {
    match object.as_reference() {
        Some(id) => found.objects.get(&id.number).map_or(&Object::Null, |(_, object)| object),
        None => object,
    }
}

/// All references in an object but those under the keys that lead back or away.
fn references(object: &Object, except: &[&str], take: &mut dyn FnMut(ObjectId)) {
    let mut stack = vec![object];
    while let Some(object) = stack.pop() {
        match object {
            Object::Reference(id) => take(*id),
            Object::Array(items) => stack.extend(items),
            Object::Dictionary(_) | Object::Stream(_) => {
                let entries = object.as_dictionary().into_iter().flat_map(Dictionary::iter);
                stack.extend(entries.filter(|(key, _)| !except.iter().any(|name| key == name)).map(|(_, value)| value));
            }
            _ => {}
        }
    }
}

fn write_anew(old: &[u8], found: &Salvage, root: ObjectId) -> Vec<u8> {
    let version = found.objects.get(&root.number).and_then(|(_, catalogue)| {
        let name = catalogue.as_dictionary()?.get("Version")?.as_name()?.to_string();
        Some(name)
    });
    let head = memchr::memmem::find(&old[..old.len().min(1024)], b"%PDF-").and_then(|at| old.get(at + 5..at + 8));
    let head = head.map(|version| String::from_utf8_lossy(version).into_owned());
    let sound = |version: &String| matches!(version.as_bytes(), [b'1' | b'2', b'.', b'0'..=b'9']);
    let version = version.into_iter().chain(head).filter(sound).max().unwrap_or_else(|| "1.7".into());
    let mut out = format!("%PDF-{version}\n%\u{e2}\u{e3}\u{cf}\u{d3}\n").into_bytes();
    let mut table = String::from("xref\n0 1\n0000000000 65535 f \n");
    for (number, (generation, object)) in &found.objects {
        table.push_str(&format!("{number} 1\n{:010} {generation:05} n \n", out.len()));
        out.extend_from_slice(format!("{number} {generation} obj\n").as_bytes());
        match object {
            Object::Stream(stream) => {
                let mut dictionary = stream.dictionary.clone();
                dictionary.set("Length", Object::Integer(stream.data.len() as i64));
                write_dictionary(&mut out, &dictionary);
                out.extend_from_slice(b"\nstream\n");
                out.extend_from_slice(old.get(stream.data.clone()).unwrap_or_default());
                out.extend_from_slice(b"\nendstream");
            }
            other => write_object(&mut out, other),
        }
        out.extend_from_slice(b"\nendobj\n");
    }
    let size = found.objects.last_key_value().map_or(1, |(number, _)| i64::from(*number) + 1);
    let mut trailer = Dictionary::new().with("Size", Object::Integer(size)).with("Root", Object::Reference(root));
    for key in ["Info", "ID"] {
        if let Some(value) = found.trailers.iter().rev().find_map(|trailer| trailer.get(key)) {
            trailer.set(key, value.clone());
        }
    }
    let at = out.len();
    out.extend_from_slice(table.as_bytes());
    out.extend_from_slice(b"trailer\n");
    write_dictionary(&mut out, &trailer);
    out.extend_from_slice(format!("\nstartxref\n{at}\n%%EOF\n").as_bytes());
    out
}
