//! The flow profiles over HTTP: what a page must know to ask the right questions (S1-009 to S1-014, S4-038, S4-044).

use axum::extract::State;
use serde::Serialize;
use yinxin_domain::contract::PartyRole;
use yinxin_domain::contract::Text;
use yinxin_domain::contract::profile::{
    AttachmentWindow, ConfirmationRules, PaymentMethod, Profile, Review, SealingChoice, StartsFrom,
};
use yinxin_domain::organisation::Role;

use super::answers::TextOut;
use crate::actor::Actor;
use crate::app::App;
use crate::http::extract::Json;

/// A payment method to choose from.
#[derive(Serialize, utoipa::ToSchema)]
struct PaymentMethodOut {
    /// The stable code.
    code: String,
    /// What it is called.
    label: TextOut,
}

/// What is asked when a draft is confirmed.
#[derive(Serialize, utoipa::ToSchema)]
struct ConfirmationOut {
    /// If there are any, method and amount are mandatory.
    payment_methods: Vec<PaymentMethodOut>,
    /// Whether 是否线上签章 is asked; if not, it is always sealed online.
    asks_sealing: bool,
    /// The slot of the scan of a contract that is signed on paper.
    scan_slot: Option<String>,
}

/// A slot for an attached file.
#[derive(Serialize, utoipa::ToSchema)]
struct SlotOut {
    /// The stable name.
    slot: String,
    /// What it is called.
    label: TextOut,
    /// before_freeze or after_conclusion.
    when: &'static str,
}

/// A flow profile, as far as pages ask.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ProfileOut {
    /// Its name.
    name: String,
    /// What its users call this business.
    title: TextOut,
    /// lot or order.
    starts_from: &'static str,
    /// The sides that may begin a contract: purchaser, supplier.
    drafting_by: Vec<&'static str>,
    /// The roles that draft inside an organisation.
    #[schema(value_type = Vec<String>)]
    drafting_roles: Vec<Role>,
    /// none, confirm_return_modify, agree_disagree_after_sealing or internal_approval.
    review: &'static str,
    /// The side that reviews before sealing.
    review_by: Option<&'static str>,
    /// What is asked when a draft is confirmed.
    confirmation: Option<ConfirmationOut>,
    /// Files that may be attached.
    slots: Vec<SlotOut>,
}

fn confirmation(rules: &ConfirmationRules) -> ConfirmationOut {
    let method = |method: &PaymentMethod| PaymentMethodOut {
        code: method.code.clone(),
        label: Text::new(&method.zh, &method.en).into(),
    };
    ConfirmationOut {
        payment_methods: rules.payment_methods.iter().map(method).collect(),
        asks_sealing: rules.sealing == SealingChoice::Ask,
        scan_slot: rules.scan_slot.clone(),
    }
}

impl From<&Profile> for ProfileOut {
    fn from(profile: &Profile) -> Self {
        let (review, review_by, asked): (_, Option<PartyRole>, _) = match &profile.review {
            Review::None => ("none", None, None),
            Review::ConfirmReturnModify { by, confirmation: rules, .. } => {
                ("confirm_return_modify", Some(*by), Some(confirmation(rules)))
            }
            Review::AgreeDisagreeAfterSealing => ("agree_disagree_after_sealing", None, None),
            Review::InternalApproval { .. } => ("internal_approval", None, None),
        };
        let slots = profile.attachments.iter().map(|slot| SlotOut {
            slot: slot.slot.clone(),
            label: Text::new(&slot.zh, &slot.en).into(),
            when: match slot.when {
                AttachmentWindow::BeforeFreeze => "before_freeze",
                AttachmentWindow::AfterConclusion => "after_conclusion",
            },
        });
        Self {
            name: profile.name.clone(),
            title: profile.title.clone().into(),
            starts_from: match profile.starts_from {
                StartsFrom::Lot => "lot",
                StartsFrom::Order => "order",
            },
            drafting_by: profile.drafting.by.iter().map(|side| side.code()).collect(),
            drafting_roles: profile.drafting.roles.clone(),
            review,
            review_by: review_by.map(PartyRole::code),
            confirmation: asked,
            slots: slots.collect(),
        }
    }
}

/// The flow profiles of this installation: who drafts, who reviews, what is asked at confirmation, which files may be attached.
#[utoipa::path(get, path = "/api/v1/flow-profiles", tag = "contract", security(("session" = [])), responses((status = 200, body = Vec<ProfileOut>)))]
pub(super) async fn profiles(State(app): State<App>, _actor: Actor) -> Json<Vec<ProfileOut>> {
    Json(app.profiles.iter().map(ProfileOut::from).collect())
}
