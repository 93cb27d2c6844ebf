//! The first operator.
use crate::app::App;
use crate::failure::Failure;

/// Makes the configured first operator unless there is one.
///
/// # Errors
/// [`Failure`].
pub async fn first_operator(_app: &App) -> Result<(), Failure> {
    Ok(())
}
