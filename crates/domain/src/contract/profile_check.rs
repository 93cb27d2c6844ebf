//! Reading a profile file and finding all that is wrong with it.

use crate::award::StartsFrom;
use crate::contract::party::PartyRole;
use crate::contract::profile::{
    AttachmentSlot, AttachmentWindow, DraftingRules, FilingRules, Label, Need, NoticeAfter, NoticeRules, Profile,
    ProfileFault, Review, SigningDeadline, SigningRules, StepParty, Tab, UndoEnds,
};
use crate::contract::text::Text;
use crate::contract::verb::{Side, Verb};
use crate::contract::view::Phase;
use crate::notification::Kind;
use crate::signing::SealType;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// The file format that this code reads.
const FORMAT: u32 = 1;
/// More than any known flow needs; a longer period is a slip of the pen.
const MOST_DAYS: u16 = 366;

/// Collects faults while the sections are read.
struct Reader<'a> {
    name: &'a str,
    table: toml::Table,
    faults: Vec<ProfileFault>,
}

impl Reader<'_> {
    fn fault(&mut self, path: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.faults.push(ProfileFault {
            profile: self.name.to_owned(),
            path: path.into(),
            code,
            detail: detail.into(),
        });
    }

    fn optional<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = self.table.remove(key)?;
        match value.try_into() {
            Ok(read) => Some(read),
            Err(error) => {
                self.fault(key, "profile.unreadable", error.message());
                None
            }
        }
    }

    fn required<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        if !self.table.contains_key(key) {
            self.fault(key, "profile.missing", "this key is needed");
            return None;
        }
        self.optional(key)
    }

    fn text(&mut self, path: impl Into<String>, text: &Text) {
        if text.is_blank() {
            self.fault(path, "profile.blank_text", "both languages need a text");
        }
    }

    fn label(&mut self, path: &str, label: &Label) {
        self.text(format!("{path}.all"), &label.all);
        if let Some(holder) = &label.holder {
            self.text(format!("{path}.holder"), holder);
        }
    }
}

/// Reads and checks one profile file.
pub(super) fn parse(name: &str, text: &str) -> Result<Profile, Vec<ProfileFault>> {
    let table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => {
            let detail = error.message().to_owned();
            return Err(vec![ProfileFault {
                profile: name.to_owned(),
                path: String::new(),
                code: "profile.syntax",
                detail,
            }]);
        }
    };
    let mut reader = Reader { name, table, faults: Vec::new() };
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        reader.fault("", "profile.name", "the file's name is made of lower case letters, digits and hyphens");
    }
    if let Some(format) = reader.required::<u32>("format")
        && format != FORMAT
    {
        reader.fault("format", "profile.format", format!("this server reads format {FORMAT}, not {format}"));
    }
    let edition = reader.required::<u32>("edition");
    let title = reader.required::<Text>("title");
    let starts_from = reader.required::<StartsFrom>("starts_from");
    let drafting = reader.required::<DraftingRules>("drafting");
    let review = reader.required::<Review>("review");
    let signing = reader.required::<SigningRules>("signing");
    let deadline = reader.optional::<SigningDeadline>("deadline");
    let filing = reader.optional::<FilingRules>("filing");
    let notice = reader.optional::<NoticeRules>("notice");
    let sms = reader.optional::<Vec<Kind>>("sms").unwrap_or_default();
    let attachments = reader.optional::<Vec<AttachmentSlot>>("attachments").unwrap_or_default();
    let labels = reader.required::<BTreeMap<String, Label>>("labels");
    let tabs = reader.optional::<Vec<Tab>>("tabs").unwrap_or_default();
    let buttons = reader.optional::<BTreeMap<Verb, Text>>("buttons").unwrap_or_default();
    let unknown: Vec<String> = reader.table.keys().cloned().collect();
    for key in unknown {
        reader.fault(key, "profile.unknown_key", "this key means nothing here");
    }

    check_attachments(&mut reader, &attachments);
    if let Some(title) = &title {
        reader.text("title", title);
    }
    if let Some(drafting) = &drafting {
        check_drafting(&mut reader, drafting);
    }
    if let (Some(drafting), Some(review)) = (&drafting, &review) {
        check_review(&mut reader, drafting, review, &attachments);
    }
    if let (Some(drafting), Some(review), Some(signing)) = (&drafting, &review, &signing) {
        check_steps(&mut reader, drafting, review, signing);
    }
    if let Some(deadline) = &deadline {
        check_days(&mut reader, "deadline.days", deadline.days);
        if starts_from == Some(StartsFrom::Order) {
            reader.fault("deadline", "profile.deadline", "an order has no award notice to count from");
        }
    }
    if let Some(filing) = &filing {
        check_days(&mut reader, "filing.within_working_days", filing.within_working_days);
        check_roles(&mut reader, "filing.roles", &filing.roles);
    }
    if let Some(notice) = &notice {
        check_days(&mut reader, "notice.within_working_days", notice.within_working_days);
        reader.text("notice.medium", &notice.medium);
        if notice.after == NoticeAfter::FilingAccepted && filing.is_none() {
            reader.fault(
                "notice.after",
                "profile.notice_without_filing",
                "the notice waits for a filing that this profile has not",
            );
        }
    }
    if let (Some(signing), Some(labels)) = (&signing, &labels) {
        check_labels(&mut reader, signing, labels, &tabs);
    }
    for (verb, text) in &buttons {
        let path = format!("buttons.{}", verb.code());
        if verb.side() != Side::Party {
            reader.fault(path.as_str(), "profile.button", "no party has this button");
        }
        if *verb == Verb::Submit {
            reader.fault(path.as_str(), "profile.button", "name it at the step, as `submit`");
        }
        reader.text(path, text);
    }

    match (edition, title, starts_from, drafting, review, signing, labels) {
        (Some(edition), Some(title), Some(starts_from), Some(drafting), Some(review), Some(signing), Some(labels))
            if reader.faults.is_empty() =>
        {
            Ok(Profile {
                name: name.to_owned(),
                edition,
                title,
                starts_from,
                drafting,
                review,
                signing,
                deadline,
                filing,
                notice,
                sms,
                attachments,
                labels,
                tabs,
                buttons,
            })
        }
        _ => Err(reader.faults),
    }
}

fn check_days(reader: &mut Reader<'_>, path: &str, days: Option<u16>) {
    if days.is_some_and(|days| days == 0 || days > MOST_DAYS) {
        reader.fault(path, "profile.days", format!("between 1 and {MOST_DAYS}"));
    }
}

fn check_roles<T: PartialEq>(reader: &mut Reader<'_>, path: &str, roles: &[T]) {
    if roles.is_empty() {
        reader.fault(path, "profile.empty", "name at least one");
    }
    if roles.iter().enumerate().any(|(at, role)| roles[..at].contains(role)) {
        reader.fault(path, "profile.twice", "something stands here twice");
    }
}

fn check_key(reader: &mut Reader<'_>, path: &str, key: &str) {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        reader.fault(path, "profile.key", "lower case letters, digits and underscores");
    }
}

fn check_attachments(reader: &mut Reader<'_>, slots: &[AttachmentSlot]) {
    let mut seen = BTreeSet::new();
    for (at, slot) in slots.iter().enumerate() {
        let path = format!("attachments[{at}]");
        check_key(reader, &format!("{path}.slot"), &slot.slot);
        reader.text(path.as_str(), &Text::new(slot.zh.as_str(), slot.en.as_str()));
        if !seen.insert(slot.slot.as_str()) {
            reader.fault(path, "profile.twice", "this slot stands here twice");
        }
    }
}

fn check_drafting(reader: &mut Reader<'_>, drafting: &DraftingRules) {
    check_roles(reader, "drafting.by", &drafting.by);
    check_roles(reader, "drafting.roles", &drafting.roles);
    check_roles(reader, "drafting.bodies", &drafting.bodies);
}

fn check_review(reader: &mut Reader<'_>, drafting: &DraftingRules, review: &Review, slots: &[AttachmentSlot]) {
    match review {
        Review::None | Review::AgreeDisagreeAfterSealing => {}
        Review::InternalApproval { roles } => check_roles(reader, "review.roles", roles),
        Review::ConfirmReturnModify { by, roles, confirmation } => {
            check_roles(reader, "review.roles", roles);
            if drafting.by.contains(by) {
                reader.fault("review.by", "profile.reviews_itself", "a side that may draft cannot also review");
            }
            let mut seen = BTreeSet::new();
            for (at, method) in confirmation.payment_methods.iter().enumerate() {
                let path = format!("review.confirmation.payment_methods[{at}]");
                check_key(reader, &format!("{path}.code"), &method.code);
                reader.text(path.as_str(), &Text::new(method.zh.as_str(), method.en.as_str()));
                if !seen.insert(method.code.as_str()) {
                    reader.fault(path, "profile.twice", "this method stands here twice");
                }
            }
            if let Some(wanted) = &confirmation.scan_slot {
                let known =
                    slots.iter().any(|slot| slot.slot == *wanted && slot.when == AttachmentWindow::BeforeFreeze);
                if !known {
                    let detail = "names no slot that is open before the text is frozen";
                    reader.fault("review.confirmation.scan_slot", "profile.scan_slot", detail);
                }
            }
        }
    }
}

fn check_steps(reader: &mut Reader<'_>, drafting: &DraftingRules, review: &Review, signing: &SigningRules) {
    check_days(reader, "signing.expires_after_days", signing.expires_after_days);
    if signing.steps.is_empty() {
        reader.fault("signing.steps", "profile.empty", "somebody has to sign");
    }
    let after_sealing = matches!(review, Review::AgreeDisagreeAfterSealing);
    let mut seen = BTreeSet::new();
    for (at, step) in signing.steps.iter().enumerate() {
        let path = format!("signing.steps[{at}]");
        check_key(reader, &format!("{path}.key"), &step.key);
        check_roles(reader, &format!("{path}.roles"), &step.roles);
        check_roles(reader, &format!("{path}.custodies"), &step.custodies);
        reader.label(&format!("{path}.open"), &step.open);
        reader.text(format!("{path}.sealed"), &step.sealed);
        reader.text(format!("{path}.submit"), &step.submit);
        if !seen.insert(step.key.as_str()) {
            reader.fault(format!("{path}.key"), "profile.twice", "another step has this key");
        }
        if let Some(rule) = &step.organisation_seal {
            check_roles(reader, &format!("{path}.organisation_seal.types"), &rule.types);
            if rule.types.contains(&SealType::PersonalName) {
                let detail = "a personal seal is no seal of an organisation";
                reader.fault(format!("{path}.organisation_seal.types"), "profile.seal_type", detail);
            }
        }
        let seals = step.organisation_seal.as_ref().map_or(Need::Forbidden, |rule| rule.need);
        if seals != Need::Required && step.personal_signature != Need::Required {
            reader.fault(
                path.as_str(),
                "profile.step_without_signature",
                "a step needs a required seal or a required signature",
            );
        }
        if seals == Need::Forbidden && (step.seam_seal != Need::Forbidden || step.date_seal != Need::Forbidden) {
            let detail = "a seam or date seal is made with the organisation's seal, which this step has not";
            reader.fault(path.as_str(), "profile.seam_without_seal", detail);
        }
        if step.undo_ends == UndoEnds::Agree && (!after_sealing || step.party != StepParty::Counterparties) {
            let detail = "only the other parties agree, and only where the review follows sealing";
            reader.fault(format!("{path}.undo_ends"), "profile.agree", detail);
        }
    }
    if after_sealing && !signing.steps.iter().any(|step| step.undo_ends == UndoEnds::Agree) {
        reader.fault(
            "signing.steps",
            "profile.nobody_agrees",
            "the review follows sealing, but no step ends by agreeing",
        );
    }
    // Whoever begins the contract, both sides must be bound by it in the end.
    for initiator in &drafting.by {
        for side in [PartyRole::Purchaser, PartyRole::Supplier] {
            let signs = signing.steps.iter().any(|step| match step.party {
                StepParty::Purchaser => side == PartyRole::Purchaser,
                StepParty::EachSupplier => side == PartyRole::Supplier,
                StepParty::Initiator => side == *initiator,
                StepParty::Counterparties => side != *initiator,
            });
            if !signs {
                let detail = format!("when {} begins the contract, {} never signs", initiator.en(), side.en());
                reader.fault("signing.steps", "profile.side_never_signs", detail);
            }
        }
    }
    let first_is_the_others = signing.steps.first().is_some_and(|step| step.undo_ends == UndoEnds::Agree);
    if first_is_the_others {
        reader.fault("signing.steps", "profile.agree_first", "the others cannot agree to what nobody has sealed");
    }
}

fn check_labels(reader: &mut Reader<'_>, signing: &SigningRules, labels: &BTreeMap<String, Label>, tabs: &[Tab]) {
    let fixed: BTreeSet<&str> = Phase::FIXED.into_iter().collect();
    for code in &fixed {
        if !labels.contains_key(*code) {
            reader.fault(format!("labels.{code}"), "profile.label_missing", "this state has no name");
        }
    }
    for (code, label) in labels {
        if !fixed.contains(code.as_str()) {
            reader.fault(
                format!("labels.{code}"),
                "profile.label_unknown",
                "there is no such state; steps are named at the step",
            );
        }
        reader.label(&format!("labels.{code}"), label);
    }
    let mut seen = BTreeSet::new();
    for (at, tab) in tabs.iter().enumerate() {
        let path = format!("tabs[{at}]");
        check_key(reader, &format!("{path}.key"), &tab.key);
        check_roles(reader, &format!("{path}.phases"), &tab.phases);
        reader.text(path.as_str(), &Text::new(tab.zh.as_str(), tab.en.as_str()));
        if !seen.insert(tab.key.as_str()) {
            reader.fault(format!("{path}.key"), "profile.twice", "another tab has this key");
        }
        for phase in &tab.phases {
            let step = phase.strip_prefix(Phase::STEP_PREFIX);
            let known = match step {
                Some(key) => signing.steps.iter().any(|step| step.key == key),
                None => fixed.contains(phase.as_str()),
            };
            if !known {
                reader.fault(format!("{path}.phases"), "profile.phase_unknown", format!("there is no state {phase}"));
            }
        }
    }
}
