//! What can be done with awards: push, correct, cancel, look.

use axum::body::Bytes;
use serde_json::json;
use sm3::{Digest as _, Sm3};
use sqlx::AnyConnection;
use yinxin_domain::award::{self, Award, CheckContext, Checked, Fault};
use yinxin_domain::calendar::Date;
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{AwardId, ClientId, OrganisationId, PushId};
use yinxin_domain::law::RuleTables;
use yinxin_domain::organisation::OrganisationKind;
use yinxin_domain::template::{Side, parties};

use super::errors::AwardError;
use super::store::{self, AwardParty, Push};
use crate::actor::{Actor, Capacity, ClientKind, Need, Permit};
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::organisation::use_cases::{Provision, provision};

/// For the contract feature, inside the commit that begins or ends a contract: the award's places, and its lock.
pub use super::store::{AwardState, StoredAward, begin_drafting, find as find_stored, parties as places, release};

/// Who pushes awards.
const PUSHERS: &[ClientKind] = &[ClientKind::Trading, ClientKind::Mall];
/// Pushes of one award that collide are few; more than this is not a collision.
const ATTEMPTS: usize = 3;
/// Characters of a cancellation's reason.
const REASON_LIMIT: usize = 500;

/// What became of an accepted push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushOutcome {
    /// A new award.
    Created,
    /// The open award has new content.
    Corrected,
    /// The same content again; nothing was done.
    Unchanged,
}

/// An accepted push.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// The award.
    pub award: AwardId,
    /// What became of the push.
    pub outcome: PushOutcome,
    /// Its version now.
    pub version: i64,
    /// Members of the file that were not understood and are no part of the award.
    pub ignored: Vec<String>,
}

/// Receives a pushed award. The same content again is no change; other content corrects the award until a contract is begun
/// from it. A refused push is kept with its faults for the operator.
///
/// # Errors
/// [`AwardError`]: not a trading or mall client, all faults at once, drafting has started, a lot taken.
pub async fn push(app: &App, actor: &Actor, body: Bytes) -> Result<Pushed, AwardError> {
    let permit = actor.permit(&[Need::Client(PUSHERS)])?;
    take(app, &permit, client_of(actor)?, body).await
}

/// Takes the body of a push in the name of a client.
async fn take(app: &App, permit: &Permit, client: ClientId, body: Bytes) -> Result<Pushed, AwardError> {
    let profiles = app.profiles.known_to_awards();
    let today = Date::at(app.now());
    let bytes = body.clone();
    let checked = app
        .cpu(move || {
            award::check(
                &bytes,
                &CheckContext {
                    profiles: &profiles,
                    rules: RuleTables::bundled(),
                    today,
                    unprintable: &yinxin_fonts::unprintable,
                },
            )
        })
        .await?;
    // What came is kept as it came: durable before the row that names it.
    let file = app.files.put(body.to_vec()).await.map_err(Failure::from)?;
    let attempt = Attempt { app, permit, client, file };
    let Checked { award, ignored } = match checked {
        Ok(checked) => checked,
        Err(faults) => {
            attempt.keep_refused("refused", None, &faults).await?;
            return Err(AwardError::Refused(faults));
        }
    };
    for _ in 0..ATTEMPTS {
        let known = store::find_living(&mut *app.db.read().await?, client, &award.key()).await?;
        let done = match known {
            None => attempt.create(&award).await,
            Some(known) => attempt.correct(known, &award).await,
        };
        match done {
            Ok((id, outcome, version)) => return Ok(Pushed { award: id, outcome, version, ignored }),
            Err(Collision::Again) => {}
            Err(Collision::Refused(error)) => {
                if let AwardError::DraftingStarted(other) | AwardError::SubjectTaken(other) = &error {
                    attempt.keep_refused("conflict", Some(*other), &[]).await?;
                }
                return Err(error);
            }
        }
    }
    Err(Failure::StaleVersion { what: "award" }.into())
}

/// Why a write did not happen.
enum Collision {
    /// Another push was quicker; look again.
    Again,
    /// For good.
    Refused(AwardError),
}

impl From<Failure> for Collision {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure.into())
    }
}

/// One push on its way into the database.
struct Attempt<'a> {
    app: &'a App,
    permit: &'a Permit,
    client: ClientId,
    file: Sm3Digest,
}

impl Attempt<'_> {
    fn push(&self, outcome: &'static str, award: Option<AwardId>, faults: &[Fault]) -> Push {
        Push {
            id: self.app.new_id(PushId::new),
            client: self.client,
            received_at: self.app.now(),
            outcome: outcome.to_owned(),
            award,
            file: self.file,
            faults: faults.to_vec(),
        }
    }

    async fn keep_refused(
        &self,
        outcome: &'static str,
        award: Option<AwardId>,
        faults: &[Fault],
    ) -> Result<(), AwardError> {
        let push = self.push(outcome, award, faults);
        let facts = json!({ "outcome": outcome, "faults": faults.len(), "file_sm3": self.file });
        let record = Record::of(Event::new("push", push.id, "award.push_refused", facts));
        self.app
            .db
            .commit(self.permit, record, push, |push, conn| {
                Box::pin(async move { Ok(store::insert_push(conn, push).await?) })
            })
            .await
    }

    async fn create(&self, award: &Award) -> Result<(AwardId, PushOutcome, i64), Collision> {
        let now = self.app.now();
        let id = self.app.new_id(AwardId::new);
        let stored = StoredAward {
            id,
            client: self.client,
            state: AwardState::Open,
            version: 1,
            digest: digest(award)?,
            award: award.clone(),
            contract: None,
            created_at: now,
            updated_at: now,
        };
        self.write(stored, None, "award.pushed").await?;
        Ok((id, PushOutcome::Created, 1))
    }

    async fn correct(&self, known: StoredAward, award: &Award) -> Result<(AwardId, PushOutcome, i64), Collision> {
        let digest = digest(award)?;
        if known.digest == digest {
            return Ok((known.id, PushOutcome::Unchanged, known.version));
        }
        if known.state != AwardState::Open {
            return Err(Collision::Refused(AwardError::DraftingStarted(known.id)));
        }
        let seen = known.version;
        let stored =
            StoredAward { version: seen + 1, digest, award: award.clone(), updated_at: self.app.now(), ..known };
        let (id, version) = (stored.id, stored.version);
        self.write(stored, Some(seen), "award.corrected").await?;
        Ok((id, PushOutcome::Corrected, version))
    }

    /// Writes a new award (`seen` absent) or the correction of the version that was seen, with its parties.
    async fn write(&self, stored: StoredAward, seen: Option<i64>, kind: &'static str) -> Result<(), Collision> {
        let provisions: Vec<(String, Provision)> = parties(&stored.award)
            .iter()
            .map(|party| {
                let kind = match party.side {
                    Side::Purchaser => OrganisationKind::Purchaser,
                    Side::Supplier => OrganisationKind::Supplier,
                };
                (party.key.to_string(), provision(self.app, party.party.uscc, &party.party.name, kind))
            })
            .collect();
        let outcome = if seen.is_some() { "corrected" } else { "created" };
        let push = self.push(outcome, Some(stored.id), &[]);
        let facts = json!({
            "version": stored.version, "profile": stored.award.profile, "project_code": stored.award.project.code,
            "amount_fen": stored.award.amount, "body_sm3": stored.digest, "file_sm3": self.file,
        });
        let record = Record::of(Event::new("award", stored.id, kind, facts))
            .with(provisions.iter().map(|(_, provision)| provision.event()), []);
        let subjects = stored.award.subjects();
        let data = (stored, subjects, provisions, push);
        self.app
            .db
            .commit(self.permit, record, data, move |(stored, subjects, provisions, push), conn| {
                Box::pin(async move {
                    match seen {
                        None => store::insert(conn, stored).await?,
                        Some(seen) => {
                            if !store::correct(conn, stored, seen).await? {
                                return Err(CommitError::Refused(Collision::Again));
                            }
                        }
                    }
                    for subject in subjects.iter() {
                        if let Some(holder) = store::claim_subject(conn, stored.client, subject, stored.id).await? {
                            return Err(CommitError::Refused(taken(conn, stored, holder).await?));
                        }
                    }
                    let parties = provisioned(conn, provisions).await?;
                    store::put_parties(conn, stored.id, &parties).await?;
                    Ok(store::insert_push(conn, push).await?)
                })
            })
            .await
    }
}

/// A lot is held by another award: by one with the same key when two first pushes met, else for good.
async fn taken(conn: &mut AnyConnection, stored: &StoredAward, holder: AwardId) -> Result<Collision, Failure> {
    let other = store::find(conn, holder).await?;
    let same = other.is_some_and(|other| other.award.key() == stored.award.key());
    Ok(if same { Collision::Again } else { Collision::Refused(AwardError::SubjectTaken(holder)) })
}

async fn provisioned(conn: &mut AnyConnection, provisions: &[(String, Provision)]) -> Result<Vec<AwardParty>, Failure> {
    let mut parties = Vec::with_capacity(provisions.len());
    for (key, provision) in provisions {
        parties.push(AwardParty { key: key.clone(), organisation: provision.ensure(conn).await? });
    }
    Ok(parties)
}

/// Cancels an award from which no contract has been begun; again is no change.
///
/// # Errors
/// [`AwardError`]: unknown or another client's, drafting has started, no reason.
pub async fn cancel(app: &App, actor: &Actor, id: AwardId, reason: &str) -> Result<StoredAward, AwardError> {
    let permit = actor.permit(&[Need::Client(PUSHERS)])?;
    let client = client_of(actor)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_LIMIT {
        return Err(AwardError::Reason);
    }
    let known = store::find(&mut *app.db.read().await?, id).await?.filter(|award| award.client == client);
    let known = known.ok_or(AwardError::NotFound)?;
    match known.state {
        AwardState::Cancelled => return Ok(known),
        AwardState::Drafting => return Err(AwardError::DraftingStarted(id)),
        AwardState::Open => {}
    }
    let now = app.now();
    let record = Record::of(Event::new("award", id, "award.cancelled", json!({ "reason": reason })));
    let data = (id, known.version, reason.to_owned());
    app.db
        .commit(&permit, record, data, move |(id, version, reason), conn| {
            Box::pin(async move {
                if store::cancel(conn, *id, *version, reason, now).await? {
                    Ok(())
                } else {
                    Err(CommitError::Refused(AwardError::Failure(Failure::StaleVersion { what: "award" })))
                }
            })
        })
        .await?;
    Ok(StoredAward { state: AwardState::Cancelled, version: known.version + 1, updated_at: now, ..known })
}

/// The open awards in which an organisation has a place, oldest first, with its key there; the caller has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn open_of(
    app: &App,
    organisation: OrganisationId,
    limit: i64,
) -> Result<Vec<(StoredAward, String)>, Failure> {
    store::open_of(&mut *app.db.read().await?, organisation, "", limit).await
}

/// Awards that the actor may see, newest first: those of the organisation acted for, or all for an operator; in one state, or in all. Of an
/// organisation's open ones the oldest come first.
///
/// # Errors
/// [`AwardError::Forbidden`] in any other capacity.
pub async fn list(
    app: &App,
    actor: &Actor,
    state: Option<AwardState>,
    cursor: &str,
    limit: i64,
) -> Result<Vec<StoredAward>, AwardError> {
    let organisation = match actor.organisation() {
        Some(organisation) => {
            actor.permit(&[Need::Member(organisation)])?;
            Some(organisation)
        }
        None => {
            actor.permit(&[Need::Operator])?;
            None
        }
    };
    let mut conn = app.db.read().await?;
    match (organisation, state) {
        (Some(organisation), Some(AwardState::Open)) => {
            let open = store::open_of(&mut conn, organisation, cursor, limit).await?;
            Ok(open.into_iter().map(|(award, _)| award).collect())
        }
        (organisation, state) => Ok(store::list(&mut conn, organisation, state, cursor, limit).await?),
    }
}

/// An award with its parties, for a member of one of them, or an operator.
///
/// # Errors
/// [`AwardError::NotFound`] also when the actor may not see it.
pub async fn show(app: &App, actor: &Actor, id: AwardId) -> Result<(StoredAward, Vec<AwardParty>), AwardError> {
    let (known, parties) = {
        let mut conn = app.db.read().await?;
        (store::find(&mut conn, id).await?, store::parties(&mut conn, id).await?)
    };
    let members = parties.iter().map(|party| Need::Member(party.organisation));
    let needs: Vec<Need<'_>> = std::iter::once(Need::Operator).chain(members).collect();
    actor.permit(&needs).map_err(|_| AwardError::NotFound)?;
    Ok((known.ok_or(AwardError::NotFound)?, parties))
}

/// Pushes with an outcome (all if empty), newest first, for operators.
///
/// # Errors
/// [`AwardError::Forbidden`].
pub async fn pushes(
    app: &App,
    actor: &Actor,
    outcome: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<Push>, AwardError> {
    actor.permit(&[Need::Operator])?;
    Ok(store::pushes(&mut *app.db.read().await?, outcome, before, limit).await?)
}

/// The organisation's key in an award, `A`, `B` …, if it is a party.
#[must_use]
pub fn key_of(parties: &[AwardParty], organisation: OrganisationId) -> Option<&str> {
    parties.iter().find(|party| party.organisation == organisation).map(|party| party.key.as_str())
}

fn client_of(actor: &Actor) -> Result<ClientId, AwardError> {
    match actor.capacity {
        Capacity::Client { client, .. } => Ok(client),
        Capacity::Visitor
        | Capacity::Person(_)
        | Capacity::Member { .. }
        | Capacity::Operator(_)
        | Capacity::System(_) => Err(AwardError::Forbidden(crate::actor::Forbidden::NotAllowed)),
    }
}

fn digest(award: &Award) -> Result<Sm3Digest, Failure> {
    Ok(Sm3Digest::from_bytes(Sm3::digest(store::body(award)?.as_bytes()).into()))
}

/// How many pushes had each outcome; for the operator's overview, which has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn push_counts(app: &App) -> Result<Vec<(String, i64)>, Failure> {
    store::push_counts(&mut *app.db.read().await?).await
}

/// Checks a refused push again as it came, and takes it in the name of who pushed it if it is sound now: a flow profile was added, or a lot has
/// become free. What is wrong in the file itself only its sender can mend.
///
/// # Errors
/// [`AwardError`]: not an operator, no such push, not refused, and whatever the push is refused for now.
pub async fn recheck(app: &App, actor: &Actor, id: PushId) -> Result<Pushed, AwardError> {
    let permit = actor.permit(&[Need::Operator])?;
    let push = store::find_push(&mut *app.db.read().await?, id).await?.ok_or(AwardError::NotFound)?;
    if !matches!(push.outcome.as_str(), "refused" | "conflict") {
        return Err(AwardError::PushAccepted);
    }
    let body = app.files.get(push.file).await.map_err(Failure::from)?;
    take(app, &permit, push.client, body).await
}
