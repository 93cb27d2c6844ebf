//! Verifying every signature of a file, and what changed since each was made.
//!
//! The order of the work:
//! 1. the revisions are found and read byte by byte (`revision`); a file that cannot be read so far is [`Unreadable`];
//! 2. the signatures of all revisions are found, also those that the last revision does not show any more;
//! 3. each is told by its bytes (seal signature, CMS, timestamp), and its frame outside of the signed bytes is checked (`frame`);
//! 4. the file is hashed once per hash function, whatever the number of signatures;
//! 5. from the newest to the oldest signature, signature, chains and times are verified; a document timestamp that holds proves that what
//!    it covers existed then, so that older signatures are judged at that time;
//! 6. each revision after a signature is compared with the one before (`changes`).
//!
//! Roots come from the caller only. Certificates of the file are candidates for the links in between.

mod button;
mod change;
mod changes;
mod fault;
mod frame;
mod material;
mod pages;
mod permission;
mod report;
mod revision;
mod sentence;
mod signature;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use yinxin_pki::chain::{RevocationEvidence, Validator};
use yinxin_pki::x509::Certificate;

pub use change::{Alteration, Change};
pub use fault::{Fault, Frame, Verdict};
pub use pages::{PageChange, PageReport};
pub use report::{
    Clock, Holder, Kind, Report, RevisionReport, Revocation, SealFacts, Sentence, SignatureReport, SigningTime, Time,
    WantedEvidence,
};

use crate::dangling::Waiting;
use crate::fields::{FieldError, SignatureField, SignatureValue};
use crate::open::{MOST_WORK, OpenError, Opened};
use crate::syntax::{Object, XrefSection};
use material::Materials;
use revision::{Layer, Written};
use signature::{Examined, Reading, Session};

/// What a file may at most be made of, so that a hostile one cannot keep a verifier busy.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Length of the file in bytes.
    pub bytes: usize,
    /// Revisions.
    pub revisions: usize,
    /// Signatures.
    pub signatures: usize,
    /// Bytes parsed and unpacked, all revisions together.
    pub work: u64,
}

impl Default for Limits {
    /// 64 MiB, 512 revisions, 256 signatures, 512 MiB of work: a few seconds.
    fn default() -> Self {
        Limits { bytes: 64 << 20, revisions: 512, signatures: 256, work: MOST_WORK }
    }
}

/// How to verify.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// The only certificates that are trusted.
    pub roots: Vec<Certificate>,
    /// The time of verifying, microseconds UTC.
    pub at_micros: i64,
    /// Limits.
    pub limits: Limits,
}

/// Why a file cannot be verified at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is larger than the limits allow.
    #[error("verify.too_large: the file has {length} bytes, at most {limit} are verified")]
    TooLarge {
        /// Length of the file.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// It has more revisions or signatures than the limits allow.
    #[error("verify.too_many: the file has more revisions or signatures than are verified")]
    TooMany,
    /// To look at everything in it takes more than is done for any file.
    #[error("verify.too_intricate: to look at everything in the file takes too long")]
    TooIntricate,
    /// It is no PDF that can be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its updates do not follow one another.
    #[error("verify.revisions: the updates of the file do not follow one another")]
    Revisions,
    /// Its form cannot be read, so that no one can say which signatures it has.
    #[error(transparent)]
    Form(#[from] FieldError),
}

/// Whether a field is one of our page buttons, told by its name and flags.
pub(crate) fn is_page_button(field: &crate::syntax::Dictionary) -> bool {
    button::page_button(field).is_some()
}

/// A signature found in some revision.
pub(crate) struct Found {
    pub field: String,
    pub page: Option<usize>,
    pub value: SignatureValue,
    pub revision: Option<usize>,
    /// Whether a field of the newest revision shows it.
    pub in_form: bool,
    /// /P of its field's lock.
    pub lock: Option<i64>,
}

/// Verifies every signature of the file.
///
/// # Errors
/// [`Unreadable`] if no statement can be made; whatever is wrong with single signatures stands in the [`Report`].
pub fn verify(bytes: Arc<[u8]>, options: &VerifyOptions) -> Result<Report, Unreadable> {
    let limits = options.limits;
    if bytes.len() > limits.bytes {
        return Err(Unreadable::TooLarge { length: bytes.len(), limit: limits.bytes });
    }
    let file = Opened::open_within(bytes, limits.work)?;
    let report = report_on(&file, options);
    // What was not read any more may have been taken for missing.
    if file.is_exhausted() { Err(Unreadable::TooIntricate) } else { report }
}

fn report_on(file: &Opened, options: &VerifyOptions) -> Result<Report, Unreadable> {
    let limits = options.limits;
    let revisions = revision::revisions(file).ok_or(Unreadable::Revisions)?;
    if revisions.len() > limits.revisions {
        return Err(Unreadable::TooMany);
    }
    let mut layers: Vec<Layer> = revisions.into_iter().map(|revision| Layer::read(file, revision)).collect();
    let found = find_signatures(file, &mut layers)?;
    if found.len() > limits.signatures {
        return Err(Unreadable::TooMany);
    }
    let mut file_faults = Vec::new();
    let compared = compare_revisions(file, &mut layers, &found);
    let (readings, sm3) = signature::read_all(file, &layers, &found);
    let (examined, wanted_evidence, evidence_unreadable) = examine_all(file, options, &found, &readings);
    if evidence_unreadable {
        file_faults.push(Fault::EvidenceUnreadable);
    }
    let renew_before = signature::protected_until(&readings, &examined).map(Time);

    let mut signatures: Vec<SignatureReport> = Vec::with_capacity(found.len());
    for ((found, reading), examined) in found.iter().zip(&readings).zip(examined) {
        let later = || found.revision.map(|own| compared.iter().skip(own + 1).flat_map(|(changes, _)| changes));
        let altered = later().is_none_or(|mut changes| changes.any(|change| !change.is_allowed()));
        let limit = permission::Limit::set_by(file, &found.value.dictionary, found.lock);
        let exceeded = later().is_some_and(|mut changes| changes.any(|change| !limit.allows(change)));
        let mut report = signature::report(file, found, reading, examined);
        report.faults.extend(altered.then_some(Fault::AlteredAfter));
        report.faults.extend((exceeded && !altered).then_some(Fault::PermissionExceeded));
        let drawn = |change: &Change| matches!(change, Change::Annotations { drawn, .. } if !drawn.is_empty());
        let drawn_after = later().is_some_and(|mut changes| changes.any(drawn));
        report.faults.extend((drawn_after && !altered && !exceeded).then_some(Fault::AnnotatedAfter));
        report.permission = limit.level;
        signatures.push(report);
    }
    sentence::check_order_of_times(&mut signatures, options.at_micros);

    if signatures.is_empty() {
        file_faults.push(Fault::NoSignature);
    }
    let last = layers.last().map_or(0, |last| last.revision.own_end(file.bytes()));
    let covered = signatures.iter().any(|signature| signature.covers_whole_file);
    let trailing = file.bytes().len().saturating_sub(last);
    if trailing > 0 && !covered {
        file_faults.push(Fault::TrailingBytes { count: trailing });
    }
    let revisions = layers
        .iter()
        .zip(compared)
        .enumerate()
        .map(|(index, (layer, (changes, pages)))| RevisionReport {
            start: layer.revision.start,
            end: layer.revision.mark_end,
            signatures: (0..found.len()).filter(|signature| found[*signature].revision == Some(index)).collect(),
            changes,
            pages,
        })
        .collect();
    for signature in &mut signatures {
        sentence::conclude(signature);
    }
    let worst =
        signatures.iter().map(|signature| signature.verdict).chain(file_faults.iter().map(Fault::verdict)).max();
    let verdict = worst.unwrap_or(Verdict::Invalid);
    Ok(Report {
        verdict,
        summary: sentence::of_file(verdict, &signatures, &file_faults),
        length: file.bytes().len(),
        sm3: report::digest_text(&sm3),
        renew_before,
        evidence_before: wanted_evidence
            .iter()
            .filter(|wanted| !wanted.with_renewal)
            .map(|wanted| Time(wanted.certificate.not_after()))
            .min(),
        revisions,
        signatures,
        faults: file_faults,
        wanted_evidence,
    })
}

/// The signatures of all revisions in the order of the file.
fn find_signatures(file: &Opened, layers: &mut [Layer]) -> Result<Vec<Found>, Unreadable> {
    let revisions: Vec<Range<usize>> =
        layers.iter().map(|layer| layer.revision.start..layer.revision.mark_end).collect();
    let revision_at = |place: &Range<usize>| revisions.iter().position(|revision| revision.contains(&place.start));
    let mut found: Vec<Found> = Vec::new();
    let mut places: HashSet<usize> = HashSet::new();
    let mut take = |field: Option<&SignatureField>, value: SignatureValue, in_form: bool| {
        // Two fields may not share a signature, but then it is one signature.
        if value.contents_at.as_ref().is_some_and(|place| !places.insert(place.start)) {
            return;
        }
        let revision = value.contents_at.as_ref().and_then(revision_at);
        let name = field.map(|field| field.name.clone()).unwrap_or_default();
        let lock = field.and_then(|field| field.lock);
        found.push(Found { field: name, page: field.and_then(page_of), value, revision, in_form, lock });
    };
    for field in file.signature_fields()? {
        if let Some(value) = &field.value {
            take(Some(&field), value.clone(), true);
        }
    }
    // What earlier revisions showed and the last one does not.
    for (index, layer) in layers.iter_mut().enumerate().rev().skip(1) {
        let Some(earlier) = &mut layer.opened else { continue };
        let brought = layer.written.iter().flatten().any(Written::is_signature);
        if index > 0 && !brought && layer.written.is_some() {
            continue;
        }
        for field in earlier.signature_fields()? {
            if let Some(value) = &field.value {
                take(Some(&field), value.clone(), false);
            }
        }
        earlier.forget();
    }
    // Signature dictionaries that no field ever showed: nobody has a reason to put one there.
    for layer in layers.iter() {
        let Some(opened) = &layer.opened else { continue };
        for written in layer.written.iter().flatten().filter(|written| written.is_signature()) {
            if let Some(value) = opened.signature_value(&Object::Reference(written.id))? {
                take(None, value, false);
            }
        }
    }
    found.sort_by_key(|found| found.value.contents_at.as_ref().map_or(usize::MAX, |place| place.start));
    Ok(found)
}

/// Page of a field's visible widget, from 1.
fn page_of(field: &SignatureField) -> Option<usize> {
    field.widgets.iter().find(|widget| widget.is_visible())?.page.map(|page| page + 1)
}

/// How often what waits for later objects is looked for in the whole file: once, and again for who signed what had been altered before.
const MOST_LOOKS: usize = 8;

/// What each revision changed; empty up to and with the revision of the first signature.
fn compare_revisions(file: &Opened, layers: &mut [Layer], found: &[Found]) -> Vec<(Vec<Change>, Vec<PageReport>)> {
    let first = found.iter().filter_map(|found| found.revision).min().unwrap_or(layers.len());
    let mut compared = vec![(Vec::new(), Vec::new()); layers.len()];
    let sections: Vec<&XrefSection> = layers.iter().map(|layer| &file.sections()[layer.revision.section]).collect();
    let unjudged = || (vec![Change::forbidden(Alteration::HiddenBytes, None)], Vec::new());
    let mut waiting: Option<Waiting> = None;
    let mut looks = 0;
    for index in first..layers.len().saturating_sub(1) {
        // What was kept of the revision before the last two is not needed any more.
        if let Some(opened) = index.checked_sub(1).and_then(|past| layers[past].opened.as_mut()) {
            opened.forget();
        }
        let (one, other) = (&layers[index], &layers[index + 1]);
        let (Some(before), Some(after), Some(_)) = (&one.opened, &other.opened, &other.written) else {
            waiting = None;
            compared[index + 1] = unjudged();
            continue;
        };
        // Behind an alteration it matters only to who signed after it.
        if waiting.is_none() && found.iter().any(|found| found.revision == Some(index)) {
            looks += 1;
            waiting = (looks <= MOST_LOOKS).then(|| Waiting::new(before, &sections[index + 1..]).ok()).flatten();
            if waiting.is_none() {
                compared[index + 1] = unjudged();
                continue;
            }
        }
        let annotating = annotating(file, found, index);
        let (changes, pages) = changes::compare(before, after, sections[index + 1], waiting.as_mut(), annotating);
        if changes.iter().any(|change| !change.is_allowed()) {
            waiting = None;
        }
        compared[index + 1] = (changes, pages);
    }
    compared
}

/// Whether what follows the revision `last` may add annotations: only the author can allow it, who signs first (ISO 32000-2, 12.8.2.2), and
/// nobody may have forbidden it since.
fn annotating(file: &Opened, found: &[Found], last: usize) -> bool {
    let until_then = found.iter().filter(|found| found.revision.is_some_and(|own| own <= last));
    let mut levels = until_then.map(|found| permission::Limit::set_by(file, &found.value.dictionary, found.lock).level);
    levels.next() == Some(Some(3)) && levels.all(|level| level.is_none_or(|level| level >= 3))
}

/// Verifies from the newest to the oldest. The second value is the evidence that should be added, the third whether the evidence store could
/// not be read.
fn examine_all(
    file: &Opened,
    options: &VerifyOptions,
    found: &[Found],
    readings: &[Reading],
) -> (Vec<Examined>, Vec<WantedEvidence>, bool) {
    let (store, unreadable) = match file.dss() {
        Ok(store) => (store, false),
        Err(_) => (crate::dss::Dss::default(), true),
    };
    let mut materials = Materials::new(&options.roots);
    let carried = readings.iter().flat_map(|reading| &reading.loose).flat_map(|loose| &loose.certificates);
    for der in store.certificates.iter().chain(carried) {
        materials.add(der);
    }
    let mut validator = Validator::new(&options.roots);
    validator.add_candidates(materials.certificates());
    let loose = || readings.iter().flat_map(|reading| &reading.loose);
    let ocsps: Vec<&[u8]> =
        store.ocsps.iter().chain(loose().flat_map(|loose| &loose.ocsps)).map(Vec::as_slice).collect();
    let crls: Vec<&[u8]> = store.crls.iter().chain(loose().flat_map(|loose| &loose.crls)).map(Vec::as_slice).collect();
    let evidence = RevocationEvidence { ocsp_responses: &ocsps, crls: &crls };

    let (now, existed) = (options.at_micros, options.at_micros);
    let mut session = Session { validator, materials, evidence, existed, now, wanted: Vec::new() };
    let newest_first = found.iter().zip(readings).rev();
    let mut examined: Vec<Examined> =
        newest_first.map(|(found, reading)| signature::examine(file, found, reading, &mut session)).collect();
    examined.reverse();
    signature::judge_clocks(&mut examined);
    (examined, session.wanted, unreadable)
}
