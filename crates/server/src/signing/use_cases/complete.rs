//! Completion: passwords and code are right, so the signatures are made, checked, kept and recorded (S1-026, S1-027, S3-087).
//!
//! All that costs time (reading, drawing, signing, stamping, verifying, writing the file) happens before the commit; the commit then says in
//! one go that the intent is used, the code and the tickets are spent, the seals are still usable, and the contract has moved. If any of
//! that is not so, nothing happened, and the file that was written is an orphan nobody names. Where the signer chose to end with his seals
//! (结束签章, S3-086), sending them is in the same commit: there is no moment at which they are made and only half sent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use yinxin_domain::calendar::Date;
use yinxin_domain::contract::sealing::NewAct;
use yinxin_domain::contract::{Contract, Transition};
use yinxin_domain::ids::{CertificateId, IntentId, SealId, SignatureId};
use yinxin_domain::signing::{Intent, Placed, PlacementKind};
use yinxin_pdf::{Dss, Opened, PartyKey};
use yinxin_pki::chain::KnownSignatures;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::hashed::Hashed;
use yinxin_pki::key::Signer as _;
use yinxin_pki::x509::Certificate;
use yinxin_seal::PdfForm;
use yinxin_seal::draw::DateSeal;
use zeroize::Zeroizing;

use super::case::{Case, is_stale, meanwhile, own_intent};
use super::confirm::new_act;
use super::desk::PlacementKindBody;
use super::release::{Proved, count_wrong_proof};
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::certificate::keys::KeyHandle;
use crate::certificate::passwords::{consume_ticket, derived, ticket_counts};
use crate::certificate::signing::{roots, signing_material};
use crate::certificate::tsa::{self, Stamper};
use crate::certificate::{CertificateError, Suite, responder};
use crate::contract::{effects, use_cases as contract};
use crate::db::{CommitError, Event};
use crate::failure::Failure;
use crate::identity::challenge::{self, Passed, Purpose};
use crate::identity::errors::ChallengeError;
use crate::identity::use_cases as identity;
use crate::seal::use_cases::{self as seals, UsableSeal, still_usable};
use crate::signing::engine::{self, EngineError, Instrument, Step, Trust};
use crate::signing::errors::SigningError;
use crate::signing::store::{self, Signature, StoredIntent};

/// What every signature says it is for, in the PDF's /Reason.
const REASON: &str = "签订合同";

/// What a completion answers, now and whenever it is asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Completed {
    /// `ctr_…`
    pub contract_id: String,
    /// The contract's version afterwards.
    pub contract_version: i64,
    /// Whether the step was ended with it (结束签章), in the same commit; otherwise what was sealed waits to be sent.
    #[serde(default)]
    pub step_ended: bool,
    /// SM3 of the document with the new signatures.
    pub document_sm3: String,
    /// The new signatures, in the order in which they were made.
    pub signatures: Vec<CompletedSignature>,
}

/// One new signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompletedSignature {
    /// `sig_…`
    pub signature_id: String,
    /// seal or personal
    pub kind: PlacementKindBody,
    /// The field in the PDF.
    pub field: String,
    /// The seal.
    pub seal_id: String,
    /// The certificate's serial number, hexadecimal.
    pub certificate_serial: String,
    /// The time that its timestamp gives, microseconds UTC.
    pub stamped_at: i64,
}

/// Completes an intent: signs, verifies, keeps and records. Asked again for a completed intent it gives the same answer and signs nothing.
///
/// `tickets` are those of [`super::release::release`], one for each of the intent's certificates, in any order. An intent of a batch is
/// completed with the batch's tickets and no code: it was given when the batch was released.
///
/// # Errors
/// [`SigningError`]; the contract is then as it was.
pub async fn complete(
    app: &App,
    actor: &Actor,
    id: IntentId,
    tickets: &[Zeroizing<String>],
    sms_code: &str,
) -> Result<Completed, SigningError> {
    actor.permit(&[Need::SignedIn])?;
    let stored = own_intent(app, actor, id).await?;
    if let Some(answer) = answered(&stored)? {
        return Ok(answer);
    }
    let contract = stored.intent.contract;
    match sign_and_record(app, actor, stored, tickets, sms_code).await {
        Ok(completed) => Ok(completed),
        Err(error) => match answered(&own_intent(app, actor, id).await?)? {
            // The same request came twice and the other was faster: its answer is this one's.
            Some(answer) => Ok(answer),
            None if is_stale(&error) => Err(meanwhile(app, actor, contract).await?),
            None => Err(error),
        },
    }
}

pub(super) fn answered(stored: &StoredIntent) -> Result<Option<Completed>, Failure> {
    let read = |result: &String| {
        serde_json::from_str(result).map_err(|error| Failure::damaged("signing_intents.result", error))
    };
    stored.result.as_ref().map(read).transpose()
}

/// One signature to be made, with everything that it takes.
struct Task {
    step: Step,
    key: KeyHandle,
    seal: SealId,
    certificate: CertificateId,
    kind: PlacementKind,
}

/// One signature made.
struct Signed {
    seal: SealId,
    certificate: CertificateId,
    serial: String,
    kind: PlacementKind,
    field: String,
    placed: Vec<Placed>,
    stamped_at: i64,
}

/// What the commit of a completion works on.
struct Change {
    intent_version: i64,
    intent: Intent,
    result: String,
    /// The code; none where it was given to the batch.
    passed: Option<Passed>,
    tickets: Vec<(CertificateId, Zeroizing<String>)>,
    seals: Vec<(SealId, CertificateId)>,
    /// What moves the contract, each from the last: sealed, and sent if the signer chose to end with it.
    moves: Vec<(Contract, Transition, i64)>,
    signatures: Vec<Signature>,
    now: i64,
}

async fn sign_and_record(
    app: &App,
    actor: &Actor,
    stored: StoredIntent,
    tickets: &[Zeroizing<String>],
    sms_code: &str,
) -> Result<Completed, SigningError> {
    let now = app.now();
    let intent = &stored.intent;
    let completed = intent.clone().complete(now)?;
    let case = Case::load(app, actor, intent.contract).await?;
    if intent.belongs_to(case.person, intent.organisation, case.contract().version()).is_err() {
        return Err(meanwhile(app, actor, intent.contract).await?);
    }
    // What was shown is what is signed.
    if engine::sm3(&stored.summary.canonical()) != intent.summary || case.document != intent.document {
        return Err(Failure::damaged("signing_intents.summary", "it is not what the intent is bound to").into());
    }
    let subject = intent.id.to_string();
    let in_batch = intent.batch.is_some();
    let handed_on: Vec<_> = tickets.iter().filter(|_| in_batch).map(|ticket| derived(ticket, &subject)).collect();
    let tickets = if in_batch { &handed_on } else { tickets };
    let tickets = assign_tickets(app, &intent.certificates, tickets, &subject).await?;
    let passed = if in_batch { None } else { Some(check_code(app, actor, &case, &stored, sms_code).await?) };

    let stamper = tsa::stamper(app, Suite::Sm2).await?;
    let tasks = tasks(app, actor, &case, intent, &stamper, now).await?;
    let seals = tasks.iter().map(|task| (task.seal, task.certificate)).collect();
    let base = app.files.get_to_continue(case.document).await.map_err(Failure::from)?;
    let (roots, known, mut rng) = (roots(app)?, Arc::clone(&app.trust.known), app.rng());
    let (file, signed) = app.cpu(move || make(base, tasks, &stamper, &roots, &known, now, &mut rng)).await??;
    let document = app.files.put_hashed(file).await.map_err(Failure::from)?;

    let acts: Vec<NewAct> = intent.placements.iter().map(new_act).collect();
    let before = case.contract().clone();
    let sealed = before.clone().seal(&case.context(now), document, &acts)?;
    let sent = if intent.ends_step { Some(sealed.next.clone().end_with_seals(&case.context(now))?) } else { None };
    let version = sent.as_ref().unwrap_or(&sealed).next.version();
    let record = |one: Signed| Signature {
        id: app.new_id(SignatureId::new),
        contract: intent.contract,
        draft: before.draft(),
        step: case.number,
        party: case.party,
        kind: one.kind,
        field: one.field,
        seal: one.seal,
        certificate: one.certificate,
        certificate_serial: one.serial,
        person: case.person,
        intent: intent.id,
        placed: one.placed,
        document,
        signed_at: now,
        stamped_at: one.stamped_at,
    };
    let signatures: Vec<Signature> = signed.into_iter().map(record).collect();
    let answer = Completed {
        contract_id: intent.contract.to_string(),
        contract_version: version,
        step_ended: intent.ends_step,
        document_sm3: document.to_string(),
        signatures: signatures.iter().map(CompletedSignature::of).collect(),
    };
    let event = Event::new(
        "signing_intent",
        intent.id,
        "signing.completed",
        json!({
            "contract": intent.contract, "version": version, "party": case.party, "ends_step": intent.ends_step,
            "base": intent.document, "document": document, "summary_sm3": intent.summary,
            "certificates": intent.certificates, "signatures": answer.signatures,
        }),
    );
    let mut audit = effects::record(Some(&before), &sealed)?.and(event);
    if let Some(sent) = &sent {
        audit = audit.join(effects::record(Some(&sealed.next), sent)?);
    }
    let between = sealed.next.clone();
    let mut moves = vec![(before, sealed, case.loaded.due_at(&between))];
    if let Some(sent) = sent {
        let due_at = case.loaded.due_at(&sent.next);
        moves.push((between, sent, due_at));
    }
    let change = Change {
        intent_version: stored.version,
        intent: completed,
        result: serde_json::to_string(&answer).map_err(|error| Failure::damaged("signing_intents.result", error))?,
        passed,
        tickets,
        seals,
        moves,
        signatures,
        now,
    };
    app.db
        .commit(&case.permit, audit, change, |change, conn| {
            Box::pin(async move {
                store::update_intent(conn, change.intent_version, &change.intent, Some(&change.result)).await?;
                if let Some(passed) = &change.passed {
                    passed.consume::<SigningError>(conn, change.now).await?;
                }
                let subject = change.intent.id.to_string();
                for (certificate, ticket) in &change.tickets {
                    consume_ticket::<SigningError>(conn, ticket, *certificate, &subject, change.now).await?;
                }
                for (seal, certificate) in &change.seals {
                    if !still_usable(conn, *seal, *certificate, change.now).await? {
                        return Err(CommitError::Refused(SigningError::SealChanged));
                    }
                }
                for (before, transition, due_at) in &change.moves {
                    contract::save_transition(conn, before, transition, *due_at, change.now).await?;
                }
                for signature in &change.signatures {
                    store::insert_signature(conn, signature).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(answer)
}

/// Checks the code that was sent for one intent; a wrong one counts against it.
async fn check_code(
    app: &App,
    actor: &Actor,
    case: &Case<'_>,
    stored: &StoredIntent,
    sms_code: &str,
) -> Result<Passed, SigningError> {
    let person = identity::find_person(app, case.person).await?.ok_or(crate::actor::Forbidden::NotSignedIn)?;
    let subject = stored.intent.id.to_string();
    match challenge::check(app, &person.phone, Purpose::Sign, &subject, sms_code).await {
        Ok(passed) => Ok(passed),
        Err(error) => {
            if matches!(error, ChallengeError::Wrong) {
                count_wrong_proof(app, actor, &Proved::Intent(Box::new(stored.clone())), "sms_code").await?;
            }
            Err(error.into())
        }
    }
}

impl CompletedSignature {
    fn of(signature: &Signature) -> Self {
        Self {
            signature_id: signature.id.to_string(),
            kind: signature.kind.into(),
            field: signature.field.clone(),
            seal_id: signature.seal.to_string(),
            certificate_serial: signature.certificate_serial.clone(),
            stamped_at: signature.stamped_at,
        }
    }
}

/// Finds each certificate's ticket, so that nothing expensive begins without all of them.
pub(super) async fn assign_tickets(
    app: &App,
    certificates: &[CertificateId],
    tickets: &[Zeroizing<String>],
    subject: &str,
) -> Result<Vec<(CertificateId, Zeroizing<String>)>, SigningError> {
    let mut assigned = Vec::with_capacity(certificates.len());
    for certificate in certificates {
        let mut found = None;
        for ticket in tickets.iter().take(certificates.len()) {
            match ticket_counts(app, ticket, *certificate, subject).await {
                Ok(()) => found = Some(ticket.clone()),
                Err(CertificateError::TicketInvalid) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let missing = || SigningError::TicketMissing { certificate: certificate.to_string() };
        assigned.push((*certificate, found.ok_or_else(missing)?));
    }
    Ok(assigned)
}

/// What has to be signed, one task for each seal that carries a signature, in the order of the placements.
async fn tasks(
    app: &App,
    actor: &Actor,
    case: &Case<'_>,
    intent: &Intent,
    stamper: &Stamper,
    now: i64,
) -> Result<Vec<Task>, SigningError> {
    let mut groups: Vec<(SealId, PlacementKind, Vec<Placed>)> = Vec::new();
    for one in &intent.placements {
        let carries = matches!(one.kind, PlacementKind::Seal | PlacementKind::Personal);
        if carries && !groups.iter().any(|(seal, ..)| *seal == one.seal) {
            let own = intent.placements.iter().filter(|other| other.seal == one.seal).cloned().collect();
            groups.push((one.seal, one.kind, own));
        }
    }
    let stamp_chain = stamper.chain();
    let mut tasks = Vec::with_capacity(groups.len());
    for (seal, kind, placed) in groups {
        let usable = seals::usable(app, actor, seal, Some(intent.contract)).await?;
        // A seal that was made anew has another certificate, whose password was not asked for.
        if !intent.certificates.contains(&usable.certificate) {
            return Err(SigningError::SealChanged);
        }
        let material = signing_material(app, usable.certificate).await?;
        let mut leaves = vec![material.certificate.clone()];
        leaves.extend(stamp_chain.first().cloned());
        if kind == PlacementKind::Seal {
            leaves.push(usable.art.maker.clone());
        }
        let archive = responder::archive(app, &leaves, responder::WHENEVER).await?;
        let dated = placed.iter().any(|one| one.kind == PlacementKind::Date);
        let step = Step {
            party: pdf_party(case.party)?,
            instrument: instrument(kind, &usable),
            certificate: material.certificate,
            chain: material.chain.into_iter().filter(|one| !one.is_self_issued()).collect(),
            signer_name: signer_name(app, case, kind).await?,
            reason: REASON.to_owned(),
            seal: usable.art.drawing.to_pdf_form(),
            date: if dated { Some(date_seal(now)?) } else { None },
            placed,
            evidence: Dss { certificates: archive.certificates, ocsps: archive.ocsp_responses, crls: archive.crls },
            stamp_chain: stamp_chain.clone(),
            now,
            file_id: random_id(app),
        };
        tasks.push(Task { step, key: material.key, seal, certificate: usable.certificate, kind });
    }
    Ok(tasks)
}

fn instrument(kind: PlacementKind, usable: &UsableSeal) -> Instrument {
    match kind {
        PlacementKind::Personal => Instrument::Personal,
        PlacementKind::Seal | PlacementKind::Date | PlacementKind::Seam => {
            Instrument::Seal(Arc::from(usable.art.der.as_slice()))
        }
    }
}

/// The party's key as the PDF's fields write it.
fn pdf_party(party: yinxin_domain::contract::PartyKey) -> Result<PartyKey, Failure> {
    PartyKey::new(&party.to_string()).ok_or_else(|| Failure::damaged("party key", party.to_string()))
}

async fn signer_name(app: &App, case: &Case<'_>, kind: PlacementKind) -> Result<String, SigningError> {
    if kind == PlacementKind::Personal {
        let person = identity::find_verified(app, case.person).await?.ok_or(SigningError::NotVerified)?;
        return Ok(person.name.as_str().to_owned());
    }
    Ok(case.contract().party(case.party).map(|party| party.name.clone()).unwrap_or_default())
}

/// A date seal of the day in China.
fn date_seal(now: i64) -> Result<PdfForm, Failure> {
    let (year, month, day) = Date::at(now).parts();
    let fits = |error: std::num::TryFromIntError| Failure::engine("date seal", error);
    let seal = DateSeal {
        year: u16::try_from(year).map_err(fits)?,
        month: u8::try_from(month).map_err(fits)?,
        day: u8::try_from(day).map_err(fits)?,
    };
    Ok(seal.draw().map_err(|error| Failure::engine("date seal", error))?.to_pdf_form())
}

/// A random half for a PDF's /ID.
pub(super) fn random_id(app: &App) -> [u8; 16] {
    use rand_core::Rng as _;
    let mut bytes = [0; 16];
    app.rng().fill_bytes(&mut bytes);
    bytes
}

/// Makes all signatures of one completion on one document; runs on the CPU pool.
fn make(
    base: Hashed,
    tasks: Vec<Task>,
    stamper: &Stamper,
    roots: &[Certificate],
    known: &KnownSignatures,
    now: i64,
    rng: &mut dyn rand_core::CryptoRng,
) -> Result<(Hashed, Vec<Signed>), EngineError> {
    let mut document = Opened::open_hashed(base)?;
    let mut signed = Vec::with_capacity(tasks.len());
    for Task { step, key, seal, certificate, kind } in tasks {
        let pending = step.begin(&document)?;
        let signature = key.sign(&pending.signing_digest())?;
        let token = stamper.stamp(DigestAlgorithm::Sm3.digest(&signature), now, &mut *rng)?;
        let made = pending.finish(&signature, &token, &Trust { roots, evidence: &step.evidence, known, now })?;
        signed.push(Signed {
            seal,
            certificate,
            serial: hex::encode(step.certificate.serial()),
            kind,
            field: made.field,
            placed: step.placed,
            stamped_at: made.stamped_at,
        });
        document = made.document;
    }
    Ok((document.hashed(), signed))
}
