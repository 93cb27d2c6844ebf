//! The first operator: made from the configuration at the first start, or by the demo.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde_json::json;
use yinxin_domain::identifiers::PhoneNumber;
use yinxin_domain::identity::check_password;
use yinxin_domain::ids::PersonId;
use zeroize::Zeroizing;

use super::errors::IdentityError;
use super::{password, store};
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::db::{CommitError, Event, Record};

/// Why there is no first operator.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The account cannot be made.
    #[error(
        "the account of the first operator cannot be made (is bootstrap.operator_phone a mobile number without account?)"
    )]
    Account(#[from] IdentityError),
    /// The password cannot be handed over.
    #[error("the file {path} for the first operator's password cannot be written")]
    PasswordFile {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Makes the operator of `[bootstrap] operator_phone` unless some operator exists. His password is random, stands in
/// `operator-password.txt` in the data directory (mode 0600), and is to be reset by SMS code and the file deleted.
///
/// # Errors
/// [`BootstrapError`].
pub async fn first_operator(app: &App) -> Result<(), BootstrapError> {
    let phone = &app.config.bootstrap.operator_phone;
    let mut conn = app.db.read().await.map_err(IdentityError::from)?;
    if phone.is_empty() || store::has_operator(&mut conn).await.map_err(IdentityError::from)? {
        return Ok(());
    }
    drop(conn);
    let password = random_password(&mut app.rng());
    let path = app.config.data_dir.join("operator-password.txt");
    write_private(&path, &password).map_err(|source| BootstrapError::PasswordFile { path, source })?;
    bootstrap_operator(app, phone, password).await?;
    Ok(())
}

/// Makes an operator with a known password: for the first start, the demo and tests. There is no way to it over HTTP.
///
/// # Errors
/// [`IdentityError`]: phone, password, or an account that exists.
pub async fn bootstrap_operator(
    app: &App,
    phone: &str,
    password: Zeroizing<String>,
) -> Result<PersonId, IdentityError> {
    let permit = Actor::system("bootstrap").permit(&[Need::System])?;
    let phone = PhoneNumber::parse(phone).map_err(|_| IdentityError::Phone)?;
    check_password(&password)?;
    let hash = password::hash(app, password).await?;
    let (id, now) = (app.new_id(PersonId::new), app.now());
    let record = Record::of(Event::new("person", id, "person.made_operator", json!({})));
    app.db
        .commit(&permit, record, (phone, hash), move |(phone, hash), conn| {
            Box::pin(async move {
                if store::insert_person(conn, id, phone, hash, true, now).await? {
                    Ok(id)
                } else {
                    Err(CommitError::Refused(IdentityError::AccountExists))
                }
            })
        })
        .await
}

/// 24 random characters of 64 (144 bits) behind one of each kind that the password rule knows.
fn random_password(rng: &mut impl rand_core::Rng) -> Zeroizing<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = Zeroizing::new(String::from("Aa0-"));
    for _ in 0..24 {
        let index = (rng.next_u32() % 64) as usize;
        text.push(ALPHABET.get(index).copied().map_or('x', char::from));
    }
    text
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}
