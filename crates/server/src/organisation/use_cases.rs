//! What can be done with organisations and their members.
use yinxin_domain::ids::{OrganisationId, PersonId};
use yinxin_domain::organisation::Role;

use super::store;
use crate::app::App;
use crate::failure::Failure;

/// The roles of a person in an organisation, if he is a member.
///
/// # Errors
/// [`Failure`].
pub async fn roles_of(app: &App, organisation: OrganisationId, person: PersonId) -> Result<Option<Vec<Role>>, Failure> {
    let membership = store::find_membership(&mut *app.db.read().await?, organisation, person).await?;
    Ok(membership.map(|membership| membership.roles))
}
