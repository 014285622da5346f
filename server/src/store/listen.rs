//! Hears from other processes on the same PostgreSQL: what they changed, and that something waits in the queue.

use std::{sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};
use sqlx::postgres::PgListener;
use tokio::{sync::Notify, time::sleep};

use super::changes::{CHANNEL, Changes};

/// The channel on which processes tell each other that an item waits that nobody has leased.
pub(super) const QUEUE_CHANNEL: &str = "sealpost_queue";

/// The pause before it connects again.
const AFTER_FAULT: Duration = Duration::from_secs(1);

/// Listens for ever, and connects again whenever the connection breaks. Meanwhile nothing is cached.
pub(super) async fn listen(db: DatabaseConnection, changes: Arc<Changes>, queue: Arc<Notify>) {
    loop {
        if let Err(error) = hear(&db, &changes, &queue).await {
            tracing::warn!(%error, "changes by other processes cannot be heard");
        }
        changes.set_deaf(true);
        sleep(AFTER_FAULT).await;
    }
}

/// Returns when the connection breaks.
async fn hear(db: &DatabaseConnection, changes: &Changes, queue: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(db.get_postgres_connection_pool()).await?;
    listener.listen_all([CHANNEL, QUEUE_CHANNEL]).await?;
    changes.set_deaf(false);
    // Items may have come while nobody listened.
    queue.notify_one();
    while let Some(notification) = listener.try_recv().await? {
        match notification.channel() {
            CHANNEL => changes.announce(),
            _ => queue.notify_one(),
        }
    }
    Ok(())
}

/// Tells all processes, when the transaction commits, that an item waits that nobody has leased.
pub(super) async fn announce_item(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(&format!("NOTIFY {QUEUE_CHANNEL}")).await?;
    }
    Ok(())
}
