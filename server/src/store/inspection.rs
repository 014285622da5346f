//! Looks at a database and changes nothing: no file is made, no step of the schema is run, no row is written.

use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
    time::Duration,
};

use app::api::account::SignUpMode;
use migrations::Migrator;
use sea_orm::{ConnectOptions, DatabaseConnection, EntityTrait, QuerySelect};
use sea_orm_migration::{SchemaManager, seaql_migrations};
use time::OffsetDateTime;

use super::{
    StoreError, clock_mark,
    database_kind::{DatabaseKind, sqlite_file},
    entity::{contact, profile},
    key_check::{self, Binding},
    live_settings, operator_mail,
    queue::{self, Depth},
};
use crate::vault::Vault;

/// How long the database may take to let a connection in.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was found in a database.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Its schema.
    pub schema: Schema,
    /// What it holds. `None` if its schema has not all that this program reads.
    pub content: Option<Content>,
}

/// What a database holds.
#[derive(Clone, Debug)]
pub struct Content {
    /// The master key that it is bound to.
    pub binding: Binding,
    /// How its queue stands.
    pub queue: Depth,
    /// Who can sign up, if administrators have decided it.
    pub sign_up: Option<SignUpMode>,
    /// When mail to an alias came last.
    pub last_mail: Option<OffsetDateTime>,
    /// When a relay last noted the time in it.
    pub clock_seen: Option<OffsetDateTime>,
    /// The domains that its profiles and contacts were made for.
    pub relay_domains: BTreeSet<String>,
    /// Whether the alias that was asked about takes the operator's mail.
    pub takes_operator_mail: bool,
}

/// The schema of a database, compared to this program's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// There is none yet.
    None,
    /// So many steps are missing. The relay runs them when it starts.
    Older(usize),
    /// The same.
    Same,
    /// A newer release ran so many steps more, and this program can live with them.
    Newer(usize),
    /// A newer release ran this step, which a program must know. The relay does not start.
    TooNew(String),
}

impl Inspection {
    /// Looks at a database, and whether the alias with this local part and stored domain takes the operator's mail. Returns `None` if there
    /// is no database: its file is not there, or it would be in memory only.
    ///
    /// # Errors
    /// The database cannot be reached or read.
    pub async fn of(url: &str, vault: Option<&Vault>, alias: Option<(&str, &str)>) -> Result<Option<Self>, StoreError> {
        let mut options = ConnectOptions::new(url);
        options
            .sqlx_logging(false)
            .max_connections(1)
            .connect_timeout(PATIENCE)
            .acquire_timeout(PATIENCE);
        if DatabaseKind::of(url) == DatabaseKind::Sqlite {
            let Some(file) = sqlite_file(url)? else {
                return Ok(None);
            };
            let is_open = is_open(&file);
            options.map_sqlx_sqlite_opts(move |sqlite| {
                sqlite.read_only(true).create_if_missing(false).immutable(!is_open)
            });
        } else {
            options.map_sqlx_postgres_opts(|postgres| postgres.options([("default_transaction_read_only", "on")]));
        }
        let db = sea_orm::Database::connect(options).await?;
        let found = look(&db, vault, alias).await;
        db.close().await?;
        found.map(Some)
    }
}

async fn look(
    db: &DatabaseConnection,
    vault: Option<&Vault>,
    alias: Option<(&str, &str)>,
) -> Result<Inspection, StoreError> {
    let schema = schema(db).await?;
    let content = match schema {
        Schema::None | Schema::Older(_) | Schema::TooNew(_) => None,
        Schema::Same | Schema::Newer(_) => Some(Content {
            binding: key_check::binding(db, vault).await?,
            queue: queue::depth(db).await?,
            sign_up: live_settings::read(db).await?.sign_up,
            last_mail: operator_mail::last_mail(db).await?,
            clock_seen: clock_mark::seen(db).await?,
            relay_domains: relay_domains(db).await?,
            takes_operator_mail: match alias {
                Some((local, domain)) => operator_mail::takes(db, local, domain).await?,
                None => false,
            },
        }),
    };
    Ok(Inspection { schema, content })
}

async fn relay_domains(db: &DatabaseConnection) -> Result<BTreeSet<String>, StoreError> {
    let of_profiles = profile::Entity::find()
        .select_only()
        .column(profile::Column::RelayDomain)
        .distinct();
    let of_contacts = contact::Entity::find()
        .select_only()
        .column(contact::Column::RelayDomain)
        .distinct();
    let mut domains: BTreeSet<String> = of_profiles.into_tuple::<String>().all(db).await?.into_iter().collect();
    domains.extend(of_contacts.into_tuple::<String>().all(db).await?);
    Ok(domains)
}

/// Compares the steps that were run with those of this program. The library's own means would make its table.
pub(super) async fn schema(db: &DatabaseConnection) -> Result<Schema, StoreError> {
    let Some(run) = steps_run(db).await? else {
        return Ok(Schema::None);
    };
    if let Some(needed) = migrations::unknown_need(db, &SchemaManager::new(db)).await? {
        return Ok(Schema::TooNew(needed));
    }
    let known: HashSet<_> = Migrator::names().collect();
    let (missing, unknown) = (known.difference(&run).count(), run.difference(&known).count());
    Ok(match (missing, unknown) {
        (0, 0) => Schema::Same,
        (0, newer) => Schema::Newer(newer),
        (older, _) => Schema::Older(older),
    })
}

/// The steps that were run. `None` if the database has no schema at all.
pub(super) async fn steps_run(db: &DatabaseConnection) -> Result<Option<HashSet<String>>, StoreError> {
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(None);
    }
    let steps = seaql_migrations::Entity::find().all(db).await?;
    Ok(Some(steps.into_iter().map(|step| step.version).collect()))
}

/// Whether the relay may have the database open, or was killed: the write-ahead log is there. Without one nothing else reads the
/// file, and SQLite would make a log even to read, unless it is told that the file does not change.
fn is_open(file: &Path) -> bool {
    let beside = |suffix: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        Path::new(&name).exists()
    };
    beside("-wal") && beside("-shm")
}
