//! 签署轨迹: who did what when, from where, with which seal and certificate; and the proof of each entry.

use std::collections::BTreeMap;

use serde_json::Value;
use yinxin_domain::contract::{ContractEvent, PartyKey, Text};
use yinxin_domain::ids::{ContractId, PersonId};
use yinxin_domain::signing::PlacementKind;
use yinxin_pki::key::KeyAlgorithm;

use super::reading::{Seen, show};
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::certificate;
use crate::contract::effects::AGGREGATE;
use crate::contract::errors::ContractError;
use crate::db::events::{self, Recorded};
use crate::failure::Failure;
use crate::identity;
use crate::seal;
use crate::signing::use_cases::signatures::{self, Signature};

/// One entry of the track as somebody may see it.
pub struct Entry {
    /// The event.
    pub event: Recorded,
    /// Its facts.
    pub data: Value,
    /// The step in words.
    pub title: Text,
    /// What was set, in words; empty where nothing was.
    pub detail: Text,
    /// What was said with it.
    pub opinion: Option<String>,
    /// The party that acted, or is concerned.
    pub party: Option<PartyKey>,
    /// The name of the organisation that was acted for.
    pub organisation_name: Option<String>,
    /// The person's name; of another party's people the first character only.
    pub person_name: Option<String>,
    /// Whether where it came from is this viewer's to see.
    pub origin_shown: bool,
}

/// The proof of one entry.
pub struct Proof {
    /// The entry.
    pub entry: Entry,
    /// The hash of the entry before, zeros for the first.
    pub previous_hash: String,
    /// Whether the whole chain, this entry in it, is unbroken.
    pub intact: bool,
    /// How many entries the chain has.
    pub length: usize,
    /// The signatures that the entry speaks of.
    pub signatures: Vec<SignatureProof>,
    /// SM3 of the document before, where the entry speaks of one.
    pub document_before: Option<String>,
    /// SM3 of the document after.
    pub document_after: Option<String>,
}

/// One signature with its seal and certificate.
pub struct SignatureProof {
    /// The signature.
    pub signature: Signature,
    /// Its seal's name.
    pub seal_name: String,
    /// What the seal is for.
    pub seal_type: &'static str,
    /// Thirteen digits, if it is filed with the police.
    pub seal_code: Option<String>,
    /// The certificate's holder.
    pub holder: String,
    /// Who issued it.
    pub issuer: String,
    /// The algorithm of its key.
    pub algorithm: &'static str,
    /// From when it counts, microseconds UTC.
    pub not_before: i64,
    /// Until when it counts, microseconds UTC.
    pub not_after: i64,
    /// The signer's name, masked as in the entry.
    pub signer: Option<String>,
}

/// The contract's track as this actor may see it: what another party sealed and has not sent is left out.
///
/// # Errors
/// [`ContractError`].
pub async fn track(app: &App, actor: &Actor, id: ContractId) -> Result<Vec<Entry>, ContractError> {
    let seen = show(app, actor, id).await?;
    let events = events::track(&mut *app.db.read().await?, AGGREGATE, &id.to_string()).await?;
    let signed = signatures::all_of(app, id).await?;
    let mut names = Names::of(app, actor);
    let mut entries = Vec::with_capacity(events.len());
    for event in events {
        if let Some(entry) = entry(&seen, &mut names, event, &signed).await? {
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// The newest entry of these kinds that this actor may see.
///
/// # Errors
/// [`ContractError`].
pub(super) async fn newest(
    app: &App,
    actor: &Actor,
    seen: &Seen<'_>,
    kinds: &[&'static str],
) -> Result<Option<Entry>, ContractError> {
    let id = seen.loaded.contract.id().to_string();
    let event = events::newest_of(&mut *app.db.read().await?, AGGREGATE, &id, kinds).await?;
    let Some(event) = event else { return Ok(None) };
    let mut names = Names::of(app, actor);
    Ok(entry(seen, &mut names, event, &[]).await?)
}

/// The proof of one entry, for who may see the entry.
///
/// # Errors
/// [`ContractError::NoEntry`].
pub async fn proof(app: &App, actor: &Actor, id: ContractId, seq: i64) -> Result<Proof, ContractError> {
    let seen = show(app, actor, id).await?;
    let events = events::track(&mut *app.db.read().await?, AGGREGATE, &id.to_string()).await?;
    let (intact, length) = (events::is_unbroken(&events), events.len());
    let previous_hash = events.iter().find(|event| event.seq == seq - 1).map(|event| event.hash.clone());
    let event = events.into_iter().find(|event| event.seq == seq).ok_or(ContractError::NoEntry)?;
    let signed = signatures::all_of(app, id).await?;
    let mut names = Names::of(app, actor);
    let entry = entry(&seen, &mut names, event, &signed).await?.ok_or(ContractError::NoEntry)?;
    let concerned: Vec<Signature> = concerned(&entry.event, &entry.data, &signed).into_iter().cloned().collect();
    let mut proofs = Vec::with_capacity(concerned.len());
    let mut document_before = None;
    for signature in concerned {
        if document_before.is_none() {
            document_before = signatures::base_of(app, signature.intent).await?.map(|sm3| sm3.to_string());
        }
        let signer = names.person(&seen, signature.person, Some(signature.party)).await?;
        proofs.push(signature_proof(app, signature, signer).await?);
    }
    let document_after = match &entry.data["document"] {
        Value::String(sm3) => Some(sm3.clone()),
        document => document["sm3"].as_str().map(str::to_owned),
    };
    Ok(Proof {
        previous_hash: previous_hash.unwrap_or_else(|| "0".repeat(64)),
        intact,
        length,
        signatures: proofs,
        document_before,
        document_after,
        entry,
    })
}

async fn signature_proof(
    app: &App,
    signature: Signature,
    signer: Option<String>,
) -> Result<SignatureProof, ContractError> {
    let sealed = seal::use_cases::named(app, signature.seal).await?;
    let stored = certificate::use_cases::find(app, signature.certificate)
        .await
        .map_err(|error| Failure::damaged("signatures.certificate_id", error))?;
    let of = &stored.certificate;
    let common = |name: yinxin_pki::x509::Name<'_>| name.common_name().unwrap_or_else(|| name.to_string());
    Ok(SignatureProof {
        seal_name: sealed.name,
        seal_type: sealed.seal_type.code(),
        seal_code: sealed.code,
        holder: common(of.subject()),
        issuer: common(of.issuer()),
        algorithm: algorithm(of.public_key().algorithm()),
        not_before: stored.validity.not_before,
        not_after: stored.validity.not_after,
        signature,
        signer,
    })
}

fn algorithm(key: KeyAlgorithm) -> &'static str {
    match key {
        KeyAlgorithm::Sm2 => "SM2",
        KeyAlgorithm::EcdsaP256 => "ECDSA P-256",
        KeyAlgorithm::EcdsaP384 => "ECDSA P-384",
        KeyAlgorithm::Rsa => "RSA",
    }
}

fn own_organisation(actor: &Actor) -> Option<String> {
    actor.organisation().map(|organisation| organisation.to_string())
}

/// Names of people, looked up once.
struct Names<'a> {
    app: &'a App,
    own: Option<String>,
    all: bool,
    known: BTreeMap<PersonId, String>,
}

impl<'a> Names<'a> {
    fn of(app: &'a App, actor: &Actor) -> Self {
        Self { app, own: own_organisation(actor), all: actor.meets(&[Need::Operator]), known: BTreeMap::new() }
    }

    async fn person(
        &mut self,
        seen: &Seen<'_>,
        person: PersonId,
        party: Option<PartyKey>,
    ) -> Result<Option<String>, Failure> {
        if !self.known.contains_key(&person) {
            let found = identity::use_cases::find_person(self.app, person).await?;
            let name = found.map(|one| one.name.unwrap_or_else(|| one.phone.masked())).unwrap_or_default();
            self.known.insert(person, name);
        }
        let Some(name) = self.known.get(&person).filter(|name| !name.is_empty()) else { return Ok(None) };
        let organisation =
            party.and_then(|key| seen.loaded.contract.party(key)).map(|one| one.organisation.to_string());
        let own = self.all || (organisation.is_some() && organisation == self.own);
        Ok(Some(if own { name.clone() } else { masked(name) }))
    }
}

/// The first character and a star: enough to tell people apart, too little to know them.
fn masked(name: &str) -> String {
    name.chars().next().map(|first| format!("{first}*")).unwrap_or_default()
}

async fn entry(
    seen: &Seen<'_>,
    names: &mut Names<'_>,
    event: Recorded,
    signed: &[(Signature, Option<i64>)],
) -> Result<Option<Entry>, Failure> {
    let data: Value = serde_json::from_str(&event.data).map_err(|error| Failure::damaged("events.data", error))?;
    let own = seen.loaded.contract.party_of_actor(&seen.who).map(|party| party.key);
    let private = matches!(event.kind.as_str(), "contract.sealed" | "contract.unsent_discarded");
    let named = data["party"].as_str().and_then(PartyKey::parse);
    if private && (own.is_none() || own != named) {
        return Ok(None);
    }
    let acting = event.organisation_id.as_deref();
    let parties = seen.loaded.contract.parties();
    let acted = parties.iter().find(|party| acting == Some(party.organisation.to_string().as_str()));
    let party = acted.map(|party| party.key).or(named);
    let known: Option<ContractEvent> = serde_json::from_value(data.clone()).ok();
    let title = match (&known, event.kind.as_str()) {
        (Some(known), _) => known.text(),
        (None, "contract.urged") => Text::new("催办", "Urged the holder"),
        (None, kind) => Text::new(kind, kind),
    };
    let person: Option<PersonId> = event.person_id.as_deref().and_then(|id| id.parse().ok());
    let person_name = match person {
        Some(person) => names.person(seen, person, acted.map(|party| party.key)).await?,
        None => None,
    };
    Ok(Some(Entry {
        detail: what_was_set(&concerned(&event, &data, signed)),
        opinion: known.as_ref().and_then(ContractEvent::opinion).map(str::to_owned),
        party,
        organisation_name: acted.map(|party| party.name.clone()),
        person_name,
        origin_shown: names.all || names.own.is_none() || names.own == event.organisation_id,
        title,
        event,
        data,
    }))
}

/// The signatures that an entry speaks of: those made with it, or those that a step was sent with.
fn concerned<'s>(event: &Recorded, data: &Value, signed: &'s [(Signature, Option<i64>)]) -> Vec<&'s Signature> {
    let document = data["document"].as_str().unwrap_or_default();
    match event.kind.as_str() {
        "contract.sealed" => {
            signed.iter().map(|(one, _)| one).filter(|one| one.document.to_string() == document).collect()
        }
        "contract.step_sent" => {
            let Some(last) = signed.iter().map(|(one, _)| one).find(|one| one.document.to_string() == document) else {
                return Vec::new();
            };
            let stood = |(one, discarded): &&(Signature, Option<i64>)| {
                (one.draft, one.step) == (last.draft, last.step)
                    && one.signed_at <= event.at
                    && discarded.is_none_or(|discarded| discarded > event.at)
            };
            signed.iter().filter(stood).map(|(one, _)| one).collect()
        }
        _ => Vec::new(),
    }
}

/// 印章 2 处、日期章、骑缝章.
fn what_was_set(signatures: &[&Signature]) -> Text {
    let count = |kind: PlacementKind| {
        signatures.iter().flat_map(|one| &one.placed).filter(|placed| placed.kind == kind).count()
    };
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for (kind, name_zh, name_en) in [
        (PlacementKind::Seal, "印章", "seal"),
        (PlacementKind::Personal, "个人签名", "personal signature"),
        (PlacementKind::Date, "日期章", "date seal"),
        (PlacementKind::Seam, "骑缝章", "seam seal"),
    ] {
        match count(kind) {
            0 => {}
            1 => {
                zh.push(name_zh.to_owned());
                en.push(name_en.to_owned());
            }
            many => {
                zh.push(format!("{name_zh} {many} 处"));
                en.push(format!("{many} {name_en}s"));
            }
        }
    }
    Text::new(zh.join("、"), en.join(", "))
}
