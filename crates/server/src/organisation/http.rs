//! HTTP of organisations and members.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::ids::{OrganisationId, PersonId};
use yinxin_domain::organisation::{OrganisationState, Role};

use super::use_cases::{self, Organisation};
use crate::actor::Actor;
use crate::app::App;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::Problem;
use crate::page;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(list_members, add_member))
        .routes(routes!(change_member, remove_member))
        .routes(routes!(list))
        .routes(routes!(verify))
}

/// An organisation.
#[derive(Serialize, utoipa::ToSchema)]
struct OrganisationOut {
    /// `org_…`
    #[schema(value_type = String)]
    id: OrganisationId,
    /// Unified social credit code.
    uscc: String,
    /// Name.
    name: String,
    /// purchaser, supplier, agency or supervisor.
    kind: String,
    /// unverified or verified.
    state: String,
    /// Microseconds UTC.
    created_at: i64,
    /// Microseconds UTC.
    verified_at: Option<i64>,
}

impl From<Organisation> for OrganisationOut {
    fn from(organisation: Organisation) -> Self {
        Self {
            id: organisation.id,
            uscc: organisation.uscc.as_str().to_owned(),
            name: organisation.name,
            kind: organisation.kind.as_str().to_owned(),
            state: organisation.state.as_str().to_owned(),
            created_at: organisation.created_at,
            verified_at: organisation.verified_at,
        }
    }
}

/// An organisation, for its members and operators.
#[utoipa::path(get, path = "/api/v1/organisations/{id}", tag = "organisation", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = OrganisationOut)))]
async fn show(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganisationId>,
) -> Result<Json<OrganisationOut>, Problem> {
    Ok(Json(use_cases::show(&app, &actor, id).await?.into()))
}

/// A member.
#[derive(Serialize, utoipa::ToSchema)]
struct MemberOut {
    /// `per_…`
    #[schema(value_type = String)]
    person_id: PersonId,
    /// The verified name.
    name: String,
    /// 134****6577
    phone_masked: String,
    /// administrator, clerk, seal_keeper, approver.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
}

/// The members.
#[derive(Serialize, utoipa::ToSchema)]
struct Members {
    /// In order of joining.
    items: Vec<MemberOut>,
}

/// The members of an organisation.
#[utoipa::path(get, path = "/api/v1/organisations/{id}/members", tag = "organisation", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = Members)))]
async fn list_members(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganisationId>,
) -> Result<Json<Members>, Problem> {
    let members = use_cases::members(&app, &actor, id).await?;
    let items = members
        .into_iter()
        .map(|member| MemberOut {
            person_id: member.membership.person,
            name: member.name,
            phone_masked: member.phone_masked,
            roles: member.membership.roles,
        })
        .collect();
    Ok(Json(Members { items }))
}

/// A new member.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    /// The phone number of a verified person.
    phone: String,
    /// At least one of administrator, clerk, seal_keeper, approver.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
}

/// The member added.
#[derive(Serialize, utoipa::ToSchema)]
struct MemberAdded {
    /// `per_…`
    #[schema(value_type = String)]
    person_id: PersonId,
}

/// Adds a member (administrators).
#[utoipa::path(post, path = "/api/v1/organisations/{id}/members", tag = "organisation", security(("session" = [])), params(("id" = String, Path)), request_body = NewMember, responses((status = 201, body = MemberAdded)))]
async fn add_member(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganisationId>,
    Json(body): Json<NewMember>,
) -> Result<(StatusCode, Json<MemberAdded>), Problem> {
    let person_id = use_cases::add_member(&app, &actor, id, &body.phone, &body.roles).await?;
    Ok((StatusCode::CREATED, Json(MemberAdded { person_id })))
}

/// Other roles.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberChange {
    /// At least one of administrator, clerk, seal_keeper, approver.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
}

/// Changes a member's roles (administrators).
#[utoipa::path(patch, path = "/api/v1/organisations/{id}/members/{person_id}", tag = "organisation", security(("session" = [])), params(("id" = String, Path), ("person_id" = String, Path)), request_body = MemberChange, responses((status = 204)))]
async fn change_member(
    State(app): State<App>,
    actor: Actor,
    Path((id, person_id)): Path<(OrganisationId, PersonId)>,
    Json(body): Json<MemberChange>,
) -> Result<StatusCode, Problem> {
    use_cases::change_member(&app, &actor, id, person_id, Some(&body.roles)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a membership (administrators).
#[utoipa::path(delete, path = "/api/v1/organisations/{id}/members/{person_id}", tag = "organisation", security(("session" = [])), params(("id" = String, Path), ("person_id" = String, Path)), responses((status = 204)))]
async fn remove_member(
    State(app): State<App>,
    actor: Actor,
    Path((id, person_id)): Path<(OrganisationId, PersonId)>,
) -> Result<StatusCode, Problem> {
    use_cases::change_member(&app, &actor, id, person_id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which organisations to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// unverified or verified; without it, both.
    #[param(value_type = Option<String>)]
    state: Option<OrganisationState>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most 100.
    limit: Option<i64>,
}

/// A page of organisations.
#[derive(Serialize, utoipa::ToSchema)]
struct OrganisationPage {
    /// Oldest first.
    items: Vec<OrganisationOut>,
    /// Pass as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// Organisations, for operators.
#[utoipa::path(get, path = "/api/v1/operator/organisations", tag = "operator", security(("session" = [])), params(ListQuery), responses((status = 200, body = OrganisationPage)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<ListQuery>,
) -> Result<Json<OrganisationPage>, Problem> {
    let limit = page::limit(query.limit);
    let organisations =
        use_cases::list(&app, &actor, query.state, query.cursor.as_deref().unwrap_or(""), limit).await?;
    let next_cursor = page::last(&organisations, limit).map(|organisation| organisation.id.to_string());
    Ok(Json(OrganisationPage { items: organisations.into_iter().map(Into::into).collect(), next_cursor }))
}

/// A verification.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Verification {
    /// A verified person; becomes administrator.
    #[schema(value_type = String)]
    administrator_person_id: PersonId,
    /// What was examined and how.
    note: String,
}

/// Verifies an organisation and names its administrator (operators).
#[utoipa::path(post, path = "/api/v1/operator/organisations/{id}/verification", tag = "operator", security(("session" = [])), params(("id" = String, Path)), request_body = Verification, responses((status = 204)))]
async fn verify(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganisationId>,
    Json(body): Json<Verification>,
) -> Result<StatusCode, Problem> {
    use_cases::verify(&app, &actor, id, body.administrator_person_id, &body.note).await?;
    Ok(StatusCode::NO_CONTENT)
}
