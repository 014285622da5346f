//! Opens the database (SQLite by default, or PostgreSQL) and migrates it to the newest schema.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use super::{
    Store, StoreError,
    cached::Cached,
    changes::Database,
    database_kind::{DatabaseKind, sqlite_file},
    lease::{self, Lease},
    listen::listen,
    migration,
    open::open,
    writer::Writer,
};

impl Store {
    /// Whether there is a database at this address, as far as that can be told without connecting. On PostgreSQL there always is.
    ///
    /// # Errors
    /// The address is not understood.
    pub fn exists(url: &str) -> Result<bool, StoreError> {
        match DatabaseKind::of(url) {
            DatabaseKind::Sqlite => sqlite_file(url).map(|file| file.is_some()),
            DatabaseKind::Postgresql => Ok(true),
        }
    }

    /// Opens `sqlite://PATH` (made if it is missing, readable by its owner only), `sqlite::memory:` or `postgres://…`,
    /// and runs the migrations.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::connect_with_lease(url, lease::LASTS).await
    }

    /// The same. Leases of items in the queue last as long as the caller says.
    pub async fn connect_with_lease(url: &str, lasts: time::Duration) -> Result<Self, StoreError> {
        let db = open(url).await?;
        migration::run(&db).await?;
        Self::over(db, lasts)
    }

    /// Opens a database that has this program's schema, and changes nothing of it: an older program may be running.
    ///
    /// # Errors
    /// [`StoreError::Unmigrated`] if steps are missing.
    pub async fn connect_as_it_is(url: &str) -> Result<Self, StoreError> {
        let db = open(url).await?;
        migration::require(&db).await?;
        Self::over(db, lease::LASTS)
    }

    fn over(db: DatabaseConnection, lasts: time::Duration) -> Result<Self, StoreError> {
        let lease = Lease::new(lasts)?;
        let queue_changed = Arc::<Notify>::default();
        let db = Database::new(db);
        let listener = (db.get_database_backend() == DbBackend::Postgres).then(|| {
            db.changes().set_deaf(true);
            let heard = listen(
                db.connections().clone(),
                Arc::clone(db.changes()),
                Arc::clone(&queue_changed),
            );
            Arc::new(AbortOnDropHandle::new(tokio::spawn(heard)))
        });
        Ok(Self {
            writer: Writer::start(db.clone(), lease),
            cached: Arc::new(Cached::new(db.changes())),
            db,
            lease,
            queue_changed,
            _listener: listener,
        })
    }
}
