//! Background jobs of this feature.
use crate::jobs::Registry;

/// Registers the handlers.
pub fn register(_registry: &mut Registry) {}
