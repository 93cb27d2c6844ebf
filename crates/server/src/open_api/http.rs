//! The operator's HTTP for machine clients.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::ids::ClientId;

use super::use_cases;
use crate::actor::{Actor, ClientKind};
use crate::app::App;
use crate::http::extract::{Json, Query};
use crate::http::problem::Problem;
use crate::page::{self, PageQuery};

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create_client, list_clients))
}

/// A new machine client.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClient {
    /// What the operator calls it.
    name: String,
    /// What it is.
    kind: ClientKind,
}

/// The client with its secret.
#[derive(Serialize, utoipa::ToSchema)]
struct ClientCreated {
    /// Send it as `X-Client-Id`.
    #[schema(value_type = String)]
    client_id: ClientId,
    /// The HMAC key (the text's bytes). Told only now.
    secret: String,
}

/// Makes a machine client and tells its secret, once.
#[utoipa::path(post, path = "/api/v1/operator/clients", tag = "operator", security(("session" = [])), request_body = NewClient, responses((status = 201, body = ClientCreated)))]
async fn create_client(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<NewClient>,
) -> Result<(StatusCode, Json<ClientCreated>), Problem> {
    let (client_id, secret) = use_cases::create_client(&app, &actor, &body.name, body.kind).await?;
    Ok((StatusCode::CREATED, Json(ClientCreated { client_id, secret: secret.as_str().to_owned() })))
}

/// A machine client.
#[derive(Serialize, utoipa::ToSchema)]
struct ClientOut {
    /// `cli_…`
    #[schema(value_type = String)]
    id: ClientId,
    /// What the operator calls it.
    name: String,
    /// What it is.
    kind: ClientKind,
    /// Microseconds UTC.
    created_at: i64,
    /// Microseconds UTC, if disabled.
    disabled_at: Option<i64>,
}

/// A page of clients.
#[derive(Serialize, utoipa::ToSchema)]
struct ClientPage {
    /// Oldest first.
    items: Vec<ClientOut>,
    /// Pass as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// Machine clients, without secrets.
#[utoipa::path(get, path = "/api/v1/operator/clients", tag = "operator", security(("session" = [])), params(PageQuery), responses((status = 200, body = ClientPage)))]
async fn list_clients(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<PageQuery>,
) -> Result<Json<ClientPage>, Problem> {
    let limit = page::limit(query.limit);
    let clients = use_cases::list_clients(&app, &actor, query.cursor.as_deref().unwrap_or(""), limit).await?;
    let items: Vec<ClientOut> = clients
        .into_iter()
        .map(|client| ClientOut {
            id: client.id,
            name: client.name,
            kind: client.kind,
            created_at: client.created_at,
            disabled_at: client.disabled_at,
        })
        .collect();
    let next_cursor = page::last(&items, limit).map(|item| item.id.to_string());
    Ok(Json(ClientPage { items, next_cursor }))
}
