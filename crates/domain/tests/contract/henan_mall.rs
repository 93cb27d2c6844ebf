//! S1: the online mall. The supplier drafts and sends, the purchaser confirms, returns or modifies; supplier seals, then purchaser; or paper.

use crate::support::*;
use yinxin_domain::contract::axes::{Filing, Notice, Payment, Signing};
use yinxin_domain::contract::conclusion::{FilingAnswer, FilingOutcome};
use yinxin_domain::contract::drafting::TextCheck;
use yinxin_domain::contract::review::{Confirming, Sealing};
use yinxin_domain::contract::sealing::NewAct;
use yinxin_domain::contract::view::{List, Visibility, Who};
use yinxin_domain::contract::{Actor, Contract, ContractEvent, Effect, PartyKey, Refusal, Topic, Verb};
use yinxin_domain::organisation::Role;
use yinxin_domain::signing::{PlacementKind, SealType};

const A: PartyKey = PartyKey::A;
const B: PartyKey = PartyKey::B;

fn drafted() -> Story {
    let mut story = Story::begin(shipped("henan-mall"), 1, &clerk(B));
    story.does(&clerk(B), |c, ctx| c.edit_draft(ctx, vec!["delivery.place".to_owned()]));
    story
}

fn sent() -> Story {
    let mut story = drafted();
    story.does(&clerk(B), |c, ctx| c.send(ctx, no_faults()));
    story
}

fn confirmed() -> Story {
    let mut story = sent();
    story.does(&clerk(A), |c, ctx| c.confirm(ctx, online(1)));
    story
}

fn concluded() -> Story {
    let mut story = confirmed();
    story.seals(&clerk(B), 2).does(&clerk(B), |c, ctx| c.submit(ctx));
    story.seals(&clerk(A), 3).does(&clerk(A), |c, ctx| c.submit(ctx));
    story
}

#[test]
fn a_whole_contract_from_draft_to_notice() {
    // S1-002, S1-003: the supplier drafts; save and send are two acts.
    let mut story = drafted();
    assert_eq!(story.label(&clerk(B)), "草稿");
    assert_eq!(story.lists(&clerk(B)), [List::Drafts, List::StartedByMe]);
    assert_eq!(story.buttons(&clerk(B)), ["保存", "上传附件", "发送", "撤销"]);
    assert_eq!(story.contract.visibility(&clerk(A)), Visibility::Outline, "what is not sent is the supplier's own");
    story.does(&clerk(B), |c, ctx| c.send(ctx, no_faults()));

    // S1-004 to S1-007: the purchaser finds it to be confirmed, and may confirm, return or modify.
    assert_eq!(story.label(&clerk(A)), "待确认");
    assert_eq!(story.label(&clerk(B)), "已发送");
    assert_eq!(story.lists(&clerk(A)), [List::WaitingForMe]);
    assert_eq!(story.lists(&clerk(B)), [List::WaitingForOthers, List::StartedByMe]);
    assert_eq!(story.buttons(&clerk(A)), ["上传附件", "确认", "退回合同到草稿", "修改"]);
    story.does(&clerk(A), |c, ctx| c.confirm(ctx, online(1)));

    // S1-024, S1-025, S1-031: the supplier seals first and sends.
    assert_eq!(story.label(&clerk(B)), "待盖章");
    assert!(story.effects.contains(&Effect::OpenStep { step: 0, party: B }));
    assert_eq!(story.buttons(&clerk(B)), ["签章", "拒签", "撤销"]);
    story.seals(&clerk(B), 2);
    assert_eq!(story.label(&clerk(B)), "已盖章，待发送");
    assert_eq!(story.label(&clerk(A)), "待盖章", "what is not sent is not known to the other");
    assert_eq!(story.buttons(&clerk(B)), ["签章", "删除签章", "发送", "拒签", "撤销"]);
    story.does(&clerk(B), |c, ctx| c.submit(ctx));

    // S1-037, S1-038, S1-041: the purchaser finds it sealed by the supplier, seals, and confirms the seals.
    assert_eq!(story.label(&clerk(A)), "供应商已盖章");
    assert_eq!(story.contract.phase().code(), "step.purchaser");
    story.seals(&clerk(A), 3);
    assert_eq!(story.buttons(&clerk(A)), ["签章", "删除签章", "确认签章", "拒签"]);
    story.does(&clerk(A), |c, ctx| c.submit(ctx));
    assert_eq!(story.label(&clerk(A)), "双方已盖章");
    assert_eq!(story.lists(&clerk(A)), [List::Completed]);
    assert_eq!(story.contract.shared_document(), Some(digest(3)));

    // S1-016, S1-041: filing is pushed by itself, but only after the platform has signed.
    assert_eq!(story.contract.filing(), &Filing::NotDue);
    assert!(story.effects.contains(&Effect::AddPlatformSignature));
    assert!(!story.effects.contains(&Effect::PushFiling { attempt: 1 }));
    story.does(&Actor::Platform, |c, ctx| c.platform_signed(ctx, digest(4)));
    assert!(story.effects.contains(&Effect::PushFiling { attempt: 1 }));
    assert_eq!(story.contract.shared_document(), Some(digest(4)));
    story.does(&Actor::Platform, |c, ctx| c.filing_pushed(ctx));
    assert_eq!(story.label(&clerk(A)), "已推送监管系统");
    assert_eq!(story.contract.holder().who, Who::SupervisingSystem);
    assert!(!story.effects.contains(&Effect::SubmitNotice), "the notice waits for the filing");
    let outcome = FilingOutcome::Accepted { receipt: Some("BA-2025-1".to_owned()) };
    story.does(&Actor::SupervisingSystem, |c, ctx| c.filing_answered(ctx, FilingAnswer { attempt: 1, outcome }));
    assert_eq!(story.label(&clerk(B)), "已备案");
    assert!(story.effects.contains(&Effect::SubmitNotice));
    story.does(&Actor::Platform, |c, ctx| c.notice_submitted(ctx));
    assert_eq!(story.contract.holder().who, Who::Medium);
    story.does(&Actor::Platform, |c, ctx| c.notice_published(ctx, "GG-1", "http://127.0.0.1/notices/1"));
    assert_eq!(story.label(&clerk(B)), "已公告");
    assert_eq!(story.contract.holder().who, Who::Nobody);
    let track = [
        "started",
        "draft_edited",
        "sent",
        "confirmed",
        "frozen",
        "step_opened",
        "sealed",
        "step_sent",
        "step_opened",
        "sealed",
        "step_sent",
        "concluded",
        "platform_signature_added",
        "filing_due",
        "filing_pushed",
        "filing_accepted",
        "notice_due",
        "notice_submitted",
        "notice_published",
    ];
    assert_eq!(story.kinds(), track);
    let told: Vec<Topic> = story
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Notify { topic, .. } => Some(*topic),
            _ => None,
        })
        .collect();
    let turns = [
        Topic::ToReview,
        Topic::ToSign,
        Topic::Signed,
        Topic::ToSign,
        Topic::Signed,
        Topic::Concluded,
        Topic::FilingAccepted,
        Topic::Published,
    ];
    assert_eq!(told, turns, "the parties are told at each turn");
}

#[test]
fn only_the_supplier_begins_and_only_in_a_drafting_role() {
    // S1-001, S1-002.
    let profile = shipped("henan-mall");
    let begin =
        |actor: &Actor| Contract::begin(&context(&profile, actor, START), beginning(1)).map(|_| ()).unwrap_err();
    assert_eq!(begin(&clerk(A)).code(), "contract.may_not_begin");
    assert_eq!(begin(&member(B, &[Role::SealKeeper])).code(), "contract.role_missing");
    assert_eq!(begin(&clerk(key(2))), Refusal::NotConcerned);
    assert_eq!(begin(&supervisor()), Refusal::NotConcerned);
    let mut unfit = beginning(1);
    unfit.parties[1].organisation = unfit.parties[0].organisation;
    assert_eq!(Contract::begin(&context(&profile, &clerk(A), START), unfit).unwrap_err(), Refusal::PartiesUnfit);
}

#[test]
fn sending_demands_a_complete_text_that_keeps_to_the_award() {
    let mut story = drafted();
    let missing = TextCheck { missing: vec!["quality".to_owned()], blocking: Vec::new() };
    story.refused(&clerk(B), "contract.incomplete", |c, ctx| c.send(ctx, missing));
    let blocking = TextCheck { missing: Vec::new(), blocking: vec!["amount".to_owned()] };
    story.refused(&clerk(B), "contract.deviates", |c, ctx| c.send(ctx, blocking));
    story.refused(&clerk(A), "contract.not_yours", |c, ctx| c.send(ctx, no_faults()));
    assert_eq!(story.contract.version(), 2, "a refusal changes nothing");
}

#[test]
fn returned_with_a_reason_the_supplier_changes_and_sends_again() {
    // S1-006; undo boundary 1.
    let mut story = sent();
    story.refused(&clerk(A), "contract.reason_missing", |c, ctx| c.return_draft(ctx, " \n"));
    story.refused(&clerk(A), "contract.text_unfit", |c, ctx| c.return_draft(ctx, &"字".repeat(501)));
    story.does(&clerk(A), |c, ctx| c.return_draft(ctx, "交货地点有误"));
    assert_eq!(story.label(&clerk(B)), "草稿（已退回）");
    assert_eq!(story.label(&clerk(A)), "已退回");
    assert_eq!(story.lists(&clerk(B)), [List::Drafts, List::WaitingForMe, List::StartedByMe]);
    story.refused(&clerk(A), "contract.not_now", |c, ctx| c.confirm(ctx, online(1)));
    story.refused(&clerk(A), "contract.not_now", |c, ctx| c.edit_draft(ctx, vec!["x".to_owned()]));
    story.does(&clerk(B), |c, ctx| c.edit_draft(ctx, vec!["delivery.place".to_owned()]));
    story.does(&clerk(B), |c, ctx| c.send(ctx, no_faults()));
    story.does(&clerk(A), |c, ctx| c.confirm(ctx, online(1)));
}

#[test]
fn modified_by_the_purchaser_it_is_a_draft_that_only_the_supplier_sends_again() {
    // S1-007, S1-008; undo boundary 1.
    let mut story = sent();
    story.refused(&clerk(A), "contract.not_now", |c, ctx| c.edit_draft(ctx, vec!["x".to_owned()]));
    story.does(&clerk(A), |c, ctx| c.modify(ctx));
    assert_eq!(story.label(&clerk(B)), "草稿");
    assert_eq!(story.contract.holder().who, Who::Parties(vec![B, A]));
    story.does(&clerk(A), |c, ctx| c.edit_draft(ctx, vec!["delivery.days".to_owned()]));
    story.refused(&clerk(A), "contract.not_yours", |c, ctx| c.send(ctx, no_faults()));
    story.refused(&clerk(A), "contract.not_now", |c, ctx| c.confirm(ctx, online(1)));
    story.does(&clerk(B), |c, ctx| c.edit_draft(ctx, vec!["delivery.days".to_owned()]));
    story.does(&clerk(B), |c, ctx| c.send(ctx, no_faults()));
    story.refused(&clerk(A), "contract.not_now", |c, ctx| c.edit_draft(ctx, vec!["x".to_owned()]));
}

#[test]
fn taken_back_before_the_purchaser_has_acted_and_not_after() {
    let mut story = sent();
    story.refused(&clerk(A), "contract.not_yours", |c, ctx| c.withdraw(ctx));
    story.does(&clerk(B), |c, ctx| c.withdraw(ctx));
    assert_eq!(story.label(&clerk(B)), "草稿");
    assert_eq!(story.contract.visibility(&clerk(A)), Visibility::Outline);
    story.does(&clerk(B), |c, ctx| c.send(ctx, no_faults()));
    story.does(&clerk(A), |c, ctx| c.return_draft(ctx, "请补充"));
    story.refused(&clerk(B), "contract.not_now", |c, ctx| c.withdraw(ctx));
    confirmed().refused(&clerk(B), "contract.text_frozen", |c, ctx| c.withdraw(ctx));
}

#[test]
fn confirming_asks_for_method_and_amount_and_for_everybodys_certificate() {
    // S1-009, S1-012, S1-017.
    let mut story = sent();
    let with = |payment| Confirming { payment, ..online(1) };
    story.refused(&clerk(A), "contract.payment_method", |c, ctx| c.confirm(ctx, with(None)));
    let cash = Some(Payment { method: "cash".to_owned(), amount_fen: 1 });
    story.refused(&clerk(A), "contract.payment_method", |c, ctx| c.confirm(ctx, with(cash)));
    for amount_fen in [0, -1, 987_651] {
        let payment = Some(Payment { method: "transfer".to_owned(), amount_fen });
        story.refused(&clerk(A), "contract.payment_amount", |c, ctx| c.confirm(ctx, with(payment)));
    }
    let sealing = Sealing::Online { without_certificate: vec!["示例供应商1有限公司".to_owned()] };
    story.refused(&clerk(A), "contract.no_certificate", |c, ctx| c.confirm(ctx, Confirming { sealing, ..online(1) }));
    story.refused(&member(A, &[Role::SealKeeper]), "contract.role_missing", |c, ctx| c.confirm(ctx, online(1)));
    story.refused(&clerk(B), "contract.not_yours", |c, ctx| c.confirm(ctx, online(1)));
    story.does(&clerk(A), |c, ctx| c.confirm(ctx, online(1)));
}

#[test]
fn after_confirming_online_nobody_changes_the_text() {
    // S1-011; undo boundary 2.
    for mut story in [confirmed(), concluded()] {
        for party in [A, B] {
            story.refused(&clerk(party), "contract.text_frozen", |c, ctx| c.edit_draft(ctx, vec!["x".to_owned()]));
            story.refused(&clerk(party), "contract.not_now", |c, ctx| c.attach(ctx, "scan", digest(9), "晚了.pdf"));
        }
        story.refused(&clerk(B), "contract.text_frozen", |c, ctx| c.send(ctx, no_faults()));
        story.refused(&clerk(A), "contract.text_frozen", |c, ctx| c.modify(ctx));
        story.refused(&clerk(B), "contract.text_frozen", |c, ctx| c.withdraw(ctx));
        story.refused(&clerk(A), "contract.text_frozen", |c, ctx| c.return_draft(ctx, "晚了"));
        story.refused(&clerk(A), "contract.text_frozen", |c, ctx| c.confirm(ctx, offline(Some("2025-03-20"))));
    }
}

#[test]
fn the_suppliers_seals_are_deleted_and_set_again_until_sent_and_never_after() {
    // S1-030, S1-032, S1-035; undo boundary 3.
    let mut story = confirmed();
    story.refused(&clerk(A), "contract.not_now", |c, ctx| c.seal(ctx, digest(2), &[seal(PlacementKind::Seal)]));
    story.refused(&clerk(B), "contract.not_now", |c, ctx| c.submit(ctx));
    story.refused(&clerk(B), "contract.not_now", |c, ctx| c.discard_unsent(ctx));
    story.seals(&clerk(B), 2);
    // S1-034: a personal seal is added by signing again.
    story.does(&clerk(B), |c, ctx| c.seal(ctx, digest(3), &[seal(PlacementKind::Personal)]));
    assert_eq!(story.contract.document_for(&clerk(B)), Some(digest(3)));
    assert_eq!(
        story.contract.document_for(&clerk(A)),
        Some(digest(1)),
        "undo boundary 10: the other sees nothing of it"
    );
    story.does(&clerk(B), |c, ctx| c.discard_unsent(ctx));
    assert_eq!(story.contract.document_for(&clerk(B)), Some(digest(1)));
    assert!(story.effects.contains(&Effect::DropRevision { document: digest(3) }));
    assert_eq!(story.kinds().last(), Some(&"unsent_discarded"), "each discard is recorded");
    story.seals(&clerk(B), 4).does(&clerk(B), |c, ctx| c.submit(ctx));
    assert_eq!(story.contract.document_for(&clerk(A)), Some(digest(4)));
    story.refused(&clerk(B), "contract.already_sent", |c, ctx| c.discard_unsent(ctx));
    story.refused(&clerk(B), "contract.already_sent", |c, ctx| c.seal(ctx, digest(5), &[seal(PlacementKind::Seal)]));
    story.refused(&clerk(B), "contract.already_sent", |c, ctx| c.submit(ctx));
}

#[test]
fn the_purchasers_seals_are_deleted_and_set_again_until_confirmed_and_never_after() {
    // S1-039, S1-040, S1-041; undo boundary 4.
    let mut story = confirmed();
    story.seals(&clerk(B), 2).does(&clerk(B), |c, ctx| c.submit(ctx));
    story.seals(&clerk(A), 3).does(&clerk(A), |c, ctx| c.discard_unsent(ctx));
    assert_eq!(story.contract.document_for(&clerk(A)), Some(digest(2)), "the supplier's sealed text stays");
    story.seals(&clerk(A), 4).does(&clerk(A), |c, ctx| c.submit(ctx));
    for party in [A, B] {
        story.refused(&clerk(party), "contract.already_sent", |c, ctx| c.discard_unsent(ctx));
        story.refused(&clerk(party), "contract.already_sent", |c, ctx| c.reject(ctx, "反悔"));
    }
    story.refused(&clerk(B), "contract.not_now", |c, ctx| c.revoke(ctx, "反悔"));
}

#[test]
fn a_step_takes_only_the_acts_and_seals_it_allows() {
    // S1-026, S1-027.
    let mut story = confirmed();
    let finance = NewAct { seal_type: SealType::Finance, ..seal(PlacementKind::Seal) };
    story.refused(&clerk(B), "contract.seal_type_not_allowed", |c, ctx| c.seal(ctx, digest(2), &[finance]));
    let company_as_person = NewAct { seal_type: SealType::Company, ..seal(PlacementKind::Personal) };
    story.refused(&clerk(B), "contract.seal_type_not_allowed", |c, ctx| c.seal(ctx, digest(2), &[company_as_person]));
    story.refused(&clerk(B), "contract.no_acts", |c, ctx| c.seal(ctx, digest(2), &[]));
    story.refused(&member(B, &[Role::Approver]), "contract.role_missing", |c, ctx| {
        c.seal(ctx, digest(2), &[seal(PlacementKind::Seal)])
    });
    // The representative alone does not bind the unit: its seal is required.
    story.does(&clerk(B), |c, ctx| c.seal(ctx, digest(2), &[seal(PlacementKind::Personal)]));
    story.refused(&clerk(B), "contract.acts_missing", |c, ctx| c.submit(ctx));
    story.seals(&clerk(B), 3).does(&clerk(B), |c, ctx| c.submit(ctx));
}

// S3-086: ending with the seals is the ordinary sending: same refusals, same events, and the track tells the choice.
#[test]
fn what_is_sealed_to_end_is_sent_with_it() {
    let mut story = confirmed();
    story.refused(&clerk(B), "contract.not_now", |c, ctx| c.end_with_seals(ctx));
    story.does(&clerk(B), |c, ctx| c.seal(ctx, digest(2), &[seal(PlacementKind::Personal)]));
    story.refused(&clerk(B), "contract.acts_missing", |c, ctx| c.end_with_seals(ctx));
    story.seals(&clerk(B), 3);
    story.refused(&clerk(A), "contract.not_now", |c, ctx| c.end_with_seals(ctx));
    let mut by_hand = story.clone();
    by_hand.does(&clerk(B), |c, ctx| c.submit(ctx));
    let mut with_seals = story;
    with_seals.does(&clerk(B), |c, ctx| c.end_with_seals(ctx));
    assert_eq!(by_hand.kinds(), with_seals.kinds());
    assert_eq!(by_hand.effects, with_seals.effects);
    assert_eq!(by_hand.contract, with_seals.contract);
    let told = |story: &Story| {
        story.events.iter().any(|event| matches!(event, ContractEvent::StepSent { with_seals: true, .. }))
    };
    assert_eq!((told(&by_hand), told(&with_seals)), (false, true));
    with_seals.refused(&clerk(B), "contract.already_sent", |c, ctx| c.discard_unsent(ctx));
    with_seals.seals(&clerk(A), 4).does(&clerk(A), |c, ctx| c.end_with_seals(ctx));
    assert!(matches!(with_seals.contract.signing(), Signing::Concluded { .. }));
}

#[test]
fn on_paper_it_is_filed_at_once_with_or_without_the_scan_and_never_sealed() {
    // S1-013, S1-014; undo boundary 5.
    for with_scan in [false, true] {
        let mut story = sent();
        if with_scan {
            story.does(&clerk(A), |c, ctx| c.attach(ctx, "scan", digest(8), "旧扫描件.pdf"));
            story.does(&clerk(A), |c, ctx| c.attach(ctx, "scan", digest(9), "扫描件.pdf"));
            story.refused(&clerk(B), "contract.not_now", |c, ctx| c.attach(ctx, "scan", digest(9), "a.pdf"));
            story.refused(&clerk(A), "contract.slot_closed", |c, ctx| c.attach(ctx, "other", digest(9), "a.pdf"));
        }
        story.refused(&clerk(A), "contract.signed_on_missing", |c, ctx| c.confirm(ctx, offline(None)));
        story.refused(&clerk(A), "contract.signed_in_future", |c, ctx| c.confirm(ctx, offline(Some("2025-03-21"))));
        let unpaid = Confirming { payment: None, ..offline(Some("2025-03-20")) };
        story.refused(&clerk(A), "contract.payment_method", |c, ctx| c.confirm(ctx, unpaid));
        story.does(&clerk(A), |c, ctx| c.confirm(ctx, offline(Some("2025-03-20"))));
        let Signing::Offline { scan, signed_on, .. } = story.contract.signing() else { panic!("not offline") };
        assert_eq!((*scan, signed_on.to_string().as_str()), (with_scan.then(|| digest(9)), "2025-03-20"));
        assert!(story.effects.contains(&Effect::PushFiling { attempt: 1 }), "pushed on confirming");
        assert!(!story.effects.contains(&Effect::AddPlatformSignature));
        assert_eq!(story.label(&clerk(A)), "待推送备案");
        story.refused(&clerk(A), "contract.not_now", |c, ctx| c.attach(ctx, "scan", digest(9), "晚了.pdf"));
        for party in [A, B] {
            story.refused(&clerk(party), "contract.not_now", |c, ctx| {
                c.seal(ctx, digest(2), &[seal(PlacementKind::Seal)])
            });
        }
        story.does(&Actor::Platform, |c, ctx| c.filing_pushed(ctx));
        let outcome = FilingOutcome::Accepted { receipt: None };
        story.does(&Actor::SupervisingSystem, |c, ctx| c.filing_answered(ctx, FilingAnswer { attempt: 1, outcome }));
        story.does(&Actor::Platform, |c, ctx| c.notice_submitted(ctx));
        story.does(&Actor::Platform, |c, ctx| c.notice_published(ctx, "GG-2", "http://127.0.0.1/notices/2"));
        assert_eq!(story.lists(&clerk(B)), [List::Completed, List::StartedByMe]);
    }
}

#[test]
fn a_refused_filing_comes_back_and_the_first_answer_to_a_submission_decides() {
    // S0-035, S1-016.
    let refused =
        |attempt| FilingAnswer { attempt, outcome: FilingOutcome::Refused { reason: "缺少计划编号".to_owned() } };
    let accepted = |attempt| FilingAnswer { attempt, outcome: FilingOutcome::Accepted { receipt: None } };
    let system = Actor::SupervisingSystem;
    let mut story = concluded();
    story.refused(&system, "contract.not_now", |c, ctx| c.filing_answered(ctx, accepted(1)));
    story.does(&Actor::Platform, |c, ctx| c.platform_signed(ctx, digest(4)));
    // An answer may be faster than our record of the push.
    story.does(&system, |c, ctx| c.filing_answered(ctx, refused(1)));
    story.refused(&Actor::Platform, "contract.not_now", |c, ctx| c.filing_pushed(ctx));
    assert_eq!(story.contract.holder().who, Who::Parties(vec![A]));
    assert_eq!(story.lists(&clerk(A)), [List::Completed, List::WaitingForMe]);
    assert!(story.contract.notice() == &Notice::NotDue);
    // Twice, and contradictory.
    story.does(&system, |c, ctx| c.filing_answered(ctx, refused(1)));
    story.does(&system, |c, ctx| c.filing_answered(ctx, accepted(1)));
    assert!(matches!(story.contract.filing(), Filing::Refused { attempt: 1, .. }));
    assert!(story.effects.contains(&Effect::TellOperator { topic: Topic::FilingContradicted }));
    // Submitted again, by the party to which it came back.
    story.refused(&clerk(B), "contract.not_yours", |c, ctx| c.resubmit_filing(ctx, ""));
    story.does(&clerk(A), |c, ctx| c.resubmit_filing(ctx, "计划编号已补录"));
    assert!(story.effects.contains(&Effect::PushFiling { attempt: 2 }));
    // Late for the first submission, and for one that never was.
    story.does(&system, |c, ctx| c.filing_answered(ctx, accepted(1)));
    assert!(matches!(story.contract.filing(), Filing::Due { attempt: 2, .. }));
    story.refused(&system, "contract.unknown_submission", |c, ctx| c.filing_answered(ctx, accepted(3)));
    story.does(&Actor::Platform, |c, ctx| c.filing_pushed(ctx));
    story.does(&system, |c, ctx| c.filing_answered(ctx, accepted(2)));
    story.does(&system, |c, ctx| c.filing_answered(ctx, refused(2)));
    assert!(matches!(story.contract.filing(), Filing::Accepted { attempt: 2, .. }), "accepted stays accepted");
    story.refused(&clerk(A), "contract.not_now", |c, ctx| c.resubmit_filing(ctx, ""));
}

#[test]
fn refused_to_sign_it_ends_and_the_order_is_free_again() {
    let mut story = confirmed();
    story.seals(&clerk(B), 2);
    story.refused(&clerk(A), "contract.not_now", |c, ctx| c.reject(ctx, "不要了"));
    story.does(&clerk(B), |c, ctx| c.reject(ctx, "无法供货"));
    assert!(story.effects.contains(&Effect::DropRevision { document: digest(2) }));
    assert!(story.effects.contains(&Effect::ReleaseAward));
    assert_eq!(story.label(&clerk(A)), "已拒签");
    assert_eq!(story.lists(&clerk(A)), [List::Voided]);
    for actor in [clerk(A), clerk(B), Actor::Platform, supervisor(), Actor::SupervisingSystem] {
        assert_eq!(story.actions(&actor), [], "nothing can be done any more");
    }
}

#[test]
fn revoked_by_who_began_it_until_another_party_is_bound() {
    let mut story = confirmed();
    story.refused(&clerk(A), "contract.not_yours", |c, ctx| c.revoke(ctx, "不要了"));
    story.seals(&clerk(B), 2).does(&clerk(B), |c, ctx| c.submit(ctx));
    assert!(story.actions(&clerk(B)).contains(&Verb::Revoke), "the purchaser has not bound itself yet");
    story.does(&clerk(B), |c, ctx| c.revoke(ctx, "订单取消"));
    assert_eq!(story.label(&clerk(A)), "已撤销");
    assert_eq!(story.contract.document_for(&clerk(A)), Some(digest(2)), "the record stays");
    story.refused(&clerk(A), "contract.ended", |c, ctx| c.seal(ctx, digest(3), &[seal(PlacementKind::Seal)]));
    let mut draft = drafted();
    draft.does(&clerk(B), |c, ctx| c.revoke(ctx, "重复起草"));
    assert!(draft.effects.contains(&Effect::ReleaseAward));
}

#[test]
fn signing_expires_at_the_end_of_its_last_day_and_a_hold_moves_it_on() {
    // S3-088. 30 natural days from 2025-03-20 end on Saturday 2025-04-19, rolled to Monday 2025-04-21 (民法典 art. 203).
    let end = yinxin_domain::calendar::Date::parse("2025-04-21").unwrap().end_micros();
    let mut story = confirmed();
    story.seals(&clerk(B), 2);
    story.at = end - 2 * MINUTE;
    story.refused(&Actor::Platform, "contract.not_now", |c, ctx| c.expire(ctx));
    story.refused(&clerk(A), "contract.not_yours", |c, ctx| c.expire(ctx));
    story.does(&supervisor(), |c, ctx| c.put_on_hold(ctx, "监管〔2025〕1号", "投诉处理"));
    story.at += 3 * DAY;
    story.refused(&Actor::Platform, "contract.on_hold", |c, ctx| c.expire(ctx));
    assert_eq!(story.label(&clerk(A)), "已暂停");
    story.refused(&clerk(B), "contract.on_hold", |c, ctx| c.submit(ctx));
    story.does(&supervisor(), |c, ctx| c.resume(ctx, "监管〔2025〕2号"));
    story.at -= 1;
    story.refused(&Actor::Platform, "contract.not_now", |c, ctx| c.expire(ctx));
    story.at += 1;
    story.does(&Actor::Platform, |c, ctx| c.expire(ctx));
    assert_eq!(story.label(&clerk(B)), "逾期未签署");
    assert!(story.effects.contains(&Effect::DropRevision { document: digest(2) }), "the unsent seal is void");
    assert_eq!(story.lists(&clerk(B)), [List::Voided, List::StartedByMe]);
}

#[test]
fn on_hold_only_the_supervising_side_acts_and_what_waited_is_queued_again() {
    let mut story = concluded();
    story.does(&Actor::Platform, |c, ctx| c.platform_signed(ctx, digest(4)));
    story.refused(&clerk(A), "contract.not_yours", |c, ctx| c.put_on_hold(ctx, "文件", "理由"));
    story.refused(&supervisor(), "contract.reason_missing", |c, ctx| c.put_on_hold(ctx, "文件", ""));
    story.does(&supervisor(), |c, ctx| c.put_on_hold(ctx, "监管〔2025〕1号", "投诉处理"));
    story.refused(&Actor::Platform, "contract.on_hold", |c, ctx| c.filing_pushed(ctx));
    assert_eq!(story.actions(&clerk(A)), []);
    let outcome = FilingOutcome::Accepted { receipt: None };
    story.does(&Actor::SupervisingSystem, |c, ctx| c.filing_answered(ctx, FilingAnswer { attempt: 1, outcome }));
    story.refused(&Actor::Platform, "contract.on_hold", |c, ctx| c.notice_submitted(ctx));
    story.effects.clear();
    story.does(&supervisor(), |c, ctx| c.resume(ctx, "监管〔2025〕2号"));
    assert!(story.effects.contains(&Effect::SubmitNotice));
    story.does(&Actor::Platform, |c, ctx| c.notice_submitted(ctx));
}
