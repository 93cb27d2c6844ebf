//! Any verbs by anybody with any arguments, in any order: the invariants hold, and what is offered is exactly what is not refused.

use crate::support::*;
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeSet;
use yinxin_domain::calendar::Date;
use yinxin_domain::contract::axes::Payment;
use yinxin_domain::contract::conclusion::{FilingAnswer, FilingOutcome};
use yinxin_domain::contract::drafting::TextCheck;
use yinxin_domain::contract::invariants::{broken_by, broken_by_transition};
use yinxin_domain::contract::profile::UndoEnds;
use yinxin_domain::contract::review::{Confirming, Sealing};
use yinxin_domain::contract::{Actor, Context, Contract, PartyKey, Profile, Refusal, Transition, Verb};
use yinxin_domain::organisation::Role;
use yinxin_domain::signing::PlacementKind;

/// One try: how it is chosen, whose, and with what.
#[derive(Clone, Debug)]
struct Try {
    offered_only: bool,
    actor: usize,
    verb: usize,
    argument: u8,
    minutes: i64,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (
        prop::bool::weighted(0.75),
        any::<usize>(),
        any::<usize>(),
        any::<u8>(),
        prop_oneof![9 => 0i64..600, 1 => 0i64..80_000],
    )
        .prop_map(|(offered_only, actor, verb, argument, minutes)| Try {
            offered_only,
            actor,
            verb,
            argument,
            minutes,
        });
    prop::collection::vec(one, 1..70)
}

/// The mall's flow where nothing is filed or published.
fn unfiled_mall() -> Profile {
    Profile { filing: None, notice: None, ..shipped("henan-mall") }
}

fn actors(suppliers: usize) -> Vec<Actor> {
    let mut actors = vec![
        Actor::Platform,
        Actor::SupervisingSystem,
        supervisor(),
        Actor::Person { person: *supervisor().person().unwrap() },
    ];
    for index in 0..=suppliers {
        actors.push(clerk(key(index)));
        actors.push(member(key(index), &[Role::Administrator, Role::Approver]));
        actors.push(member(key(index), &[Role::SealKeeper]));
        actors.push(member(key(index), &[]));
    }
    actors.push(clerk(key(9)));
    actors
}

fn apply(contract: Contract, ctx: &Context<'_>, verb: Verb, argument: u8) -> Result<Transition, Refusal> {
    let n = argument;
    let reason = if n.is_multiple_of(16) { "" } else { "有理由" };
    let check = match n % 16 {
        1 => TextCheck { missing: vec!["x".to_owned()], blocking: Vec::new() },
        2 => TextCheck { missing: Vec::new(), blocking: vec!["y".to_owned()] },
        _ => no_faults(),
    };
    let acts: Vec<_> = PlacementKind::ALL
        .into_iter()
        .enumerate()
        .filter(|(at, _)| n >> at & 1 == 1)
        .map(|(_, kind)| {
            let mut act = seal(kind);
            if n % 32 == 31 || ctx.profile.name == "university" {
                act.seal_type = yinxin_domain::signing::SealType::Contract;
                if kind == PlacementKind::Personal && n.is_multiple_of(2) {
                    act.seal_type = yinxin_domain::signing::SealType::PersonalName;
                }
            }
            act
        })
        .collect();
    match verb {
        Verb::EditDraft => {
            contract.edit_draft(ctx, if n.is_multiple_of(16) { Vec::new() } else { vec!["x".to_owned()] })
        }
        Verb::Attach => {
            contract.attach(ctx, if n.is_multiple_of(2) { "scan" } else { "invoice" }, digest(n), "文件.pdf")
        }
        Verb::Send => contract.send(ctx, check),
        Verb::Withdraw => contract.withdraw(ctx),
        Verb::Confirm => {
            let sealing = match n % 8 {
                0 | 1 => Sealing::Offline { signed_on: Some(Date::at(ctx.at)) },
                2 => Sealing::Offline { signed_on: None },
                3 => Sealing::Online { without_certificate: vec!["某".to_owned()] },
                _ => Sealing::Online { without_certificate: Vec::new() },
            };
            let amount_fen = if n % 16 == 15 { 0 } else { 100 };
            let payment = Some(Payment { method: "transfer".to_owned(), amount_fen });
            contract.confirm(ctx, Confirming { payment, sealing, document: text(n) })
        }
        Verb::Return => contract.return_draft(ctx, reason),
        Verb::Modify => contract.modify(ctx),
        Verb::Freeze => contract.freeze(ctx, check, text(n)),
        Verb::Seal => contract.seal(ctx, digest(n), &acts),
        Verb::DiscardUnsent => contract.discard_unsent(ctx),
        // Ending with the seals is the same verb, by another way (S3-086).
        Verb::Submit if n.is_multiple_of(2) && ends_by(&contract, UndoEnds::Submit) => contract.end_with_seals(ctx),
        Verb::Agree if n.is_multiple_of(2) && ends_by(&contract, UndoEnds::Agree) => contract.end_with_seals(ctx),
        Verb::Submit => contract.submit(ctx),
        Verb::Agree => contract.agree(ctx),
        Verb::Disagree => contract.disagree(ctx, reason),
        Verb::Reject => contract.reject(ctx, reason),
        Verb::Revoke => contract.revoke(ctx, reason),
        Verb::Expire => contract.expire(ctx),
        Verb::AddPlatformSignature => contract.platform_signed(ctx, digest(n)),
        Verb::PushFiling => contract.filing_pushed(ctx),
        Verb::AnswerFiling => {
            let outcome = if n.is_multiple_of(3) {
                FilingOutcome::Refused { reason: "缺".to_owned() }
            } else {
                FilingOutcome::Accepted { receipt: None }
            };
            contract.filing_answered(ctx, FilingAnswer { attempt: u32::from(n % 4), outcome })
        }
        Verb::ResubmitFiling => contract.resubmit_filing(ctx, ""),
        Verb::SubmitNotice => contract.notice_submitted(ctx),
        Verb::PublishNotice => contract.notice_published(ctx, "收", "址"),
        Verb::ExemptNotice => contract.exempt_notice(ctx, "文", reason),
        Verb::Hold => contract.put_on_hold(ctx, "文", reason),
        Verb::Resume => contract.resume(ctx, "文"),
    }
}

fn ends_by(contract: &Contract, ends: UndoEnds) -> bool {
    contract.current_step().is_some_and(|(_, step)| step.rule.undo_ends == ends)
}

/// Walks one contract; hands back the phases it passed and the verbs that succeeded.
fn walk(profile: &Profile, suppliers: usize, initiator: PartyKey, tries: &[Try], seen: &RefCell<BTreeSet<String>>) {
    let mut contract = Contract::begin(&context(profile, &clerk(initiator), START), beginning(suppliers)).unwrap().next;
    let mut at = START;
    let actors = actors(suppliers);
    for one in tries {
        at += one.minutes * MINUTE;
        // Ends and holds are rarely chosen, or few walks would come far.
        let rare = |verb: Verb| {
            matches!(verb, Verb::Reject | Verb::Revoke | Verb::Hold | Verb::Disagree | Verb::ExemptNotice)
                && one.argument > 12
        };
        let mut choices: Vec<(&Actor, Verb)> = Vec::new();
        for actor in &actors {
            let ctx = context(profile, actor, at);
            let offered: Vec<Verb> = contract.actions(&ctx).into_iter().map(|action| action.verb).collect();
            for verb in Verb::ALL {
                let is_offered = offered.contains(&verb);
                // The heart of it: offered means not refused for the state, not offered means refused.
                match apply(contract.clone(), &ctx, verb, one.argument) {
                    Ok(_) => assert!(is_offered, "{verb:?} was not offered to {actor:?} and succeeded"),
                    Err(refusal) if is_offered => {
                        assert!(!refusal.is_about_state(), "{verb:?} offered, then {refusal:?}")
                    }
                    Err(refusal) => assert!(refusal.is_about_state(), "{verb:?} not offered, but {refusal:?}"),
                }
                if is_offered && !rare(verb) {
                    choices.push((actor, verb));
                }
            }
        }
        let (actor, verb) = match (one.offered_only, choices.len()) {
            (true, n) if n > 0 => choices[one.actor % n],
            _ => (&actors[one.actor % actors.len()], Verb::ALL[one.verb % Verb::ALL.len()]),
        };
        let ctx = context(profile, actor, at);
        let Ok(transition) = apply(contract.clone(), &ctx, verb, one.argument) else { continue };
        assert_eq!(broken_by(&transition.next, profile), Vec::<&str>::new(), "after {verb:?} by {actor:?}");
        assert_eq!(broken_by_transition(&contract, &transition), Vec::<&str>::new(), "{verb:?} by {actor:?}");
        let stored = transition.next.to_stored().unwrap();
        assert_eq!(Contract::from_stored(&stored).unwrap(), transition.next);
        contract = transition.next;
        // Only the open step's party ever sees what is not sent.
        for viewer in &actors {
            let party = contract.party_of_actor(viewer).map(|party| party.key);
            let (document, shared) = (contract.document_for(viewer), contract.shared_document());
            if document.is_some() && document != shared {
                assert_eq!(party, contract.current_step().map(|(_, step)| step.party));
            }
            let _ = (contract.label(profile, viewer), contract.lists(viewer), contract.holder());
        }
        let mut seen = seen.borrow_mut();
        seen.insert(contract.phase().code());
        seen.insert(verb.code().to_owned());
    }
}

#[test]
fn no_sequence_of_verbs_breaks_a_contract() {
    let seen = RefCell::new(BTreeSet::new());
    let flows = [
        (shipped("henan-mall"), PartyKey::B),
        (unfiled_mall(), PartyKey::B),
        (shipped("jiaozuo"), PartyKey::A),
        (shipped("jiaozuo"), PartyKey::B),
        (university(), PartyKey::A),
        (county(), PartyKey::A),
    ];
    let config = ProptestConfig { cases: 240, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    runner
        .run(&(0..flows.len(), 1usize..=3, tries()), |(flow, suppliers, tries)| {
            let (profile, initiator) = &flows[flow];
            walk(profile, suppliers, *initiator, &tries, &seen);
            Ok(())
        })
        .unwrap();
    // The walks are worth something only if they come everywhere.
    let seen = seen.into_inner();
    let missing: Vec<_> =
        Verb::ALL.iter().map(|verb| verb.code().to_owned()).filter(|code| !seen.contains(code)).collect();
    assert_eq!(missing, Vec::<String>::new(), "verbs that never succeeded");
    let missing: Vec<_> =
        yinxin_domain::contract::view::Phase::FIXED.iter().filter(|code| !seen.contains(**code)).collect();
    assert_eq!(missing, Vec::<&&str>::new(), "states that were never reached");
}
