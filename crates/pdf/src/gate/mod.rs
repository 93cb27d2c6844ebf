//! The gate: what a file is, said before anything is done with it, and what may be done with it.
//!
//! [`inspect`] reads every object of a file once, within limits, and never fails: what is wrong with the file stands in the [`Inspection`].
//! [`Inspection::may`] then answers for each [`Act`] with the [`Obstacle`] in its way, which says to a person what to do.
//! A damaged file can be written anew by [`repair`], but only while it bears no signature: afterwards its bytes are evidence.

mod obstacle;
mod repair;
mod salvage;
mod survey;

use std::sync::Arc;

use serde::Serialize;

pub use obstacle::{Damage, Obstacle};
pub use repair::{RepairError, Repaired, repair};
pub use survey::ActiveContent;

use crate::open::{OpenError, Opened};
use crate::pages::Page;
use crate::permission::{FieldLock, certification};
use crate::syntax::{Object, XrefForm};

/// How a cross-reference is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum XrefKind {
    /// A classic table.
    Table,
    /// A cross-reference stream.
    Stream,
    /// A table with an additional stream for newer readers.
    Hybrid,
}

/// The interactive form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FormKind {
    /// None.
    None,
    /// An ordinary form.
    Fields {
        /// Terminal fields, signature fields included.
        count: usize,
    },
    /// An XFA form, whose look is not in the PDF.
    Xfa,
}

/// One signature as it stands in the file; nothing about it is verified here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// Name of the field.
    pub field: String,
    /// /SubFilter as written.
    pub sub_filter: Option<String>,
}

/// What a file is.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Length in bytes.
    pub length: usize,
    /// The higher one of the header's version and the catalogue's, such as `1.7`; empty when there is no header.
    pub version: String,
    /// The kind of each cross-reference section, newest first; empty for a file that cannot be opened.
    pub xref: Vec<XrefKind>,
    /// Whether it is linearised (and was not updated since).
    pub linearised: bool,
    /// Whether it is encrypted, be it with an empty password.
    pub encrypted: bool,
    /// Pages with their boxes, rotation and unit.
    pub pages: Vec<Page>,
    /// Signatures.
    pub signatures: Vec<Signed>,
    /// Whether anything in the bytes looks like a signature; in a damaged file the only thing that can be said.
    pub traces_of_signature: bool,
    /// What its certification or a signer's lock allows: 1 nothing, 2 filling in and signing, 3 also annotations; `None` when all is allowed.
    pub permission: Option<i64>,
    /// Names of the signed fields whose lock closes all other fields, page buttons and new signature fields among them (FieldMDP).
    pub locked_by: Vec<String>,
    /// Its form.
    pub form: FormKind,
    /// Whether it has page buttons, made by [`crate::prepare_form`].
    pub page_buttons: bool,
    /// Scripts and actions that run on their own.
    pub active: Option<ActiveContent>,
    /// Files embedded in it.
    pub embedded_files: usize,
    /// What is broken, the first thing found.
    pub damage: Option<Damage>,
}

/// What somebody may want to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Write it anew because it is damaged ([`repair`]).
    Repair,
    /// Make it ready for the parties ([`crate::prepare_form`]): page buttons, and with them seam seals.
    PrepareForm,
    /// Add a signature with a visible mark.
    SignVisibly,
    /// Add a signature without one.
    SignInvisibly,
    /// Draw in page buttons: seam seals, dates, repeated seals.
    DrawOnPages,
}

/// Reads a whole file and says what it is. Work and memory are bounded by a multiple of its length.
pub fn inspect(bytes: Arc<[u8]>) -> Inspection {
    let mut found = Inspection {
        length: bytes.len(),
        version: header_version(&bytes).unwrap_or_default(),
        xref: Vec::new(),
        linearised: false,
        encrypted: false,
        pages: Vec::new(),
        signatures: Vec::new(),
        traces_of_signature: memchr::memmem::find(&bytes, b"/ByteRange").is_some(),
        permission: None,
        locked_by: Vec::new(),
        form: FormKind::None,
        page_buttons: false,
        active: None,
        embedded_files: 0,
        damage: None,
    };
    match Opened::open(bytes) {
        Ok(file) => {
            if let Err(damage) = look_into(&file, &mut found) {
                found.damage = Some(damage);
            }
        }
        Err(OpenError::Encrypted) => found.encrypted = true,
        Err(error) => found.damage = Some(Damage::Open(error)),
    }
    found
}

impl Inspection {
    /// Whether `act` may be done with the file.
    ///
    /// # Errors
    /// The first [`Obstacle`], worst first.
    pub fn may(&self, act: Act) -> Result<(), Obstacle> {
        if self.encrypted {
            return Err(Obstacle::Encrypted);
        }
        let signed = self.signatures.first().map(|signed| signed.field.clone());
        let any_trace = signed.is_some() || self.traces_of_signature;
        match &self.damage {
            Some(damage) if any_trace => return Err(Obstacle::DamagedAfterSigning(damage.clone())),
            Some(damage) if act != Act::Repair => return Err(Obstacle::Damaged(damage.clone())),
            None if act == Act::Repair => return Err(Obstacle::NotDamaged),
            Some(_) => return Ok(()),
            None => {}
        }
        if self.form == FormKind::Xfa {
            return Err(Obstacle::Xfa);
        }
        if let Some(active) = self.active {
            return Err(Obstacle::Active(active));
        }
        if self.permission.is_some_and(|level| level <= 1) {
            return Err(Obstacle::Certified);
        }
        match (act, signed) {
            (Act::PrepareForm, Some(field)) => Err(Obstacle::SignedBefore { field }),
            (Act::DrawOnPages, Some(field)) if !self.page_buttons => Err(Obstacle::SignedBefore { field }),
            (Act::DrawOnPages, None) if !self.page_buttons => Err(Obstacle::NotPrepared),
            (Act::DrawOnPages | Act::SignVisibly | Act::SignInvisibly, Some(_)) if !self.locked_by.is_empty() => {
                Err(Obstacle::Locked { field: self.locked_by.first().cloned().unwrap_or_default() })
            }
            (Act::SignVisibly | Act::DrawOnPages | Act::PrepareForm, _) if self.permission.is_some() => {
                Err(Obstacle::CertifiedVisible)
            }
            _ => Ok(()),
        }
    }
}

fn look_into(file: &Opened, found: &mut Inspection) -> Result<(), Damage> {
    found.xref = file
        .sections()
        .iter()
        .map(|section| match section.form {
            XrefForm::Table if section.hybrid.is_some() => XrefKind::Hybrid,
            XrefForm::Table => XrefKind::Table,
            XrefForm::Stream(_) => XrefKind::Stream,
        })
        .collect();
    let catalog = file.catalog()?;
    if let Some(Object::Name(name)) = file.get(&catalog, "Version")? {
        let version = name.to_string();
        if version > found.version {
            found.version = version;
        }
    }
    found.pages = file.pages()?.to_vec();
    found.form = match file.form()? {
        None => FormKind::None,
        Some((form, _)) if form.contains("XFA") => FormKind::Xfa,
        Some(_) => FormKind::Fields { count: crate::fields::terminal_fields(file)?.len() },
    };
    for field in file.signature_fields()? {
        let Some(value) = field.value else { continue };
        if FieldLock::set_by(file, &value.dictionary).covers_new() {
            found.locked_by.push(field.name.clone());
        }
        found.signatures.push(Signed { field: field.name, sub_filter: value.sub_filter.map(|name| name.to_string()) });
    }
    found.permission = certification(file)?;
    let survey = survey::survey(file)?;
    found.linearised = survey.linearised;
    found.page_buttons = survey.page_buttons;
    found.active = survey.active;
    found.embedded_files = survey.embedded_files;
    found.traces_of_signature |= survey.signature;
    Ok(())
}

/// The version in the header, `1.7` or the like.
fn header_version(bytes: &[u8]) -> Option<String> {
    let rest = bytes.strip_prefix(b"%PDF-")?;
    let length = rest.iter().take(8).take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    Some(String::from_utf8_lossy(&rest[..length]).into_owned()).filter(|version| !version.is_empty())
}
