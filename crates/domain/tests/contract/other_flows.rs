//! Flows that ship later, given as data alone: what two regions do differently needs no code.

use crate::support::*;
use yinxin_domain::calendar::{Date, WorkingDays};
use yinxin_domain::contract::axes::{Filing, Notice};
use yinxin_domain::contract::conclusion::{FilingAnswer, FilingOutcome};
use yinxin_domain::contract::review::Sealing;
use yinxin_domain::contract::view::Who;
use yinxin_domain::contract::{Actor, PartyKey};
use yinxin_domain::law::RuleTables;
use yinxin_domain::organisation::Role;
use yinxin_domain::signing::PlacementKind;

const A: PartyKey = PartyKey::A;
const B: PartyKey = PartyKey::B;

#[test]
fn internal_approval_comes_before_four_steps_in_strict_order() {
    // S2-002, S2-003, S2-010, S2-011.
    let mut story = Story::begin(university(), 1, &clerk(A));
    let approver = member(A, &[Role::Approver]);
    story.does(&clerk(A), |c, ctx| c.send(ctx, no_faults()));
    assert_eq!(story.contract.holder().who, Who::Parties(vec![A]));
    story.refused(&clerk(A), "contract.role_missing", |c, ctx| c.confirm(ctx, online(1)));
    story.refused(&approver, "contract.not_in_profile", |c, ctx| c.modify(ctx));
    story.refused(&clerk(B), "contract.not_yours", |c, ctx| c.confirm(ctx, online(1)));
    story.does(&approver, |c, ctx| c.return_draft(ctx, "请补预算科目"));
    story.does(&clerk(A), |c, ctx| c.send(ctx, no_faults()));
    story.refused(&approver, "contract.offline_not_allowed", |c, ctx| c.confirm(ctx, offline(Some("2025-03-20"))));
    let unasked = yinxin_domain::contract::review::Confirming {
        payment: None,
        sealing: Sealing::Online { without_certificate: Vec::new() },
        document: text(1),
    };
    story.does(&approver, |c, ctx| c.confirm(ctx, unasked));
    let sign = |story: &mut Story, party: PartyKey, kind: PlacementKind, number: u8| {
        let other = if kind == PlacementKind::Seal { PlacementKind::Personal } else { PlacementKind::Seal };
        let refused = story.contract.clone().seal(
            &context(&story.profile, &clerk(party), story.at),
            digest(9),
            &[yinxin_domain::contract::sealing::NewAct {
                seal_type: yinxin_domain::signing::SealType::Contract,
                ..seal(other)
            }],
        );
        assert_eq!(refused.unwrap_err().code(), "contract.act_not_allowed");
        let act = match kind {
            PlacementKind::Seal => yinxin_domain::contract::sealing::NewAct {
                seal_type: yinxin_domain::signing::SealType::Contract,
                ..seal(kind)
            },
            PlacementKind::Personal | PlacementKind::Date | PlacementKind::Seam => seal(kind),
        };
        story.does(&clerk(party), |c, ctx| c.seal(ctx, digest(number), &[act]));
        story.does(&clerk(party), |c, ctx| c.submit(ctx));
    };
    for (turn, (party, kind)) in
        [(B, PlacementKind::Personal), (B, PlacementKind::Seal), (A, PlacementKind::Personal), (A, PlacementKind::Seal)]
            .into_iter()
            .enumerate()
    {
        assert_eq!(story.contract.holder().who, Who::Parties(vec![party]));
        let other = if party == A { B } else { A };
        let out_of_turn = story.contract.clone().submit(&context(&story.profile, &clerk(other), story.at));
        assert!(out_of_turn.is_err());
        sign(&mut story, party, kind, 10 + turn as u8);
    }
    // S2-012: nothing is filed or published; the contract is simply done.
    assert_eq!(story.contract.phase().code(), "concluded");
    assert_eq!(story.contract.holder().who, Who::Nobody);
    assert_eq!((story.contract.filing(), story.contract.notice()), (&Filing::NotWanted, &Notice::NotWanted));
    assert_eq!(story.contract.shared_document(), Some(digest(13)));
}

#[test]
fn without_review_the_drafter_ends_the_text_and_the_notice_need_not_wait_for_the_filing() {
    // S0-006, S0-025, S0-032, S0-034.
    let mut story = Story::begin(county(), 2, &clerk(A));
    story.does(&clerk(A), |c, ctx| c.freeze(ctx, no_faults(), text(1)));
    assert_eq!(story.contract.document_for(&clerk(B)), Some(digest(1)), "whose turn it is sees the text");
    assert_eq!(story.contract.document_for(&clerk(key(2))), None);
    for (number, party) in [(2, B), (3, key(2)), (4, A)] {
        story.seals(&clerk(party), number);
        story.refused(&clerk(party), "contract.acts_missing", |c, ctx| c.submit(ctx));
        story.does(&clerk(party), |c, ctx| c.seal(ctx, digest(number), &[seal(PlacementKind::Seam)]));
        story.does(&clerk(party), |c, ctx| c.submit(ctx));
    }
    story.does(&Actor::Platform, |c, ctx| c.platform_signed(ctx, digest(5)));
    assert!(matches!(story.contract.notice(), Notice::Due { .. }));
    // A supervisor may still exempt it.
    story.refused(&clerk(A), "contract.not_yours", |c, ctx| c.exempt_notice(ctx, "文件", "涉密"));
    story.does(&supervisor(), |c, ctx| c.exempt_notice(ctx, "保密〔2025〕1号", "涉及商业秘密"));
    story.refused(&Actor::Platform, "contract.not_now", |c, ctx| c.notice_submitted(ctx));
    let outcome = FilingOutcome::Refused { reason: "缺附件".to_owned() };
    story.does(&Actor::SupervisingSystem, |c, ctx| c.filing_answered(ctx, FilingAnswer { attempt: 1, outcome }));
    assert_eq!(
        story.contract.holder().who,
        Who::Parties(vec![B]),
        "this profile gives it back to the leading supplier"
    );
    story.does(&clerk(B), |c, ctx| c.resubmit_filing(ctx, ""));
    // A region may ask for less time than the law gives.
    let deadline = story.contract.notice_deadline(&story.profile, RuleTables::bundled(), WorkingDays::bundled());
    assert_eq!(deadline.unwrap().last_day, Date::parse("2025-03-21").unwrap());
}
