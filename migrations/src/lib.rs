//! The database schema of Sealpost, one file per step; a step is never edited after a release.
//!
//! The steps are written once for SQLite and PostgreSQL. What must hold for every row is held by the database: unique
//! keys, foreign keys that cascade, and checks. Times are seconds since 1970, UTC.

mod compatibility;
mod m001_accounts;
mod m002_mailboxes;
mod m003_attempts;
mod m004_aliases;
mod m005_profiles;
mod m006_contacts;
mod m007_key_check;
mod m008_replies;
mod m009_queue;
mod m010_activity;
mod m012_profile_settings;
mod m013_probes;
mod m014_several_mailboxes;
mod m015_alias_details;
mod m016_blocked_contacts;
mod m017_signing_in;
mod m018_passkeys;
mod m019_api_keys;
mod m020_queue_mailbox;
mod m021_claims;
mod m022_vouched_replies;
mod m023_unused_contacts;
mod m024_key_evidence;
mod m025_test_codes;
mod m026_relayed_recipients;
mod m027_leases;
mod m028_queue_pieces;
mod m029_pinned_aliases;
mod m030_profile_names;
mod m031_languages;
mod m032_disabled_accounts;
mod m033_administrators;
mod m035_code_mails;
mod m036_oldest_program;
mod m037_administration;
mod m038_key_rotation;
mod m039_sign_in_provider;
mod m040_account_limits;
mod m041_invitations_at_the_provider;
mod m042_clock_mark;

pub use compatibility::{SchemaError, need_key_rotation, unknown_need};
pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{
    IntoSchemaManagerConnection, MigrationTrait, SchemaManager, async_trait::async_trait, sea_orm::ConnectionTrait,
};

/// All steps, oldest first.
pub struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m001_accounts::Migration),
            Box::new(m002_mailboxes::Migration),
            Box::new(m003_attempts::Migration),
            Box::new(m004_aliases::Migration),
            Box::new(m005_profiles::Migration),
            Box::new(m006_contacts::Migration),
            Box::new(m007_key_check::Migration),
            Box::new(m008_replies::Migration),
            Box::new(m009_queue::Migration),
            Box::new(m010_activity::Migration),
            Box::new(m012_profile_settings::Migration),
            Box::new(m013_probes::Migration),
            Box::new(m014_several_mailboxes::Migration),
            Box::new(m015_alias_details::Migration),
            Box::new(m016_blocked_contacts::Migration),
            Box::new(m017_signing_in::Migration),
            Box::new(m018_passkeys::Migration),
            Box::new(m019_api_keys::Migration),
            Box::new(m020_queue_mailbox::Migration),
            Box::new(m021_claims::Migration),
            Box::new(m022_vouched_replies::Migration),
            Box::new(m023_unused_contacts::Migration),
            Box::new(m024_key_evidence::Migration),
            Box::new(m025_test_codes::Migration),
            Box::new(m026_relayed_recipients::Migration),
            Box::new(m027_leases::Migration),
            Box::new(m028_queue_pieces::Migration),
            Box::new(m029_pinned_aliases::Migration),
            Box::new(m030_profile_names::Migration),
            Box::new(m031_languages::Migration),
            Box::new(m032_disabled_accounts::Migration),
            Box::new(m033_administrators::Migration),
            Box::new(m035_code_mails::Migration),
            Box::new(m036_oldest_program::Migration),
            Box::new(m037_administration::Migration),
            Box::new(m038_key_rotation::Migration),
            Box::new(m039_sign_in_provider::Migration),
            Box::new(m040_account_limits::Migration),
            Box::new(m041_invitations_at_the_provider::Migration),
            Box::new(m042_clock_mark::Migration),
        ]
    }
}

impl Migrator {
    /// The names of all steps.
    pub fn names() -> impl Iterator<Item = String> {
        Self::migrations().into_iter().map(|step| step.name().to_owned())
    }

    /// Runs the steps that are missing, and returns their names. Steps of a newer release may be there already: the release before
    /// must start beside it while an operator replaces one process after the other. The library's own check refuses them.
    ///
    /// # Errors
    /// A newer release did a step that this program must know. Nothing is changed then. Or the database failed.
    pub async fn run_missing<'c, C>(db: &'c C) -> Result<Vec<String>, SchemaError>
    where
        C: ConnectionTrait,
        &'c C: IntoSchemaManagerConnection<'c>,
    {
        if let Some(needed) = unknown_need(db, &SchemaManager::new(db)).await? {
            return Err(SchemaError::Newer { needed });
        }
        let run = Self::get_migration_models(db).await?;
        let is_run = |name: &str| run.iter().any(|model| model.version == name);
        let missing: Vec<_> = Self::names().filter(|name| !is_run(name)).collect();
        if !missing.is_empty() {
            Self::up(db, None).await?;
        }
        Ok(missing)
    }
}
