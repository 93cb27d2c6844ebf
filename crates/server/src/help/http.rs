//! The contact of this installation, for anybody: who cannot sign in needs it most.

use axum::extract::State;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::actor::Need;
use crate::app::App;
use crate::http::extract::{Json, Visitor};
use crate::http::problem::Problem;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(contact))
}

/// Whom users ask when they need help, as configured (`[help]`); what is not configured is absent.
#[derive(Serialize, utoipa::ToSchema)]
struct ContactOut {
    /// Who helps.
    organisation: Option<String>,
    /// The telephone number.
    phone: Option<String>,
    /// The address of e-mail.
    email: Option<String>,
    /// When somebody is there, in the words of the operator.
    hours: Option<String>,
}

/// Whom users ask when they need help. Needs no account.
#[utoipa::path(get, path = "/api/v1/help-contact", tag = "public", responses((status = 200, body = ContactOut)))]
async fn contact(State(app): State<App>, Visitor(actor): Visitor) -> Result<Json<ContactOut>, Problem> {
    actor.permit(&[Need::Anybody])?;
    let help = &app.config.help;
    let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(Json(ContactOut {
        organisation: said(&help.organisation),
        phone: said(&help.phone),
        email: said(&help.email),
        hours: said(&help.hours),
    }))
}
