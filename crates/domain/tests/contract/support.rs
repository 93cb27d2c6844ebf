//! Invented parties, a story that walks a contract through its verbs, and flow profiles that only tests know.

use yinxin_domain::calendar::{Date, WorkingDays};
use yinxin_domain::contract::axes::{FrozenDocument, Payment};
use yinxin_domain::contract::drafting::{Beginning, TextCheck};
use yinxin_domain::contract::invariants::{broken_by, broken_by_transition};
use yinxin_domain::contract::review::{Confirming, Sealing};
use yinxin_domain::contract::sealing::NewAct;
use yinxin_domain::contract::view::List;
use yinxin_domain::contract::{
    Actor, Context, Contract, ContractEvent, Effect, Party, PartyKey, PartyRole, Profile, Profiles, Refusal,
    Transition, Verb,
};
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{AwardId, ContractId, OrganisationId, PersonId, SealId};
use yinxin_domain::law::RuleTables;
use yinxin_domain::organisation::Role;
use yinxin_domain::signing::{PlacementKind, SealType};

/// 2025-03-20, ten in the morning in China.
pub const START: i64 = 1_742_436_000_000_000;
pub const MINUTE: i64 = 60_000_000;
pub const DAY: i64 = 24 * 60 * MINUTE;

pub fn organisation(number: u8) -> OrganisationId {
    OrganisationId::new(START, [number; 10])
}

pub fn digest(number: u8) -> Sm3Digest {
    Sm3Digest::from_bytes([number; 32])
}

pub fn text(number: u8) -> FrozenDocument {
    FrozenDocument { sm3: digest(number), pages: 6 }
}

/// A member of the organisation of party `key` with these roles.
pub fn member(key: PartyKey, roles: &[Role]) -> Actor {
    let number = key.to_string().as_bytes()[0] - b'A' + 1;
    Actor::Member {
        person: PersonId::new(START, [number; 10]),
        organisation: organisation(number),
        roles: roles.to_vec(),
    }
}

pub fn clerk(key: PartyKey) -> Actor {
    member(key, &[Role::Clerk])
}

pub fn supervisor() -> Actor {
    Actor::Supervisor { person: PersonId::new(START, [99; 10]) }
}

pub fn key(index: usize) -> PartyKey {
    PartyKey::at(index).unwrap()
}

pub fn parties(suppliers: usize) -> Vec<Party> {
    (0..=suppliers)
        .map(|index| Party {
            key: key(index),
            role: if index == 0 { PartyRole::Purchaser } else { PartyRole::Supplier },
            organisation: organisation(index as u8 + 1),
            name: if index == 0 {
                "示例市第三中学".to_owned()
            } else {
                format!("示例供应商{index}有限公司")
            },
        })
        .collect()
}

pub fn beginning(suppliers: usize) -> Beginning {
    Beginning {
        id: ContractId::new(START, [1; 10]),
        award: AwardId::new(START, [2; 10]),
        parties: parties(suppliers),
        amount_fen: Some(987_650),
        award_notice_on: Some(Date::parse("2025-03-18").unwrap()),
    }
}

pub fn shipped(name: &str) -> Profile {
    Profiles::shipped().unwrap().get(name).unwrap().clone()
}

/// A flow like S2: an approver of the drafting purchaser confirms, then the supplier's representative signs, the supplier seals, the
/// purchaser's representative signs, the purchaser seals; nothing is filed or published.
pub fn university() -> Profile {
    let step = |key: &str, party: &str, seal: bool| {
        let what = if seal {
            "organisation_seal = { types = [\"contract\"], need = \"required\" }\npersonal_signature = \"forbidden\""
        } else {
            "personal_signature = \"required\""
        };
        format!(
            "[[signing.steps]]\nkey = \"{key}\"\nparty = \"{party}\"\nroles = [\"clerk\"]\n{what}\nseam_seal = \"forbidden\"\n\
             date_seal = \"forbidden\"\ncustodies = [\"cloud\"]\nintent_check = \"sms\"\nundo_ends = \"submit\"\n\
             open = {{ all = {{ zh = \"{key}\", en = \"{key}\" }} }}\nsealed = {{ zh = \"已签\", en = \"signed\" }}\n\
             submit = {{ zh = \"提交\", en = \"Submit\" }}\n"
        )
    };
    let labels = shipped_labels();
    let file = format!(
        "format = 1\nedition = 1\ntitle = {{ zh = \"校内采购合同\", en = \"University contract\" }}\nstarts_from = \"lot\"\n\
         [drafting]\nby = [\"purchaser\"]\nroles = [\"clerk\"]\nbodies = [\"template\"]\n\
         [review]\nkind = \"internal_approval\"\nroles = [\"approver\"]\n\
         [signing]\nplatform_signature = false\n{}{}{}{}\n{labels}",
        step("supplier_rep", "each_supplier", false),
        step("supplier_seal", "each_supplier", true),
        step("purchaser_rep", "purchaser", false),
        step("purchaser_seal", "purchaser", true),
    );
    Profile::parse("university", &file).unwrap()
}

/// A flow like S0: the purchaser drafts and ends the text himself, suppliers sign first; the notice does not wait for the filing.
pub fn county() -> Profile {
    let file = format!(
        "format = 1\nedition = 1\ntitle = {{ zh = \"县级采购合同\", en = \"County contract\" }}\nstarts_from = \"lot\"\n\
         [drafting]\nby = [\"purchaser\"]\nroles = [\"administrator\", \"clerk\"]\nbodies = [\"template\"]\n\
         [review]\nkind = \"none\"\n[signing]\nplatform_signature = true\nexpires_after_days = 10\n{}{}\n\
         [filing]\nresubmitted_by = \"supplier\"\nroles = [\"clerk\"]\n\
         [notice]\nafter = \"conclusion\"\nwithin_working_days = 1\nmedium = {{ zh = \"示例网\", en = \"Example\" }}\n{}",
        county_step("suppliers", "each_supplier"),
        county_step("buyer", "purchaser"),
        shipped_labels(),
    );
    Profile::parse("county", &file).unwrap()
}

fn county_step(key: &str, party: &str) -> String {
    format!(
        "[[signing.steps]]\nkey = \"{key}\"\nparty = \"{party}\"\nroles = [\"clerk\"]\n\
         organisation_seal = {{ types = [\"company\"], need = \"required\" }}\npersonal_signature = \"forbidden\"\n\
         seam_seal = \"required\"\ndate_seal = \"optional\"\ncustodies = [\"token\"]\nintent_check = \"sms\"\n\
         undo_ends = \"submit\"\nopen = {{ all = {{ zh = \"{key}\", en = \"{key}\" }} }}\n\
         sealed = {{ zh = \"已签\", en = \"signed\" }}\nsubmit = {{ zh = \"提交文件\", en = \"Submit\" }}\n"
    )
}

fn shipped_labels() -> String {
    yinxin_domain::contract::view::Phase::FIXED
        .iter()
        .map(|code| format!("[labels.{code}.all]\nzh = \"{code}\"\nen = \"{code}\"\n"))
        .collect()
}

pub fn seal(kind: PlacementKind) -> NewAct {
    let (number, seal_type) = match kind {
        PlacementKind::Personal => (2, SealType::PersonalName),
        PlacementKind::Seal | PlacementKind::Date | PlacementKind::Seam => (1, SealType::Company),
    };
    let page = if kind == PlacementKind::Seam { None } else { Some(5) };
    NewAct { kind, seal: SealId::new(START, [number; 10]), seal_type, page }
}

pub fn payment() -> Option<Payment> {
    Some(Payment { method: "transfer".to_owned(), amount_fen: 987_650 })
}

pub fn online(number: u8) -> Confirming {
    Confirming {
        payment: payment(),
        sealing: Sealing::Online { without_certificate: Vec::new() },
        document: text(number),
    }
}

pub fn offline(signed_on: Option<&str>) -> Confirming {
    let signed_on = signed_on.map(|day| Date::parse(day).unwrap());
    Confirming { payment: payment(), sealing: Sealing::Offline { signed_on }, document: text(1) }
}

/// A contract on its way, with all that happened.
#[derive(Clone)]
pub struct Story {
    pub profile: Profile,
    pub contract: Contract,
    pub at: i64,
    pub events: Vec<ContractEvent>,
    pub effects: Vec<Effect>,
}

impl Story {
    pub fn begin(profile: Profile, suppliers: usize, by: &Actor) -> Self {
        let ctx = context(&profile, by, START);
        let Transition { next, events, effects } = Contract::begin(&ctx, beginning(suppliers)).unwrap();
        assert_eq!(broken_by(&next, &profile), Vec::<&str>::new());
        assert_eq!(effects, [Effect::LockAward]);
        Self { profile, contract: next, at: START, events, effects }
    }

    /// A verb that must succeed, one minute later.
    pub fn does(
        &mut self,
        actor: &Actor,
        verb: impl FnOnce(Contract, &Context<'_>) -> Result<Transition, Refusal>,
    ) -> &mut Self {
        self.at += MINUTE;
        let profile = self.profile.clone();
        let transition = verb(self.contract.clone(), &context(&profile, actor, self.at)).unwrap_or_else(|refusal| {
            panic!("refused: {refusal:?}\n{}", refusal.text().zh);
        });
        assert_eq!(broken_by(&transition.next, &self.profile), Vec::<&str>::new());
        assert_eq!(broken_by_transition(&self.contract, &transition), Vec::<&str>::new());
        self.contract = transition.next;
        self.events.extend(transition.events);
        self.effects.extend(transition.effects);
        self
    }

    /// A verb that must be refused with this code.
    pub fn refused(
        &mut self,
        actor: &Actor,
        code: &str,
        verb: impl FnOnce(Contract, &Context<'_>) -> Result<Transition, Refusal>,
    ) -> &mut Self {
        let profile = self.profile.clone();
        match verb(self.contract.clone(), &context(&profile, actor, self.at + MINUTE)) {
            Ok(transition) => panic!("not refused: {:?}", transition.events),
            Err(refusal) => assert_eq!(refusal.code(), code, "{refusal:?}"),
        }
        self
    }

    pub fn seals(&mut self, actor: &Actor, number: u8) -> &mut Self {
        self.does(actor, |c, ctx| c.seal(ctx, digest(number), &[seal(PlacementKind::Seal)]))
    }

    pub fn label(&self, viewer: &Actor) -> String {
        self.contract.label(&self.profile, viewer).zh
    }

    pub fn lists(&self, viewer: &Actor) -> Vec<List> {
        self.contract.lists(viewer)
    }

    pub fn actions(&self, actor: &Actor) -> Vec<Verb> {
        let ctx = context(&self.profile, actor, self.at + MINUTE);
        self.contract.actions(&ctx).into_iter().map(|action| action.verb).collect()
    }

    pub fn buttons(&self, actor: &Actor) -> Vec<String> {
        let ctx = context(&self.profile, actor, self.at + MINUTE);
        self.contract.actions(&ctx).into_iter().map(|action| action.text.zh).collect()
    }

    pub fn kinds(&self) -> Vec<&'static str> {
        self.events.iter().map(|event| event.kind().strip_prefix("contract.").unwrap()).collect()
    }
}

pub fn context<'a>(profile: &'a Profile, actor: &'a Actor, at: i64) -> Context<'a> {
    Context { profile, calendar: WorkingDays::bundled(), law: RuleTables::bundled(), actor, at }
}

pub fn no_faults() -> TextCheck {
    TextCheck::default()
}
