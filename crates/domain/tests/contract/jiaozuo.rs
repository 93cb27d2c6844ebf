//! S4: either side drafts; who drafts finalises, seals and submits; the other seals, then agrees or disagrees.

use crate::support::*;
use yinxin_domain::calendar::{Date, WorkingDays};
use yinxin_domain::contract::axes::Signing;
use yinxin_domain::contract::conclusion::{FilingAnswer, FilingOutcome};
use yinxin_domain::contract::drafting::TextCheck;
use yinxin_domain::contract::view::{List, Visibility, Who};
use yinxin_domain::contract::{Actor, Effect, PartyKey, Topic, Verb};
use yinxin_domain::law::RuleTables;
use yinxin_domain::organisation::Role;
use yinxin_domain::signing::PlacementKind;

const A: PartyKey = PartyKey::A;
const B: PartyKey = PartyKey::B;

fn frozen_by(initiator: PartyKey, suppliers: usize) -> Story {
    let mut story = Story::begin(shipped("jiaozuo"), suppliers, &clerk(initiator));
    story.does(&clerk(initiator), |c, ctx| c.edit_draft(ctx, vec!["period.days".to_owned()]));
    story.does(&clerk(initiator), |c, ctx| c.freeze(ctx, no_faults(), text(1)));
    story
}

fn submitted_by(initiator: PartyKey, suppliers: usize) -> Story {
    let mut story = frozen_by(initiator, suppliers);
    story.seals(&clerk(initiator), 2).does(&clerk(initiator), |c, ctx| c.submit(ctx));
    story
}

#[test]
fn either_side_begins_and_the_other_agrees() {
    // S4-038: 发起方为采购单位或中标单位均可.
    for (initiator, other) in [(A, B), (B, A)] {
        let (first, second) = (clerk(initiator), clerk(other));
        let mut story = Story::begin(shipped("jiaozuo"), 1, &first);
        assert_eq!(story.effects, [Effect::LockAward], "the first draft locks the lot");
        assert_eq!(story.buttons(&first), ["修改保存", "清稿并加盖印章", "撤销"]);
        assert_eq!(story.actions(&second), []);
        assert_eq!(story.contract.visibility(&second), Visibility::Outline);
        // S4-046: finalising freezes the text; there is nothing to send before.
        story.refused(&first, "contract.not_in_profile", |c, ctx| c.send(ctx, no_faults()));
        story.refused(&second, "contract.not_yours", |c, ctx| c.freeze(ctx, no_faults(), text(1)));
        let missing = TextCheck { missing: vec!["period.days".to_owned()], blocking: Vec::new() };
        story.refused(&first, "contract.incomplete", |c, ctx| c.freeze(ctx, missing, text(1)));
        story.does(&first, |c, ctx| c.freeze(ctx, no_faults(), text(1)));
        story.refused(&first, "contract.text_frozen", |c, ctx| c.edit_draft(ctx, vec!["x".to_owned()]));
        assert_eq!((story.label(&first), story.label(&second)), ("待签章".to_owned(), "待发起方签章".to_owned()));
        assert_eq!(story.contract.document_for(&second), None, "undo boundary 10");

        // S4-047, S4-048: seal, look, submit.
        story.seals(&first, 2);
        assert_eq!(story.buttons(&first), ["签章", "删除签章", "提交合同", "拒签", "撤销"]);
        assert_eq!(story.contract.document_for(&second), None);
        story.does(&first, |c, ctx| c.submit(ctx));
        assert_eq!(story.contract.document_for(&second), Some(digest(2)));
        assert_eq!(story.label(&second), "待签章");
        assert_eq!(story.label(&first), "待对方签章");
        assert_eq!(story.lists(&second), [List::WaitingForMe]);

        // S4-051, S4-052: the other seals, then agrees or disagrees.
        assert_eq!(story.buttons(&second), ["签章", "不同意", "拒签"]);
        story.refused(&second, "contract.not_in_profile", |c, ctx| c.submit(ctx));
        story.refused(&second, "contract.not_now", |c, ctx| c.agree(ctx));
        story.seals(&second, 3);
        assert_eq!(story.buttons(&second), ["签章", "删除签章", "同意", "不同意", "拒签"]);
        story.does(&second, |c, ctx| c.agree(ctx));
        assert_eq!(story.label(&second), "签订完成");
        assert_eq!(story.contract.shared_document(), Some(digest(3)));
        story.refused(&second, "contract.already_sent", |c, ctx| c.disagree(ctx, "反悔"));
        story.refused(&second, "contract.already_sent", |c, ctx| c.discard_unsent(ctx));
        story.does(&Actor::Platform, |c, ctx| c.platform_signed(ctx, digest(4)));
        story.does(&Actor::Platform, |c, ctx| c.filing_pushed(ctx));
        let outcome = FilingOutcome::Accepted { receipt: Some("备案1".to_owned()) };
        story.does(&Actor::SupervisingSystem, |c, ctx| c.filing_answered(ctx, FilingAnswer { attempt: 1, outcome }));
        story.does(&Actor::Platform, |c, ctx| c.notice_submitted(ctx));
        story.does(&Actor::Platform, |c, ctx| c.notice_published(ctx, "GS-1", "http://127.0.0.1/notices/1"));
        // S4-008: a contract signed online is not changed at will; S4-044: the invoice has its slot afterwards.
        assert_eq!(story.buttons(&first), ["上传附件"]);
        story.does(&first, |c, ctx| c.attach(ctx, "invoice", digest(9), "发票.pdf"));
        assert_eq!(story.label(&first), "已公示");
    }
}

// S3-086: where the step ends by agreeing, ending with the seals agrees.
#[test]
fn what_is_sealed_to_end_is_agreed_with_it() {
    let mut story = submitted_by(A, 1);
    story.seals(&clerk(B), 3);
    story.events.clear();
    story.does(&clerk(B), |c, ctx| c.end_with_seals(ctx));
    assert_eq!(story.kinds()[..2], ["agreed", "step_sent"]);
    assert!(matches!(story.contract.signing(), Signing::Concluded { .. }));
}

#[test]
fn disagreement_ends_that_text_and_opens_a_new_draft() {
    // S4-052.
    for sealed_first in [true, false] {
        let mut story = submitted_by(A, 1);
        if sealed_first {
            story.seals(&clerk(B), 3);
        }
        story.refused(&clerk(B), "contract.reason_missing", |c, ctx| c.disagree(ctx, ""));
        story.refused(&clerk(A), "contract.not_in_profile", |c, ctx| c.disagree(ctx, "不"));
        story.effects.clear();
        story.does(&clerk(B), |c, ctx| c.disagree(ctx, "质保期与投标文件不符"));
        assert_eq!(story.effects.contains(&Effect::DropRevision { document: digest(3) }), sealed_first);
        assert!(!story.effects.contains(&Effect::ReleaseAward), "the lot stays locked by this contract");
        assert!(story.effects.contains(&Effect::Notify { to: vec![A], topic: Topic::Disagreed }));
        assert_eq!(story.contract.draft(), 2);
        assert_eq!(story.contract.signing(), &Signing::NotStarted);
        let ended = &story.contract.ended_texts()[0];
        assert_eq!((ended.draft, ended.document, ended.by), (1, text(1), B));
        assert!(ended.steps[0].is_sent(), "how far signing had come stays on record");
        assert_eq!(story.label(&clerk(A)), "编制中");
        assert_eq!(story.contract.document_for(&clerk(B)), None);
        // The whole way again, with another text.
        story.does(&clerk(A), |c, ctx| c.edit_draft(ctx, vec!["warranty.months".to_owned()]));
        story.does(&clerk(A), |c, ctx| c.freeze(ctx, no_faults(), text(5)));
        story.seals(&clerk(A), 6).does(&clerk(A), |c, ctx| c.submit(ctx));
        story.seals(&clerk(B), 7).does(&clerk(B), |c, ctx| c.agree(ctx));
        assert_eq!(story.contract.shared_document(), Some(digest(7)));
    }
}

#[test]
fn the_initiators_seals_are_deleted_and_set_again_until_submitted_and_never_after() {
    // S4-048; undo boundary 3 and 4 for S4: until 提交合同 / 同意.
    let mut story = frozen_by(A, 1);
    story.seals(&clerk(A), 2).does(&clerk(A), |c, ctx| c.discard_unsent(ctx)).seals(&clerk(A), 3);
    story.does(&clerk(A), |c, ctx| c.submit(ctx));
    story.refused(&clerk(A), "contract.already_sent", |c, ctx| c.discard_unsent(ctx));
    story.refused(&clerk(A), "contract.already_sent", |c, ctx| c.seal(ctx, digest(9), &[seal(PlacementKind::Seal)]));
    story.seals(&clerk(B), 4).does(&clerk(B), |c, ctx| c.discard_unsent(ctx));
    assert_eq!(story.contract.document_for(&clerk(B)), Some(digest(3)));
    story.seals(&clerk(B), 5).does(&clerk(B), |c, ctx| c.agree(ctx));
    story.refused(&clerk(B), "contract.already_sent", |c, ctx| c.discard_unsent(ctx));
}

#[test]
fn every_member_of_a_consortium_seals_and_any_may_disagree() {
    // The leading supplier begins: then the purchaser, then the other supplier.
    let c_party = key(2);
    let mut story = submitted_by(B, 2);
    assert_eq!(story.contract.holder().who, Who::Parties(vec![A]));
    story.refused(&clerk(c_party), "contract.not_now", |c, ctx| c.seal(ctx, digest(3), &[seal(PlacementKind::Seal)]));
    assert_eq!(story.lists(&clerk(c_party)), [List::WaitingForOthers]);
    story.seals(&clerk(A), 3).does(&clerk(A), |c, ctx| c.agree(ctx));
    let mut disagreed = Story {
        profile: story.profile.clone(),
        contract: story.contract.clone(),
        at: story.at,
        events: Vec::new(),
        effects: Vec::new(),
    };
    disagreed.does(&clerk(c_party), |c, ctx| c.disagree(ctx, "份额有误"));
    assert!(disagreed.effects.contains(&Effect::Notify { to: vec![A, B], topic: Topic::Disagreed }));
    story.seals(&clerk(c_party), 4).does(&clerk(c_party), |c, ctx| c.agree(ctx));
    let Signing::Concluded { steps, .. } = story.contract.signing() else { panic!("not concluded") };
    assert_eq!(steps.iter().map(|step| step.party).collect::<Vec<_>>(), [B, A, c_party]);
}

#[test]
fn roles_decide_inside_the_organisation() {
    let mut story = frozen_by(A, 1);
    story.does(&member(A, &[Role::SealKeeper]), |c, ctx| c.seal(ctx, digest(2), &[seal(PlacementKind::Seal)]));
    story.refused(&member(A, &[Role::SealKeeper]), "contract.role_missing", |c, ctx| c.revoke(ctx, "不签了"));
    story.refused(&member(A, &[Role::Approver]), "contract.role_missing", |c, ctx| c.submit(ctx));
    assert_eq!(story.actions(&member(A, &[Role::Approver])), []);
    assert_eq!(story.actions(&member(A, &[])), []);
    assert_eq!(story.actions(&clerk(key(5))), [], "another organisation is nobody here");
    assert_eq!(story.contract.visibility(&clerk(key(5))), Visibility::Nothing);
    assert_eq!(story.contract.visibility(&supervisor()), Visibility::Outline);
    assert!(story.actions(&supervisor()).contains(&Verb::Hold));
}

#[test]
fn the_laws_clocks_run_from_notice_and_signing() {
    // 采购法 art. 46, 47; 实施条例 art. 50.
    let story = frozen_by(A, 1);
    let (law, calendar) = (RuleTables::bundled(), WorkingDays::bundled());
    let day = |text: &str| Date::parse(text).unwrap();
    let signing = story.contract.signing_deadline(&story.profile, law, calendar).unwrap();
    assert_eq!(signing.last_day, day("2025-04-17"), "30 days from the award notice of 2025-03-18");
    assert_eq!(story.contract.filing_deadline(&story.profile, law, calendar), None);
    let mut story = submitted_by(A, 1);
    story.at = day("2025-04-03").start_micros();
    story.seals(&clerk(B), 3).does(&clerk(B), |c, ctx| c.agree(ctx));
    assert_eq!(story.contract.signed_on(), Some(day("2025-04-03")));
    let filing = story.contract.filing_deadline(&story.profile, law, calendar).unwrap();
    assert_eq!(filing.last_day, day("2025-04-15"), "7 working days, over 清明节");
    let notice = story.contract.notice_deadline(&story.profile, law, calendar).unwrap();
    assert_eq!(notice.last_day, day("2025-04-08"), "2 working days, over 清明节");
}
