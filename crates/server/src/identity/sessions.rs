//! Sessions: kept on the server; the browser holds a random token of which only the digest is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::Rng as _;
use sm3::{Digest as _, Sm3};
use yinxin_domain::ids::{PersonId, SessionId};
use zeroize::Zeroizing;

use super::store;
use crate::app::App;
use crate::failure::Failure;

/// A session's last use is noted at most this often, so that reading does not write.
const TOUCH_MICROS: i64 = 60_000_000;

/// A session as stored.
#[derive(Clone)]
pub struct Session {
    /// `ses_…`
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// Must come back in `X-CSRF-Token`.
    pub csrf_token: String,
    /// Whether the person has the platform's operator role.
    pub operator: bool,
    pub(super) last_used_at: i64,
    pub(super) expires_at: i64,
}

/// A session being opened: the token goes to the browser and nowhere else.
pub(super) struct NewSession {
    pub(super) id: SessionId,
    pub(super) token: Zeroizing<String>,
    pub(super) token_digest: String,
    pub(super) csrf_token: String,
    pub(super) created_at: i64,
    pub(super) expires_at: i64,
}

impl NewSession {
    pub(super) fn new(app: &App) -> Self {
        let mut rng = app.rng();
        let mut random = || {
            let mut bytes = Zeroizing::new([0u8; 32]);
            rng.fill_bytes(bytes.as_mut_slice());
            URL_SAFE_NO_PAD.encode(bytes.as_slice())
        };
        let (token, csrf_token) = (Zeroizing::new(random()), random());
        let now = app.now();
        let expires_at = now + app.config.identity.session_hours * 3_600_000_000;
        Self {
            id: app.new_id(SessionId::new),
            token_digest: digest(&token),
            token,
            csrf_token,
            created_at: now,
            expires_at,
        }
    }
}

/// The digest under which a token is stored. The token has 256 random bits, so no salt is needed.
fn digest(token: &str) -> String {
    hex::encode(Sm3::digest(token.as_bytes()))
}

/// Whether a session still lives; looking does not prolong it.
///
/// # Errors
/// [`Failure`] of the database.
pub async fn is_alive(app: &App, id: SessionId) -> Result<bool, Failure> {
    let now = app.now();
    let idle = app.config.identity.session_idle_minutes * 60_000_000;
    let used = store::session_times(&mut *app.db.read().await?, id).await?;
    Ok(used.is_some_and(|(last_used_at, expires_at)| expires_at > now && last_used_at + idle > now))
}

/// The living session of a token: not ended, not idle too long, not too old.
///
/// # Errors
/// [`Failure`] of the database.
pub async fn find_live(app: &App, token: &str) -> Result<Option<Session>, Failure> {
    let now = app.now();
    let Some(session) = store::find_session(&mut *app.db.read().await?, &digest(token)).await? else { return Ok(None) };
    let idle = app.config.identity.session_idle_minutes * 60_000_000;
    if session.expires_at <= now || session.last_used_at + idle <= now {
        return Ok(None);
    }
    if session.last_used_at + TOUCH_MICROS <= now {
        app.db
            .bookkeep_one((session.id, now), |(id, now), conn| {
                Box::pin(async move { Ok(store::touch_session(conn, *id, *now).await?) })
            })
            .await?;
    }
    Ok(Some(session))
}
