//! What can be done with machine clients: make one, list them, look one up to check a signature.

use axum::http::StatusCode;
use rand_core::Rng as _;
use serde_json::json;
use yinxin_domain::ids::ClientId;
use zeroize::Zeroizing;

use super::store::{self, Client};
use crate::actor::{Actor, ClientKind, Forbidden, Need};
use crate::app::App;
use crate::db::{Event, Record};
use crate::failure::Failure;
use crate::http::problem::{Public, PublicError};

/// Why a use case of this feature is refused.
#[derive(Debug, thiserror::Error)]
pub enum OpenApiError {
    /// Not an operator.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The name is empty or too long.
    #[error("a client's name has 1 to 100 characters")]
    Name,
}

impl PublicError for OpenApiError {
    fn public(&self) -> Public {
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::Name => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "open_api.name",
                ("名称有误", "Not a name"),
                ("接口客户端名称应为 1 至 100 个字符。", "A client's name has 1 to 100 characters."),
            ),
        }
    }
}

/// What checking a client's signature needs.
pub(crate) struct Verification {
    /// What it is.
    pub(crate) kind: ClientKind,
    /// Its secret, as text bytes.
    pub(crate) secret: Zeroizing<Vec<u8>>,
}

/// A client that may sign requests; none when unknown or disabled.
pub(crate) async fn client_for_verification(app: &App, id: ClientId) -> Result<Option<Verification>, Failure> {
    let Some(client) = store::find(&mut *app.db.read().await?, id).await? else { return Ok(None) };
    if client.disabled_at.is_some() {
        return Ok(None);
    }
    let wrapped = hex::decode(&client.secret).map_err(|error| Failure::damaged("clients.secret", error))?;
    let secret = app.kek.unwrap(&secret_purpose(id), &wrapped)?;
    Ok(Some(Verification { kind: client.kind, secret }))
}

/// Makes a client. The secret (64 hex digits; the HMAC key is this text's bytes) is told here and never again.
///
/// # Errors
/// [`OpenApiError`].
pub async fn create_client(
    app: &App,
    actor: &Actor,
    name: &str,
    kind: ClientKind,
) -> Result<(ClientId, Zeroizing<String>), OpenApiError> {
    let permit = actor.permit(&[Need::Operator, Need::System])?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(OpenApiError::Name);
    }
    let mut rng = app.rng();
    let mut bytes = Zeroizing::new([0u8; 32]);
    rng.fill_bytes(bytes.as_mut_slice());
    let secret = Zeroizing::new(hex::encode(bytes.as_slice()));
    let id = app.new_id(ClientId::new);
    let wrapped = app.kek.wrap(&mut rng, &secret_purpose(id), secret.as_bytes()).map_err(Failure::from)?;
    let client = Client {
        id,
        name: name.to_owned(),
        kind,
        secret: hex::encode(wrapped),
        created_at: app.now(),
        disabled_at: None,
    };
    let record = Record::of(Event::new("client", id, "client.created", json!({ "name": name, "kind": kind })));
    app.db
        .commit(&permit, record, client, |client, conn| Box::pin(async move { Ok(store::insert(conn, client).await?) }))
        .await
        .map(|()| (id, secret))
}

/// Machine clients, oldest first, after an id.
///
/// # Errors
/// [`OpenApiError::Forbidden`].
pub async fn list_clients(app: &App, actor: &Actor, after: &str, limit: i64) -> Result<Vec<Client>, OpenApiError> {
    actor.permit(&[Need::Operator])?;
    Ok(store::list(&mut *app.db.read().await?, after, limit).await?)
}

/// What a client's secret is wrapped for.
fn secret_purpose(id: ClientId) -> String {
    format!("client/{id}/secret")
}
