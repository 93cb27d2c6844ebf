//! The way of a contract from draft to notice as its parties see it: what is done, what is now, what comes.

use crate::calendar::{Date, WorkingDays};
use crate::contract::axes::{Content, Filing, Notice, Signing, StepState};
use crate::contract::party::PartyKey;
use crate::contract::profile::{NoticeAfter, Profile, Review};
use crate::contract::state::Contract;
use crate::contract::text::Text;
use crate::law::RuleTables;

/// How far a milestone has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is behind.
    Done {
        /// When, microseconds UTC; none where no moment is kept.
        at: Option<i64>,
    },
    /// It is the turn.
    Now {
        /// Since when, microseconds UTC.
        since: i64,
    },
    /// It comes later.
    Later,
    /// It will not come: the contract has ended, or is exempt.
    Never,
}

/// One milestone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// `draft`, `review`, `step.<number>`, `filing`, `notice`.
    pub key: String,
    /// Its name.
    pub text: Text,
    /// The party whose turn it is there.
    pub party: Option<PartyKey>,
    /// How far it has come.
    pub progress: Progress,
    /// The last day for it, where the law sets one.
    pub due: Option<Date>,
}

impl Contract {
    /// The milestones of a contract in their order. What another party has sealed and not sent shows to nobody else, since it changes nothing
    /// here.
    pub fn milestones(&self, profile: &Profile, law: &RuleTables, calendar: &WorkingDays) -> Vec<Milestone> {
        let ended = self.has_ended_without_conclusion();
        let later = if ended { Progress::Never } else { Progress::Later };
        let milestone = |key: &str, zh: &str, en: &str, progress| Milestone {
            key: key.to_owned(),
            text: Text::new(zh, en),
            party: None,
            progress,
            due: None,
        };
        let mut way = Vec::new();
        let drafted = match &self.content {
            Content::Drafting { since, .. } | Content::Returned { since, .. } if !ended => {
                Progress::Now { since: *since }
            }
            Content::Drafting { .. } | Content::Returned { .. } => Progress::Never,
            Content::InReview { .. } | Content::Frozen { .. } => Progress::Done { at: Some(self.started_at) },
        };
        way.push(Milestone { party: Some(self.initiator), ..milestone("draft", "起草", "Draft", drafted) });
        if let Review::ConfirmReturnModify { .. } | Review::InternalApproval { .. } = &profile.review {
            let reviewed = match &self.content {
                Content::InReview { since, .. } if !ended => Progress::Now { since: *since },
                Content::InReview { .. } | Content::Drafting { .. } | Content::Returned { .. } => later,
                Content::Frozen { at, .. } => Progress::Done { at: Some(*at) },
            };
            way.push(Milestone {
                party: self.reviewer(profile),
                ..milestone("review", "确认", "Confirmation", reviewed)
            });
        }
        way.extend(self.signing_milestones(profile, later));
        if let Some(first) = way.iter_mut().find(|one| !matches!(one.progress, Progress::Done { .. }))
            && !ended
            && self.concluded_at().is_none()
        {
            first.due = self.signing_deadline(profile, law, calendar).map(|end| end.last_day);
        }
        let filing = profile.filing.as_ref().map(|_| {
            let progress = match &self.filing {
                Filing::NotWanted | Filing::NotDue => later,
                Filing::Due { since, .. } | Filing::Pushed { since, .. } => Progress::Now { since: *since },
                Filing::Refused { at, .. } => Progress::Now { since: *at },
                Filing::Accepted { at, .. } => Progress::Done { at: Some(*at) },
            };
            let due = self.filing_deadline(profile, law, calendar).map(|end| end.last_day);
            Milestone { due, ..milestone("filing", "备案", "Filing", progress) }
        });
        let notice = profile.notice.as_ref().map(|rules| {
            let progress = match &self.notice {
                Notice::NotWanted | Notice::NotDue => later,
                Notice::Due { since } | Notice::Submitted { since } => Progress::Now { since: *since },
                Notice::Published { at, .. } => Progress::Done { at: Some(*at) },
                Notice::Exempt { .. } => Progress::Never,
            };
            let due = self.notice_deadline(profile, law, calendar).map(|end| end.last_day);
            (rules.after, Milestone { due, ..milestone("notice", "合同公告", "Notice", progress) })
        });
        match notice {
            Some((NoticeAfter::FilingAccepted, notice)) => way.extend(filing.into_iter().chain([notice])),
            Some((_, notice)) => way.extend([notice].into_iter().chain(filing)),
            None => way.extend(filing),
        }
        way
    }

    fn signing_milestones(&self, profile: &Profile, later: Progress) -> Vec<Milestone> {
        if let Signing::Offline { at, .. } = &self.signing {
            let text = Text::new("线下签订", "Signed on paper");
            let progress = Progress::Done { at: Some(*at) };
            return vec![Milestone { key: "offline".to_owned(), text, party: None, progress, due: None }];
        }
        let planned: Vec<(PartyKey, Progress)> = if self.steps().is_empty() {
            self.step_order(profile).into_iter().map(|(party, _)| (party, later)).collect()
        } else {
            let ended = self.has_ended_without_conclusion();
            let progress = |state: &StepState| match state {
                StepState::Sent { at, .. } => Progress::Done { at: Some(*at) },
                StepState::Open { since } | StepState::Sealed { since, .. } if !ended => {
                    Progress::Now { since: *since }
                }
                StepState::Open { .. } | StepState::Sealed { .. } | StepState::Waiting => later,
            };
            self.steps().iter().map(|step| (step.party, progress(&step.state))).collect()
        };
        let milestone = |(number, (party, progress)): (usize, (PartyKey, Progress))| Milestone {
            key: format!("step.{number}"),
            text: Text::new(format!("{}签章", party.zh()), format!("Party {party} seals")),
            party: Some(party),
            progress,
            due: None,
        };
        planned.into_iter().enumerate().map(milestone).collect()
    }
}
