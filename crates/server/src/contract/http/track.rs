//! 签署轨迹 over HTTP.

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use yinxin_domain::ids::ContractId;

use super::answers::TextOut;
use crate::actor::Actor;
use crate::app::App;
use crate::contract::use_cases::track::{self, Entry, SignatureProof};
use crate::db::events::Recorded;
use crate::http::extract::{Json, Path};
use crate::http::problem::Problem;
use crate::signing::use_cases::desk::{DeskPlaced, PlacementKindBody};

/// One entry of the track.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TrackOut {
    /// `evt_…`
    event_id: String,
    /// Its place in the chain, from 1; what another party has not sent is left out.
    seq: i64,
    /// When, microseconds UTC.
    at: i64,
    /// What happened: `contract.sent` …
    kind: String,
    /// The step in words.
    title: TextOut,
    /// What was set, in words; empty where nothing was.
    detail: TextOut,
    /// What was said with it.
    opinion: Option<String>,
    /// The party that acted, or is concerned: `A`, `B` …
    party: Option<String>,
    /// In which capacity: member, operator, client, system.
    actor_kind: String,
    /// Who, if a human.
    person_id: Option<String>,
    /// His name; of another party's people the first character only.
    person_name: Option<String>,
    /// For whom.
    organisation_id: Option<String>,
    /// Its name.
    organisation_name: Option<String>,
    /// Which machine client or job.
    agent: Option<String>,
    /// From which address; told to who acted, his organisation, and operators.
    ip: Option<String>,
    /// With which program; told as the address is.
    user_agent: Option<String>,
    /// The contract's version then.
    version: Option<i64>,
    /// The facts.
    data: Value,
    /// SM3 over the hash before and this event.
    hash: String,
}

impl From<Entry> for TrackOut {
    fn from(entry: Entry) -> Self {
        let Entry { event, data, title, detail, opinion, party, organisation_name, person_name, origin_shown } = entry;
        Self {
            event_id: event.id,
            seq: event.seq,
            at: event.at,
            kind: event.kind,
            title: title.into(),
            detail: detail.into(),
            opinion,
            party: party.map(|party| party.to_string()),
            actor_kind: event.actor_kind,
            person_id: event.person_id,
            person_name,
            organisation_id: event.organisation_id,
            organisation_name,
            agent: event.agent,
            ip: event.ip.filter(|_| origin_shown),
            user_agent: event.user_agent.filter(|_| origin_shown),
            version: data["version"].as_i64(),
            data,
            hash: event.hash,
        }
    }
}

/// The track: who, acting for whom, when, what, from where.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/track", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = Vec<TrackOut>)))]
pub(super) async fn track(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Json<Vec<TrackOut>>, Problem> {
    Ok(Json(track::track(&app, &actor, id).await?.into_iter().map(Into::into).collect()))
}

/// One signature with its seal and certificate.
#[derive(Serialize, utoipa::ToSchema)]
struct SignatureProofOut {
    /// `sig_…`
    signature_id: String,
    /// seal or personal
    kind: PlacementKindBody,
    /// The party.
    party: String,
    /// The signer's name; of another party's people the first character only.
    signer: Option<String>,
    /// `seal_…`
    seal_id: String,
    /// Its name.
    seal_name: String,
    /// What it is for.
    seal_type: &'static str,
    /// Thirteen digits, if it is filed with the police.
    seal_code: Option<String>,
    /// Its picture.
    seal_image: String,
    /// The holder of the certificate.
    certificate_holder: String,
    /// Who issued it.
    certificate_issuer: String,
    /// Its serial number, hexadecimal.
    certificate_serial: String,
    /// SM2, ECDSA P-256, RSA.
    certificate_algorithm: &'static str,
    /// cloud, mobile or token.
    custody: &'static str,
    /// From when it counts, microseconds UTC.
    not_before: i64,
    /// Until when it counts, microseconds UTC.
    not_after: i64,
    /// When the signer signed, by the platform's clock, microseconds UTC.
    signed_at: i64,
    /// The time that the timestamp gives, microseconds UTC.
    stamped_at: i64,
    /// Whose clock that is: operator (the platform's own timestamp authority) or outside.
    stamped_by: &'static str,
    /// How the signer's will was checked.
    intent_checks: Vec<&'static str>,
    /// `int_…`
    intent_id: String,
    /// The field in the PDF.
    field: String,
    /// SM3 of the revision that holds it.
    document_sm3: String,
    /// Where its marks stand.
    placed: Vec<DeskPlaced>,
}

impl SignatureProofOut {
    fn of(proof: SignatureProof, contract: ContractId) -> Self {
        let SignatureProof { signature, .. } = proof;
        Self {
            signature_id: signature.id.to_string(),
            kind: signature.kind.into(),
            party: signature.party.to_string(),
            signer: proof.signer,
            seal_image: format!("/api/v1/contracts/{contract}/seals/{}/image.svg", signature.seal),
            seal_id: signature.seal.to_string(),
            seal_name: proof.seal_name,
            seal_type: proof.seal_type,
            seal_code: proof.seal_code,
            certificate_holder: proof.holder,
            certificate_issuer: proof.issuer,
            certificate_serial: signature.certificate_serial.clone(),
            certificate_algorithm: proof.algorithm,
            // Every key of this program is kept by the server, and its own authority stamps.
            custody: "cloud",
            stamped_by: "operator",
            not_before: proof.not_before,
            not_after: proof.not_after,
            signed_at: signature.signed_at,
            stamped_at: signature.stamped_at,
            intent_checks: vec!["certificate_password", "sms_code"],
            intent_id: signature.intent.to_string(),
            field: signature.field.clone(),
            document_sm3: signature.document.to_string(),
            placed: signature.placed.iter().map(DeskPlaced::of).collect(),
        }
    }
}

/// The proof of one entry.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ProofOut {
    /// The entry.
    entry: TrackOut,
    /// The hash of the entry before, zeros for the first.
    previous_hash: String,
    /// Whether the whole chain is unbroken.
    intact: bool,
    /// How many entries the chain has.
    chain_length: usize,
    /// What the hash is made of after the previous one, in this order, each as a 32-bit big-endian length and its UTF-8 bytes; an absent one
    /// is length 0xFFFFFFFF. An address that is another party's own is absent here, and the hash can then not be made again from this alone.
    hashed: Vec<Option<String>>,
    /// The signatures that the entry speaks of.
    signatures: Vec<SignatureProofOut>,
    /// SM3 of the document before.
    document_before: Option<String>,
    /// SM3 of the document after; it can be had under `/api/v1/contracts/{id}/documents/{sm3}`.
    document_after: Option<String>,
}

/// The fields under the hash, in the order of [`Recorded`].
fn hashed(event: &Recorded, origin_shown: bool) -> Vec<Option<String>> {
    let own = |text: &Option<String>| text.clone().filter(|_| origin_shown);
    vec![
        Some(event.id.clone()),
        Some(event.at.to_string()),
        Some(event.aggregate_kind.clone()),
        Some(event.aggregate_id.clone()),
        Some(event.seq.to_string()),
        Some(event.kind.clone()),
        Some(event.actor_kind.clone()),
        event.person_id.clone(),
        event.organisation_id.clone(),
        event.agent.clone(),
        own(&event.ip),
        own(&event.user_agent),
        own(&event.request_id),
        Some(event.data.clone()),
    ]
}

/// The proof of one entry of the track: its hash and the one before, its facts, the signatures with seal and certificate.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/track/{seq}", tag = "contract", security(("session" = [])), params(("id" = String, Path), ("seq" = i64, Path)), responses((status = 200, body = ProofOut)))]
pub(super) async fn proof(
    State(app): State<App>,
    actor: Actor,
    Path((id, seq)): Path<(ContractId, i64)>,
) -> Result<Json<ProofOut>, Problem> {
    let proof = track::proof(&app, &actor, id, seq).await?;
    Ok(Json(ProofOut {
        hashed: hashed(&proof.entry.event, proof.entry.origin_shown),
        entry: proof.entry.into(),
        previous_hash: proof.previous_hash,
        intact: proof.intact,
        chain_length: proof.length,
        signatures: proof.signatures.into_iter().map(|one| SignatureProofOut::of(one, id)).collect(),
        document_before: proof.document_before,
        document_after: proof.document_after,
    }))
}
