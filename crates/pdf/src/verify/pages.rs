//! Which pages a revision touched, and how: what a person is shown beside the verdict.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::change::Change;
use crate::open::Opened;
use crate::pages::rectangle;
use crate::syntax::{Dictionary, Object, ObjectId};

/// Objects followed for one revision at most; beyond that pages are left unnamed, never called untouched by a verdict.
const MAX_FOLLOWED: usize = 200_000;

/// One page that a revision touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageReport {
    /// The page, from 1.
    pub page: usize,
    /// What was done to it.
    pub changes: Vec<PageChange>,
}

/// What a revision did to one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageChange {
    /// A signature's or seal's own mark.
    Signature,
    /// Drawings in a page button: seam seal, date, repeated seal.
    Stamp,
    /// Its text or drawings.
    Content,
    /// Fonts, pictures or other resources that it uses.
    Resources,
    /// Notes, fields or other annotations on it.
    Annotations,
    /// Its size, visible part, rotation or unit.
    Geometry,
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// Another page stands in its place.
    Replaced,
}

impl PageChange {
    fn texts(self) -> [&'static str; 3] {
        match self {
            Self::Signature => ["page.signature", "加盖签名或印章", "a signature or seal was placed"],
            Self::Stamp => ["page.stamp", "加盖骑缝章、日期等", "a seam seal, date or the like was drawn"],
            Self::Content => ["page.content", "页面内容被改动", "the content was changed"],
            Self::Resources => {
                ["page.resources", "页面使用的字体、图片等被改动", "fonts, pictures or other resources were changed"]
            }
            Self::Annotations => {
                ["page.annotations", "新增或改动了批注、表单域", "annotations or fields were added or changed"]
            }
            Self::Geometry => {
                ["page.geometry", "页面大小、可见范围或方向被改动", "its size, visible part or rotation was changed"]
            }
            Self::Added => ["page.added", "新增的页面", "the page was added"],
            Self::Removed => ["page.removed", "页面被删除", "the page was removed"],
            Self::Replaced => ["page.replaced", "页面被替换", "the page was replaced by another"],
        }
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        self.texts()[0]
    }
}

impl Serialize for PageChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [code, zh, en] = self.texts();
        let mut change = serializer.serialize_struct("PageChange", 3)?;
        change.serialize_field("code", code)?;
        change.serialize_field("zh", zh)?;
        change.serialize_field("en", en)?;
        change.end()
    }
}

/// The page (from 1) on which a widget is visible.
pub(super) fn shown_on(file: &Opened, widget: &Dictionary) -> Option<usize> {
    let rect = file.get(widget, "Rect").ok()??;
    let rect = rectangle(file, &rect).ok()??;
    let page = widget.get("P").and_then(Object::as_reference);
    let visible = rect.width() > 0.0 && rect.height() > 0.0;
    let pages = file.pages().ok()?;
    // A visible widget that does not name its page is on some page, which counts as the first.
    let index = page.and_then(|id| pages.iter().position(|page| page.id == id)).unwrap_or(0);
    visible.then_some(index + 1)
}

/// The pages touched by `changes`, and, if one of these is forbidden, by any object that `altered` names.
pub(super) fn page_changes(
    before: &Opened,
    after: &Opened,
    changes: &[Change],
    altered: &dyn Fn(u32) -> bool,
) -> Vec<PageReport> {
    let mut touched: BTreeMap<usize, BTreeSet<PageChange>> = BTreeMap::new();
    let mut touch = |page: usize, change: PageChange| {
        touched.entry(page).or_default().insert(change);
    };
    for change in changes {
        match change {
            Change::SignatureField { page: Some(page), .. } | Change::SignedField { page: Some(page), .. } => {
                touch(*page, PageChange::Signature);
            }
            Change::Annotations { pages, .. } => pages.iter().for_each(|page| touch(*page, PageChange::Annotations)),
            Change::PageButtons { pages, .. } => pages.iter().for_each(|page| touch(*page, PageChange::Stamp)),
            _ => {}
        }
    }
    if changes.iter().any(|change| !change.is_allowed()) {
        compare_pages(before, after, altered, &mut touch);
    }
    let in_order =
        |(page, changes): (usize, BTreeSet<PageChange>)| PageReport { page, changes: changes.into_iter().collect() };
    touched.into_iter().map(in_order).collect()
}

fn compare_pages(
    before: &Opened,
    after: &Opened,
    altered: &dyn Fn(u32) -> bool,
    touch: &mut dyn FnMut(usize, PageChange),
) {
    let (Ok(old_pages), Ok(new_pages)) = (before.pages(), after.pages()) else { return };
    let mut followed = 0;
    for (index, (old, new)) in old_pages.iter().zip(new_pages).enumerate() {
        let page = index + 1;
        if old.id != new.id {
            touch(page, PageChange::Replaced);
            continue;
        }
        let geometry = |page: &crate::Page| (page.media_box, page.crop_box, page.rotate, page.user_unit);
        if geometry(old) != geometry(new) {
            touch(page, PageChange::Geometry);
        }
        let (Ok(Object::Dictionary(old)), Ok(Object::Dictionary(new))) = (before.object(old.id), after.object(new.id))
        else {
            touch(page, PageChange::Replaced);
            continue;
        };
        let parts = [
            ("Contents", PageChange::Content),
            ("Resources", PageChange::Resources),
            ("Annots", PageChange::Annotations),
        ];
        for (key, change) in parts {
            let reached = new.get(key).is_some_and(|value| reaches(after, value, altered, &mut followed));
            if old.get(key) != new.get(key) || reached {
                touch(page, change);
            }
        }
    }
    for page in new_pages.len()..old_pages.len() {
        touch(page + 1, PageChange::Removed);
    }
    for page in old_pages.len()..new_pages.len() {
        touch(page + 1, PageChange::Added);
    }
}

/// Whether an object leads to one that was altered, without leaving the page.
fn reaches(file: &Opened, object: &Object, altered: &dyn Fn(u32) -> bool, followed: &mut usize) -> bool {
    const AWAY: [&str; 6] = ["Parent", "P", "Dest", "D", "A", "V"];
    let mut seen: HashSet<ObjectId> = HashSet::new();
    let mut stack = vec![object.clone()];
    while let Some(object) = stack.pop() {
        match object {
            Object::Reference(id) => {
                if altered(id.number) {
                    return true;
                }
                *followed += 1;
                if *followed > MAX_FOLLOWED {
                    return false;
                }
                if seen.insert(id) {
                    stack.extend(file.object(id).ok());
                }
            }
            Object::Array(items) => stack.extend(items),
            Object::Dictionary(dictionary) => {
                let inside = dictionary.iter().filter(|(key, _)| !AWAY.iter().any(|name| key == name));
                stack.extend(inside.map(|(_, value)| value.clone()));
            }
            Object::Stream(stream) => {
                let inside = stream.dictionary.iter().filter(|(key, _)| !AWAY.iter().any(|name| key == name));
                stack.extend(inside.map(|(_, value)| value.clone()));
            }
            _ => {}
        }
    }
    false
}
