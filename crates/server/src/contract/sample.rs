//! Many invented contracts at once, to measure lists with: the rules make each of them, and the store keeps them as it keeps all; what they have
//! not is a document and a track. Sandbox only.

use std::sync::Arc;

use serde_json::json;
use yinxin_domain::calendar::{Date, WorkingDays};
use yinxin_domain::contract::axes::FrozenDocument;
use yinxin_domain::contract::drafting::{Beginning, TextCheck};
use yinxin_domain::contract::sealing::NewAct;
use yinxin_domain::contract::{Actor as DomainActor, Context, Contract, Party, PartyKey, PartyRole, Profile, Refusal};
use yinxin_domain::identifiers::{Sm3Digest, UnifiedSocialCreditCode};
use yinxin_domain::ids::{AwardId, ContractId, OrganisationId, PersonId, SealId};
use yinxin_domain::law::RuleTables;
use yinxin_domain::organisation::{OrganisationKind, Role};
use yinxin_domain::signing::{PlacementKind, SealType};

use super::errors::ContractError;
use super::loaded::due_at;
use super::store::{self, Reasons, Row};
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::award::use_cases::{self as awards, StoredAward};
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::organisation::use_cases::provision;

/// Contracts in one commit.
const BATCH: usize = 250;
/// Suppliers that they are spread over.
const SUPPLIERS: usize = 200;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Adds invented contracts that begin from one award, between its purchaser and two hundred suppliers: of a hundred, three are drafts, two wait for
/// the purchaser, five for the supplier, two are revoked, the others concluded. Gives the purchaser.
///
/// # Errors
/// [`ContractError::NotFound`] outside the sandbox and without the award; [`ContractError::Refused`] when the award's flow profile does not let
/// the purchaser begin.
pub async fn fill(app: &App, award: AwardId, count: usize) -> Result<OrganisationId, ContractError> {
    let permit = Actor::system("contract.sample").permit(&[Need::System])?;
    let (stored, places) = {
        let mut conn = app.db.read().await?;
        (awards::find_stored(&mut conn, award).await?, awards::places(&mut conn, award).await?)
    };
    let (Some(stored), Some(first), true) = (stored, places.first(), app.config.is_sandbox()) else {
        return Err(ContractError::NotFound);
    };
    let purchaser = first.organisation;
    let mut suppliers = Vec::with_capacity(SUPPLIERS);
    for number in 0..SUPPLIERS {
        let name = format!("示例第{number}供应有限公司");
        let known = provision(app, invented_uscc(number)?, &name, OrganisationKind::Supplier);
        let id = app
            .db
            .commit(&permit, Record::of(known.event()), known, |known, conn| {
                Box::pin(async move { Ok::<_, CommitError<Failure>>(known.ensure(conn).await?) })
            })
            .await?;
        suppliers.push((id, name));
    }
    let profile = app.profiles.get(&stored.award.profile).ok_or(ContractError::NotFound)?;
    let people = Cast { profile, purchaser, suppliers: &suppliers, stored: &stored, now: app.now() };
    for from in (0..count).step_by(BATCH) {
        let mut rows = Vec::with_capacity(BATCH);
        for number in from..count.min(from + BATCH) {
            rows.push(people.row(number, app.new_id(ContractId::new))?);
        }
        let facts = json!({ "from": from, "count": rows.len() });
        let record = Record::of(Event::new("sandbox", "contracts", "sandbox.contracts_invented", facts));
        app.db
            .commit(&permit, record, rows, |rows, conn| {
                Box::pin(async move {
                    for (row, amount_fen, due_at, at) in rows {
                        store::insert(&mut *conn, row, *amount_fen, *due_at, *at).await?;
                    }
                    Ok::<_, CommitError<Failure>>(())
                })
            })
            .await?;
    }
    Ok(purchaser)
}

/// A credit code with a right check digit.
fn invented_uscc(number: usize) -> Result<UnifiedSocialCreditCode, Failure> {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let ends = ALPHABET.chars().flat_map(|inner| ALPHABET.chars().map(move |last| (inner, last)));
    ends.into_iter()
        .find_map(|(inner, last)| UnifiedSocialCreditCode::parse(&format!("91419900{number:08}{inner}{last}")).ok())
        .ok_or_else(|| Failure::damaged("sample", "no check digit fits"))
}

struct Cast<'a> {
    profile: &'a Profile,
    purchaser: OrganisationId,
    suppliers: &'a [(OrganisationId, String)],
    stored: &'a StoredAward,
    now: i64,
}

impl Cast<'_> {
    /// One contract with its amount, by when it is due, and when it came into its lists.
    fn row(&self, number: usize, id: ContractId) -> Result<(Row, i64, i64, i64), ContractError> {
        let days = i64::try_from(number % 700).unwrap_or_default();
        let at = self.now - days * MICROS_PER_DAY - i64::try_from(number).unwrap_or_default();
        let amount_fen = 100_000 + i64::try_from(number * 7919 % 50_000_000).unwrap_or_default();
        let (supplier, name) = self.suppliers.get(number % SUPPLIERS).ok_or(ContractError::NotFound)?;
        let contract = self.contract(number, id, at, amount_fen, *supplier, name)?;
        let award = self.stored.award.clone();
        let title = format!("示例设备采购项目（第{}标段）合同", number + 1);
        let template = yinxin_domain::template::all().iter().find(|template| template.fits(&award));
        let due = due_at(&contract, self.profile);
        let row = Row {
            contract,
            template: template.ok_or(ContractError::TemplateUnfit)?.id(),
            award: Arc::new(award),
            fields: json!({}),
            number: format!("SL-{number:08}"),
            title,
            reasons: Reasons::new(),
        };
        Ok((row, amount_fen, due, at))
    }

    fn contract(
        &self,
        number: usize,
        id: ContractId,
        at: i64,
        amount_fen: i64,
        supplier: OrganisationId,
        name: &str,
    ) -> Result<Contract, Refusal> {
        let member = |organisation| DomainActor::Member {
            person: PersonId::new(1, [1; 10]),
            organisation,
            roles: vec![Role::Administrator, Role::Clerk, Role::SealKeeper],
        };
        let (ours, theirs) = (member(self.purchaser), member(supplier));
        let context = |actor| Context {
            profile: self.profile,
            calendar: WorkingDays::bundled(),
            law: RuleTables::bundled(),
            actor,
            at,
        };
        let party = |key, role, organisation, name: &str| Party { key, role, organisation, name: name.to_owned() };
        let beginning = Beginning {
            id,
            award: self.stored.id,
            parties: vec![
                party(PartyKey::A, PartyRole::Purchaser, self.purchaser, &self.stored.award.purchaser.name),
                party(PartyKey::B, PartyRole::Supplier, supplier, name),
            ],
            amount_fen: Some(amount_fen),
            award_notice_on: Some(Date::at(at)),
        };
        let draft = Contract::begin(&context(&ours), beginning)?.next;
        let of_hundred = number % 100;
        if of_hundred < 3 {
            return Ok(draft);
        }
        let document = |byte| Sm3Digest::from_bytes([byte; 32]);
        let frozen = FrozenDocument { sm3: document(1), pages: 8 };
        let open = draft.freeze(&context(&ours), TextCheck::default(), frozen)?.next;
        if of_hundred < 5 {
            return Ok(open);
        }
        if of_hundred >= 98 {
            return Ok(open.revoke(&context(&ours), "示例：项目变更")?.next);
        }
        let act = || NewAct {
            kind: PlacementKind::Seal,
            seal: SealId::new(1, [1; 10]),
            seal_type: SealType::Company,
            page: Some(7),
        };
        let sent = open.seal(&context(&ours), document(2), &[act()])?.next.submit(&context(&ours))?.next;
        if of_hundred < 10 {
            return Ok(sent);
        }
        Ok(sent.seal(&context(&theirs), document(3), &[act()])?.next.agree(&context(&theirs))?.next)
    }
}
