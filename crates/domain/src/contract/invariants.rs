//! What holds whatever anybody does: checked by the property test over any sequence of verbs, and by the server before it saves.

use crate::contract::axes::{Content, Filing, Hold, Notice, PlatformSignature, Signing, StepState};
use crate::contract::event::ContractEvent;
use crate::contract::party::{PartyKey, PartyRole};
use crate::contract::profile::{NoticeAfter, Profile};
use crate::contract::state::{Contract, Transition};

/// The invariants that one contract breaks, each as a sentence that should be true; empty for every contract that verbs can reach.
pub fn broken_by(contract: &Contract, profile: &Profile) -> Vec<&'static str> {
    let mut broken = Vec::new();
    let mut hold = |holds: bool, sentence: &'static str| {
        if !holds {
            broken.push(sentence);
        }
    };
    let c = contract;
    hold(c.version >= 1, "versions count from 1");
    hold(c.draft as usize == c.ended_texts.len() + 1, "each draft but the current one has ended by a disagreement");
    let keyed =
        c.parties.iter().enumerate().all(|(at, party)| {
            PartyKey::at(at) == Some(party.key) && (party.role == PartyRole::Purchaser) == (at == 0)
        });
    hold(c.parties.len() >= 2 && keyed, "party A is the purchaser, the others are suppliers");
    hold(c.party(c.initiator).is_some(), "the initiator is a party");

    let frozen = c.frozen_document().is_some();
    match &c.signing {
        Signing::NotStarted => hold(!frozen, "a frozen text is being signed"),
        Signing::Signing { steps, .. } => {
            hold(frozen, "only a frozen text is signed");
            let sent = steps.iter().take_while(|step| step.is_sent()).count();
            let turn = steps.get(sent).is_some_and(|step| step.is_current());
            let rest_waits = steps.iter().skip(sent + 1).all(|step| step.state == StepState::Waiting);
            hold(turn && rest_waits, "steps are sent in order and exactly one is open");
        }
        Signing::Concluded { steps, .. } => {
            hold(frozen, "only a frozen text is concluded");
            hold(
                !steps.is_empty() && steps.iter().all(|step| step.is_sent()),
                "concluded means that every step is sent",
            );
        }
        Signing::Offline { .. } => hold(frozen, "only a frozen text is signed on paper"),
        Signing::Rejected { steps, .. } => hold(frozen && !steps.is_empty(), "only who was asked to sign can refuse"),
        Signing::Revoked { steps, .. } => {
            let others_unbound = steps.iter().all(|step| step.party == c.initiator || !step.is_sent());
            hold(others_unbound, "nothing is revoked after another party bound itself");
            hold(frozen != steps.is_empty(), "the steps of a frozen text stay on record");
        }
        Signing::Expired { steps, .. } => hold(frozen && !steps.is_empty(), "only a text being signed expires"),
    }
    let ended = c.has_ended_without_conclusion();
    let unsent = c.steps().iter().any(|step| matches!(step.state, StepState::Sealed { .. }));
    hold(!(ended && unsent), "no unsent revision outlives the contract's end");
    let bare = c.steps().iter().any(|step| match &step.state {
        StepState::Sealed { acts, .. } => acts.is_empty(),
        StepState::Sent { acts, .. } => {
            acts.is_empty() || !step.rule.still_missing(|kind| acts.iter().any(|act| act.kind == kind)).is_empty()
        }
        StepState::Waiting | StepState::Open { .. } => false,
    });
    hold(!bare, "a sealed step shows what was set, a sent step all that its rule requires");

    let settled = match &c.signing {
        Signing::Concluded { platform, .. } => *platform != PlatformSignature::Due,
        Signing::Offline { .. } => true,
        Signing::NotStarted
        | Signing::Signing { .. }
        | Signing::Rejected { .. }
        | Signing::Revoked { .. }
        | Signing::Expired { .. } => false,
    };
    match &c.filing {
        Filing::NotWanted => hold(profile.filing.is_none(), "a profile that files has a filing"),
        Filing::NotDue => hold(!settled, "filing is due as soon as the contract is settled"),
        Filing::Due { attempt, .. } | Filing::Pushed { attempt, .. } | Filing::Accepted { attempt, .. } => {
            hold(settled && *attempt >= 1, "filing waits for conclusion and the platform's signature");
        }
        Filing::Refused { attempt, back_to, .. } => {
            hold(settled && *attempt >= 1, "filing waits for conclusion and the platform's signature");
            hold(c.party(*back_to).is_some(), "a refused filing goes back to a party");
        }
    }
    let waited_for = match profile.notice.as_ref().map(|rules| rules.after) {
        Some(NoticeAfter::FilingAccepted) => matches!(c.filing, Filing::Accepted { .. }),
        Some(NoticeAfter::Conclusion) => settled,
        None => false,
    };
    match &c.notice {
        Notice::NotWanted => hold(profile.notice.is_none(), "a profile that publishes has a notice"),
        Notice::NotDue => hold(!waited_for, "the notice is due as soon as what it waits for is there"),
        Notice::Due { .. } | Notice::Submitted { .. } | Notice::Published { .. } => {
            hold(waited_for, "the notice waits for what the profile says");
        }
        Notice::Exempt { .. } => hold(profile.notice.is_some(), "only what would be published is exempt"),
    }
    hold(!(ended && c.hold != Hold::Free), "what has ended is not on hold");
    broken
}

/// The invariants that one step from `before` breaks; empty for every transition that a verb gives.
pub fn broken_by_transition(before: &Contract, transition: &Transition) -> Vec<&'static str> {
    let mut broken = Vec::new();
    let mut hold = |holds: bool, sentence: &'static str| {
        if !holds {
            broken.push(sentence);
        }
    };
    let after = &transition.next;
    hold(after.version == before.version + 1, "every change is one version");
    hold(!transition.events.is_empty(), "every change has an event");
    let same = before.id == after.id
        && before.award == after.award
        && before.parties == after.parties
        && before.initiator == after.initiator
        && before.profile == after.profile
        && before.profile_edition == after.profile_edition
        && before.amount_fen == after.amount_fen
        && before.started_at == after.started_at;
    hold(same, "what a contract begins with stays");
    hold(!before.has_ended_without_conclusion(), "what has ended stays as it is");
    hold(after.ended_texts.starts_with(&before.ended_texts), "ended texts stay on record");

    if before.draft == after.draft {
        if let Content::Frozen { .. } = before.content {
            hold(before.content == after.content, "a frozen text never changes");
        }
        let kept = before.steps().iter().enumerate().filter(|(_, step)| step.is_sent());
        let kept = kept.into_iter().all(|(at, step)| after.steps().get(at) == Some(step));
        hold(kept, "what was sent is never taken back");
    } else {
        let ended = after.ended_texts.last().map(|ended| Some(ended.document) == before.frozen_document());
        hold(
            after.draft == before.draft + 1 && ended == Some(true),
            "a new draft opens only by a disagreement with a text",
        );
    }
    match &before.signing {
        Signing::Concluded { at, steps, .. } => {
            let stays = matches!(&after.signing, Signing::Concluded { at: a, steps: s, .. } if a == at && s == steps);
            hold(stays, "concluded stays concluded");
        }
        Signing::Offline { .. } => hold(before.signing == after.signing, "offline never signs"),
        Signing::NotStarted
        | Signing::Signing { .. }
        | Signing::Rejected { .. }
        | Signing::Revoked { .. }
        | Signing::Expired { .. } => {}
    }
    if let Filing::Accepted { .. } = before.filing {
        hold(before.filing == after.filing, "an accepted filing stays accepted");
    }
    if let Notice::Published { .. } | Notice::Exempt { .. } = before.notice {
        hold(before.notice == after.notice, "published stays published, exempt stays exempt");
    }
    if before.hold != Hold::Free {
        let untouched = before.content == after.content
            && before.steps() == after.steps()
            && before.attachments == after.attachments
            && before.draft == after.draft;
        hold(untouched, "on hold only the supervising side acts");
    }
    let drops = transition.events.iter().any(|event| matches!(event, ContractEvent::UnsentDiscarded { .. }));
    let had_unsent = |contract: &Contract| {
        contract.current_step().is_some_and(|(_, step)| matches!(step.state, StepState::Sealed { .. }))
    };
    let sent_now = after.steps().iter().filter(|step| step.is_sent()).count()
        > before.steps().iter().filter(|step| step.is_sent()).count();
    if had_unsent(before) && !had_unsent(after) {
        hold(drops || sent_now, "an unsent revision is sent or its discard is recorded");
    }
    broken
}
