//! One walk over all objects of a file: is each where the cross-reference says, and is there anything that acts on its own.

use serde::Serialize;

use super::obstacle::Damage;
use crate::open::Opened;
use crate::syntax::{Dictionary, Object, ObjectId, XrefEntry};

/// Bytes parsed per byte of the file beyond which its cross-reference is taken as hostile: entries that overlap without end.
const MAX_READINGS: usize = 16;
/// What a small file may cost in any case, in bytes.
const FREE: usize = 16 << 20;

/// What acts on its own, or may look different tomorrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActiveContent {
    /// JavaScript anywhere.
    Script,
    /// An action that starts programs, imports or submits data, or changes what is shown.
    Action,
    /// Sound, film, 3D, rich media.
    Media,
}

pub(super) struct Survey {
    pub active: Option<ActiveContent>,
    pub embedded_files: usize,
    pub page_buttons: bool,
    pub linearised: bool,
    pub signature: bool,
}

pub(super) fn survey(file: &Opened) -> Result<Survey, Damage> {
    let mut found =
        Survey { active: None, embedded_files: 0, page_buttons: false, linearised: false, signature: false };
    let mut budget = file.bytes().len().saturating_mul(MAX_READINGS).saturating_add(FREE);
    let mut numbers: Vec<u32> =
        file.sections().iter().flat_map(|section| &section.entries).map(|(number, _)| *number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    // Objects of one stream one after the other, so that each stream is decoded once.
    numbers.sort_by_key(|number| match file.entry(*number) {
        Some(XrefEntry::Compressed { stream, index }) => (stream, index),
        _ => (0, *number),
    });
    for number in numbers {
        let generation = match file.entry(number) {
            // An entry at byte 0, where the header stands, means a free one; some writers keep such.
            None | Some(XrefEntry::Free | XrefEntry::InUse { offset: 0, .. }) => continue,
            Some(XrefEntry::InUse { generation, .. }) => generation,
            Some(XrefEntry::Compressed { .. }) => 0,
        };
        let id = ObjectId { number, generation };
        let (object, cost) = file.object_and_cost(id).map_err(|cause| Damage::Object { number, cause })?;
        budget = budget.checked_sub(cost).ok_or(Damage::TooCostly)?;
        look_at(&object, &mut found);
    }
    found.linearised = is_linearised(file);
    Ok(found)
}

/// A linearised file says so in its first object, with its own length (ISO 32000-1, annex F).
fn is_linearised(file: &Opened) -> bool {
    let head = &file.bytes()[..file.bytes().len().min(1024)];
    let Some(at) = memchr::memmem::find(head, b" obj") else { return false };
    let object = crate::syntax::Parser::new(file.bytes(), at + 4).object().ok();
    let Some(Object::Dictionary(first)) = object else { return false };
    first.contains("Linearized") && first.get("L").and_then(Object::as_integer) == Some(file.bytes().len() as i64)
}

fn look_at(object: &Object, found: &mut Survey) {
    let mut stack = vec![object];
    while let Some(object) = stack.pop() {
        match object {
            Object::Array(items) => stack.extend(items),
            Object::Dictionary(_) | Object::Stream(_) => {
                let Some(dictionary) = object.as_dictionary() else { continue };
                found.signature |= dictionary.contains("ByteRange");
                found.page_buttons |= crate::verify::is_page_button(dictionary);
                if dictionary.contains("EF") {
                    found.embedded_files += 1;
                }
                if let Some(active) = activity(dictionary) {
                    found.active = Some(found.active.map_or(active, |known| known.min(active)));
                }
                stack.extend(dictionary.iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
}

fn activity(dictionary: &Dictionary) -> Option<ActiveContent> {
    const ACTIONS: [&str; 7] = ["Launch", "ImportData", "SubmitForm", "ResetForm", "Hide", "SetOCGState", "GoTo3DView"];
    const MEDIA: [&str; 5] = ["Movie", "Sound", "Screen", "3D", "RichMedia"];
    let name = |key: &str| dictionary.get(key).and_then(Object::as_name);
    let is = |key: &str, names: &[&str]| name(key).is_some_and(|found| names.iter().any(|known| found == known));
    let script = dictionary.contains("JS") && dictionary.contains("S");
    if script || is("S", &["JavaScript"]) || dictionary.contains("JavaScript") {
        return Some(ActiveContent::Script);
    }
    // /S is also a style and the like; an action's value stands beside its own keys or says that it is one.
    let is_action =
        is("Type", &["Action"]) || ["F", "D", "T", "H", "State", "URI"].iter().any(|key| dictionary.contains(key));
    if is_action && is("S", &ACTIONS) {
        return Some(ActiveContent::Action);
    }
    is("Subtype", &MEDIA).then_some(ActiveContent::Media)
}
