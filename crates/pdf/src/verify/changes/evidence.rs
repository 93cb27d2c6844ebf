//! Evidence: the DSS may grow, and nothing of it may go.

use super::{Comparison, Judged};
use crate::open::Opened;
use crate::syntax::{Dictionary, Object, Stream};
use crate::verify::change::{Alteration, Change};

impl Comparison<'_> {
    pub(super) fn evidence(&mut self, old: &Dictionary, new: &Dictionary) -> Judged<()> {
        let (before, after) = (self.before, self.after);
        let malformed = || Change::forbidden(Alteration::Evidence, None);
        let old_store = self.opened(before, old, "DSS")?;
        let Some(new_store) = self.opened(after, new, "DSS")? else {
            return if old_store.is_some() { Err(malformed()) } else { Ok(()) };
        };
        let old_store = match old_store {
            None => Dictionary::new(),
            Some(Object::Dictionary(store)) => store,
            Some(_) => return Err(malformed()),
        };
        let Object::Dictionary(new_store) = new_store else { return Err(malformed()) };
        let mut added = false;
        for (name, _) in new_store.iter().chain(old_store.iter()) {
            let key = name.to_string();
            match key.as_str() {
                "Type" => {}
                "Certs" | "OCSPs" | "CRLs" => added |= self.evidence_list(&old_store, &new_store, &key)?,
                "VRI" => added |= self.evidence_by_signature(&old_store, &new_store)?,
                _ => return Err(malformed()),
            }
        }
        if added {
            self.changes.push(Change::Evidence);
        }
        Ok(())
    }

    fn evidence_list(&mut self, old: &Dictionary, new: &Dictionary, key: &str) -> Judged<bool> {
        let (before, after) = (self.before, self.after);
        let malformed = || Change::forbidden(Alteration::Evidence, None);
        let list = |object: Option<Object>| match object {
            None => Ok(Vec::new()),
            Some(Object::Array(items)) => Ok(items),
            Some(_) => Err(malformed()),
        };
        let old_items = list(self.opened(before, old, key)?)?;
        let new_items = list(self.opened(after, new, key)?)?;
        let (kept, fresh): (Vec<_>, Vec<_>) = new_items.into_iter().partition(|item| old_items.contains(item));
        if kept.len() < old_items.len() {
            return Err(malformed());
        }
        let added = !fresh.is_empty();
        for item in fresh {
            let id = item.as_reference().ok_or_else(malformed)?;
            let stream = match self.written.get(&id.number) {
                Some((Object::Stream(stream), Object::Null)) => stream,
                // One value may stand in two lists, of which the other is older.
                None if matches!(after.object(id), Ok(Object::Stream(_))) => continue,
                _ => return Err(malformed()),
            };
            if !self.explained.contains(&id.number) && !is_der(after, stream) {
                return Err(malformed());
            }
            self.explained.insert(id.number);
        }
        Ok(added)
    }

    /// /VRI: entries may come, and those that were there stay as they were.
    fn evidence_by_signature(&mut self, old: &Dictionary, new: &Dictionary) -> Judged<bool> {
        let (before, after) = (self.before, self.after);
        let malformed = || Change::forbidden(Alteration::Evidence, None);
        let dictionary = |object: Option<Object>| match object {
            None => Ok(Dictionary::new()),
            Some(Object::Dictionary(dictionary)) => Ok(dictionary),
            Some(_) => Err(malformed()),
        };
        let old_entries = dictionary(self.opened(before, old, "VRI")?)?;
        let new_entries = dictionary(self.opened(after, new, "VRI")?)?;
        if old_entries.iter().any(|(name, value)| new_entries.get(&name.to_string()) != Some(value)) {
            return Err(malformed());
        }
        let mut added = false;
        for (name, value) in new_entries.iter() {
            if !old_entries.contains(&name.to_string()) {
                self.adopt(value)?;
                added = true;
            }
        }
        Ok(added)
    }
}

fn is_der(file: &Opened, stream: &Stream) -> bool {
    let Ok(data) = file.stream_data(stream) else { return false };
    yinxin_pki::asn1::Element::from_der(&data).is_ok_and(|element| element.tag() == yinxin_pki::asn1::Tag::SEQUENCE)
}
