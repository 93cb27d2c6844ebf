//! What can be done with machine clients.
use yinxin_domain::ids::ClientId;
use zeroize::Zeroizing;

use super::store;
use crate::actor::ClientKind;
use crate::app::App;
use crate::failure::Failure;

/// What checking a client's signature needs.
pub(crate) struct Verification {
    /// What it is.
    pub(crate) kind: ClientKind,
    /// Its secret.
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

/// What a client's secret is wrapped for.
fn secret_purpose(id: ClientId) -> String {
    format!("client/{id}/secret")
}
