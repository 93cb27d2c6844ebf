//! `yinxin migrate`: brings the schema up to date and leaves.

use std::process::ExitCode;
use std::sync::Arc;

use super::{CommandResult, Settings};
use crate::app::{Chance, Clock};
use crate::db::Db;

/// Opens the database, which migrates it.
pub(super) async fn run(settings: Settings) -> CommandResult {
    let config = settings.load()?;
    std::fs::create_dir_all(&config.data_dir)?;
    let db = Db::open(&config, Arc::new(Clock::new(false)), Arc::new(Chance::from_system()?)).await?;
    db.close().await;
    println!("the schema is up to date");
    Ok(ExitCode::SUCCESS)
}
