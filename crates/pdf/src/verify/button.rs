//! Page buttons (docs/adr/0002) as a verifier sees them: told by name and flags, never drawn otherwise than over what stood there.

use crate::open::Opened;
use crate::syntax::{Dictionary, Object, ObjectId, Stream, text_of};

/// Page (from 1) and party of a page button, told by its name and flags.
pub(super) fn page_button(field: &Dictionary) -> Option<(usize, String)> {
    let kind = field.get("FT").and_then(Object::as_name)?;
    let flags = field.get("Ff").and_then(Object::as_integer)?;
    if *kind != "Btn" || flags != crate::form::BUTTON_FLAGS {
        return None;
    }
    let name = text_of(field.get("T")?.as_string()?);
    let (page, party) = name.strip_prefix("page-")?.split_once('-')?;
    Some((page.parse().ok()?, party.to_owned()))
}

/// The stream that a button shows, with its id.
pub(super) fn drawn(file: &Opened, button: &Dictionary) -> Option<(ObjectId, Stream)> {
    let appearance = file.get(button, "AP").ok()??;
    let appearance = appearance.as_dictionary()?;
    // No other state and no other event may show something else.
    if appearance.len() != 1 {
        return None;
    }
    let states = file.get(appearance, "N").ok()??;
    let states = states.as_dictionary()?;
    if states.len() != 1 {
        return None;
    }
    let id = states.get("On")?.as_reference()?;
    match file.object(id).ok()? {
        Object::Stream(stream) => Some((id, stream)),
        _ => None,
    }
}

/// Whether the new appearance has the same box, uses no font, and first draws what stood there.
pub(super) fn keeps(
    before: &Opened,
    after: &Opened,
    (old_id, old): (ObjectId, Stream),
    (_, new): (ObjectId, Stream),
) -> bool {
    if old.dictionary.get("BBox") != new.dictionary.get("BBox") || new.dictionary.contains("Matrix") {
        return false;
    }
    let Ok(Some(Object::Dictionary(resources))) = after.get(&new.dictionary, "Resources") else { return false };
    if resources.contains("Font") {
        return false;
    }
    if old.data.is_empty() || before.stream_data(&old).is_ok_and(|data| data.is_empty()) {
        return true;
    }
    let first = match after.get(&resources, "XObject") {
        Ok(Some(Object::Dictionary(xobjects))) => xobjects.get("Before").cloned(),
        _ => None,
    };
    first == Some(Object::Reference(old_id))
        && after.stream_data(&new).is_ok_and(|content| content.starts_with(b"/Before Do\n"))
}
