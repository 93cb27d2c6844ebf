//! The flow profile (业务流程配置): data that says how a contract of one region or kind goes.
//!
//! A profile is a TOML file, checked whole when loaded ([`Profile::parse`] lists every fault); adding a region means adding a file, not
//! code. No code asks for a profile by its name. The rules of the two profiles that ship stand in `profiles/*.toml` at the root of the
//! repository; requirements.md 2.1 lists how the five known flows differ.

use crate::award::KnownProfile;
pub use crate::award::StartsFrom;
use crate::contract::party::PartyRole;
use crate::contract::profile_check;
use crate::contract::text::Text;
use crate::contract::verb::Verb;
use crate::notification::Kind;
use crate::organisation::Role;
use crate::signing::SealType;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The profiles that ship with the product: file name without its ending, and text.
pub const SHIPPED: [(&str, &str); 2] = [
    ("henan-mall", include_str!("../../../../profiles/henan-mall.toml")),
    ("jiaozuo", include_str!("../../../../profiles/jiaozuo.toml")),
];

/// One flow profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Its name: what an award names it by, and the name of its file.
    pub name: String,
    /// Counts the editions of this profile; a contract remembers the one it began with.
    pub edition: u32,
    /// What its users call this business.
    pub title: Text,
    /// What a contract grows from (S1-001, S0-018, S4-038).
    pub starts_from: StartsFrom,
    /// Who drafts.
    pub drafting: DraftingRules,
    /// How the text is reviewed.
    pub review: Review,
    /// Who signs, in which order, with what.
    pub signing: SigningRules,
    /// Until when the law or the rules want it signed; passing it is shown, it ends nothing.
    pub deadline: Option<SigningDeadline>,
    /// What is filed with the supervising system after conclusion.
    pub filing: Option<FilingRules>,
    /// What is published after that.
    pub notice: Option<NoticeRules>,
    /// Of which turns people are told by SMS too (S2-015).
    pub sms: Vec<Kind>,
    /// Files that may be attached.
    pub attachments: Vec<AttachmentSlot>,
    /// The state names that its users know, by phase code.
    pub labels: BTreeMap<String, Label>,
    /// The lists that its users know, in order.
    pub tabs: Vec<Tab>,
    /// The names of buttons that its users know; a verb that is not named keeps its own.
    pub buttons: BTreeMap<Verb, Text>,
}

/// Who may draft, and what the text may come from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftingRules {
    /// The sides that may begin a contract; the first that does is its initiator.
    pub by: Vec<PartyRole>,
    /// The roles that draft inside the organisation.
    pub roles: Vec<Role>,
    /// Where the body may come from.
    pub bodies: Vec<BodySource>,
}

/// Where the body of a contract may come from (S0-024).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodySource {
    /// 引用范本: a template filled with fields.
    Template,
}

/// How the text is reviewed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Review {
    /// Nobody reviews: who drafts it ends the draft (清稿) himself.
    None,
    /// The other side confirms, returns or modifies the draft before anybody seals (S1-005 to S1-008).
    ConfirmReturnModify {
        /// The side that reviews; of several suppliers the leading one.
        by: PartyRole,
        /// The roles that review inside the organisation.
        roles: Vec<Role>,
        /// What is asked when confirming.
        confirmation: ConfirmationRules,
    },
    /// The other parties seal and then agree or disagree (S4-051, S4-052); which step ends so stands at the steps.
    AgreeDisagreeAfterSealing,
    /// An approver of the initiator's own organisation confirms or returns (S2-010, S2-011).
    InternalApproval {
        /// The roles that approve.
        roles: Vec<Role>,
    },
}

/// What is asked when a draft is confirmed (S1-009 to S1-015).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationRules {
    /// The payment methods to choose from; if there are any, method and amount are mandatory.
    pub payment_methods: Vec<PaymentMethod>,
    /// Whether the contract is sealed online, or whether that is asked.
    pub sealing: SealingChoice,
    /// The slot whose file, if there is one when confirming offline, is the scan of the paper contract.
    pub scan_slot: Option<String>,
}

/// One payment method.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentMethod {
    /// The stable code.
    pub code: String,
    /// What it is called in Chinese.
    pub zh: String,
    /// What it is called in English.
    pub en: String,
}

/// Whether a confirmed contract is sealed online.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealingChoice {
    /// 是否进行线上签章: who confirms chooses (S1-012).
    Ask,
    /// Always online.
    Online,
}

/// Who signs, in which order, with what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningRules {
    /// Whether the platform adds its own archive signature after conclusion, before anything follows.
    pub platform_signature: bool,
    /// Natural days from freezing the text until signing has run out; never, if absent.
    pub expires_after_days: Option<u16>,
    /// The steps, in order.
    pub steps: Vec<StepRule>,
}

/// One step of the order: which party puts what on the text, and what ends its undo.
///
/// The rule is copied into the contract when its text is frozen, so that a later edition of the profile changes nothing under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRule {
    /// The name of the step inside the profile; its phase code is `step.KEY`.
    pub key: String,
    /// Which party signs; a rule for several becomes one step each, in the order of the parties.
    pub party: StepParty,
    /// The roles that may act at this step.
    pub roles: Vec<Role>,
    /// The organisation's seal.
    pub organisation_seal: Option<SealRule>,
    /// A personal signature of the representative (S1-027, S1-039).
    pub personal_signature: Need,
    /// 骑缝章.
    pub seam_seal: Need,
    /// 日期章.
    pub date_seal: Need,
    /// Where the key may be held.
    pub custodies: Vec<Custody>,
    /// How the signer's intent is checked at the moment of signing.
    pub intent_check: IntentCheck,
    /// The act that makes what was sealed final; until then the party may delete and seal again.
    pub undo_ends: UndoEnds,
    /// The state's name while the step is open.
    pub open: Label,
    /// The state's name for the party itself while it has sealed and not submitted.
    pub sealed: Text,
    /// The name of the button that ends the step.
    pub submit: Text,
}

/// Which party signs at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepParty {
    /// The purchaser.
    Purchaser,
    /// Each supplier, one after the other.
    EachSupplier,
    /// The party that began the contract.
    Initiator,
    /// Each other party, one after the other.
    Counterparties,
}

/// Which seals an organisation may set at a step, and whether it must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealRule {
    /// The seal types allowed.
    pub types: Vec<SealType>,
    /// Whether one is needed.
    pub need: Need,
}

/// Whether something is needed at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// The step cannot be submitted without it.
    Required,
    /// It may be there.
    Optional,
    /// It may not be there.
    Forbidden,
}

/// Where the signer's key is held (CA类型).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Custody {
    /// 云证书: by the server.
    Cloud,
    /// 移动CA: by the phone and the server together.
    Mobile,
    /// 实体CA: by a token at the user's computer.
    Token,
}

/// How the signer's intent is checked (签署意愿验证).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentCheck {
    /// A code sent to his phone (S3-087).
    Sms,
}

/// Which act ends a party's undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UndoEnds {
    /// 发送, 确认签章, 提交合同.
    Submit,
    /// 同意 (the other outcome is 不同意).
    Agree,
}

/// Until when a contract should be signed, counted from the day the award notice was issued (采购法 art. 46).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningDeadline {
    /// Natural days, where the region asks for fewer than the law; the law's number if absent.
    pub days: Option<u16>,
}

/// What is filed, by when, and who mends a refused filing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilingRules {
    /// Working days from signing, where the region asks for fewer than the law (采购法 art. 47); the law's number if absent.
    pub within_working_days: Option<u16>,
    /// The side to which a refused filing comes back.
    pub resubmitted_by: PartyRole,
    /// The roles that submit it again.
    pub roles: Vec<Role>,
}

/// What is published, where, by when.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeRules {
    /// Working days from signing, where the region asks for fewer than the law (实施条例 art. 50); the law's number if absent.
    pub within_working_days: Option<u16>,
    /// What the notice waits for.
    pub after: NoticeAfter,
    /// The medium that finance designates.
    pub medium: Text,
}

/// What the notice waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeAfter {
    /// The supervising system has accepted the filing.
    FilingAccepted,
    /// The contract is concluded (and the platform has signed, where it does).
    Conclusion,
}

/// A slot for an attached file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentSlot {
    /// The stable name of the slot.
    pub slot: String,
    /// What it is called in Chinese.
    pub zh: String,
    /// What it is called in English.
    pub en: String,
    /// When a file may be put into it.
    pub when: AttachmentWindow,
}

/// When a file may be put into a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentWindow {
    /// While the text may still change, by the party that holds it (S1-014: only before confirming).
    BeforeFreeze,
    /// After conclusion, by any party.
    AfterConclusion,
}

/// The name of a state, as seen by who must act and by the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// What everybody sees, unless the next says otherwise.
    pub all: Text,
    /// What the party sees that must act.
    pub holder: Option<Text>,
}

/// A list that the users of a profile know (S1-044).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tab {
    /// The stable key.
    pub key: String,
    /// What it is called in Chinese.
    pub zh: String,
    /// What it is called in English.
    pub en: String,
    /// The phases whose contracts stand in it.
    pub phases: Vec<String>,
}

/// One fault of a profile file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{profile}: {path}: {code}: {detail}")]
pub struct ProfileFault {
    /// The name of the profile's file.
    pub profile: String,
    /// Where, as a dotted path of keys; empty for the file itself.
    pub path: String,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong, in English, for whoever writes the file.
    pub detail: String,
}

impl Profile {
    /// Reads and checks a profile file.
    ///
    /// # Errors
    /// All faults of the file; when a section cannot be read at all, what depends on it is not checked.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<ProfileFault>> {
        profile_check::parse(name, text)
    }

    /// The step rule with this key.
    pub fn step(&self, key: &str) -> Option<&StepRule> {
        self.signing.steps.iter().find(|step| step.key == key)
    }

    /// The attachment slot with this name.
    pub fn slot(&self, slot: &str) -> Option<&AttachmentSlot> {
        self.attachments.iter().find(|known| known.slot == slot)
    }

    /// The tab with this key.
    pub fn tab(&self, key: &str) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.key == key)
    }
}

/// The profiles a server knows, by name.
#[derive(Clone, Debug, Default)]
pub struct Profiles(BTreeMap<String, Profile>);

impl Profiles {
    /// Reads and checks profile files: `(name, text)` each; a later file replaces an earlier one of the same name.
    ///
    /// # Errors
    /// All faults of all files.
    pub fn load<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Vec<ProfileFault>> {
        let mut known = BTreeMap::new();
        let mut faults = Vec::new();
        for (name, text) in files {
            match Profile::parse(name, text) {
                Ok(profile) => {
                    known.insert(profile.name.clone(), profile);
                }
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() { Ok(Self(known)) } else { Err(faults) }
    }

    /// The profiles that ship with the product.
    ///
    /// # Errors
    /// Their faults; a test holds that there are none.
    pub fn shipped() -> Result<Self, Vec<ProfileFault>> {
        Self::load(SHIPPED)
    }

    /// The profile with this name.
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.0.get(name)
    }

    /// The profiles as far as checking awards asks.
    pub fn known_to_awards(&self) -> Vec<KnownProfile> {
        self.iter()
            .map(|profile| KnownProfile { name: profile.name.clone(), starts_from: profile.starts_from })
            .collect()
    }

    /// All profiles, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(from: &str, changes: &[(&str, &str)]) -> Vec<(String, &'static str)> {
        let (name, text) = SHIPPED.into_iter().find(|(name, _)| *name == from).unwrap();
        let mut text = text.to_owned();
        for (old, new) in changes {
            assert!(text.contains(old), "{old}");
            text = text.replacen(old, new, 1);
        }
        match Profile::parse(name, &text) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|fault| (fault.path, fault.code)).collect(),
        }
    }

    #[test]
    fn what_ships_has_no_faults() {
        let profiles = Profiles::shipped().unwrap();
        assert_eq!(profiles.iter().map(|profile| profile.name.as_str()).collect::<Vec<_>>(), ["henan-mall", "jiaozuo"]);
        let mall = profiles.get("henan-mall").unwrap();
        // S1-044: the lists by state that its users know.
        let tabs: Vec<_> = mall.tabs.iter().map(|tab| tab.zh.as_str()).collect();
        assert_eq!(tabs, ["待确认合同", "待盖章", "供应商已盖章", "双方已盖章"]);
        // S1-024: the supplier seals before the purchaser.
        let parties: Vec<_> = mall.signing.steps.iter().map(|step| step.party).collect();
        assert_eq!(parties, [StepParty::EachSupplier, StepParty::Purchaser]);
    }

    #[test]
    fn all_faults_are_found_at_once() {
        let found = faults(
            "henan-mall",
            &[
                ("format = 1", "format = 2\ncolour = \"red\""),
                ("by = [\"supplier\"]", "by = [\"supplier\", \"purchaser\"]"),
                ("scan_slot = \"scan\"", "scan_slot = \"invoice\""),
                ("undo_ends = \"submit\"", "undo_ends = \"agree\""),
                ("phases = [\"step.supplier\"]", "phases = [\"step.nobody\", \"in_reviews\"]"),
                ("drafting = {", "dreaming = {"),
                ("zh = \"待盖章\", en = \"To be sealed\"", "zh = \" \", en = \"To be sealed\""),
                ("edit_draft = {", "hold = {"),
            ],
        );
        let expected = [
            ("format", "profile.format"),
            ("colour", "profile.unknown_key"),
            ("review.by", "profile.reviews_itself"),
            ("review.confirmation.scan_slot", "profile.scan_slot"),
            ("signing.steps[0].open.all", "profile.blank_text"),
            ("signing.steps[0].undo_ends", "profile.agree"),
            ("signing.steps", "profile.agree_first"),
            ("labels.drafting", "profile.label_missing"),
            ("labels.dreaming", "profile.label_unknown"),
            ("tabs[1].phases", "profile.phase_unknown"),
            ("tabs[1].phases", "profile.phase_unknown"),
            ("buttons.hold", "profile.button"),
        ];
        let expected: Vec<_> = expected.into_iter().map(|(path, code)| (path.to_owned(), code)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn unreadable_sections_are_named_and_the_others_still_checked() {
        let found = faults(
            "jiaozuo",
            &[
                ("starts_from = \"lot\"", "starts_from = \"moon\""),
                ("kind = \"agree_disagree_after_sealing\"", "kind = \"coin_toss\""),
                ("edition = 1", ""),
                ("en = \"Public procurement contract\"", "en = \"\""),
            ],
        );
        let expected: Vec<_> = [
            ("edition", "profile.missing"),
            ("starts_from", "profile.unreadable"),
            ("review", "profile.unreadable"),
            ("title", "profile.blank_text"),
        ]
        .into_iter()
        .map(|(path, code)| (path.to_owned(), code))
        .collect();
        assert_eq!(found, expected);
        assert_eq!(Profile::parse("x", "[[[").unwrap_err()[0].code, "profile.syntax");
    }

    #[test]
    fn both_sides_must_sign_whoever_begins() {
        let found = faults("jiaozuo", &[("party = \"counterparties\"", "party = \"purchaser\"")]);
        assert!(found.contains(&("signing.steps".to_owned(), "profile.side_never_signs")), "{found:?}");
        let found = faults("jiaozuo", &[("kind = \"agree_disagree_after_sealing\"", "kind = \"none\"")]);
        assert_eq!(found, [("signing.steps[1].undo_ends".to_owned(), "profile.agree")]);
        let found =
            faults("henan-mall", &[("starts_from = \"order\"", "starts_from = \"order\"\n[deadline]\n[x]\n[y]")]);
        assert!(found.contains(&("deadline".to_owned(), "profile.deadline")), "{found:?}");
    }

    #[test]
    fn a_later_file_replaces_an_earlier_one_and_all_faults_of_all_files_are_told() {
        let (name, text) = SHIPPED[0];
        let later = text.replace("edition = 1", "edition = 2");
        let profiles = Profiles::load([(name, text), (name, later.as_str())]).unwrap();
        assert_eq!(profiles.get(name).unwrap().edition, 2);
        let faults = Profiles::load([("Bad Name", text), ("other", "")]).unwrap_err();
        assert_eq!(faults[0].code, "profile.name");
        assert!(faults.iter().any(|fault| fault.profile == "other" && fault.code == "profile.missing"));
    }
}
