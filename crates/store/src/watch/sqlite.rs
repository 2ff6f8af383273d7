//! SQLite has no notifications, but a counter that moves when somebody else commits, and reading it costs a
//! microsecond.

use std::time::Duration;

use bonded_model::ids::ServerId;
use bonded_store_sqlite::changes;
use sqlx::SqlitePool;

use crate::Change;
use crate::change::Listeners;

/// How often the counter is read.
const PERIOD: Duration = Duration::from_millis(20);
/// How long to wait after an error.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn run(pool: &SqlitePool, server: ServerId, listeners: &Listeners) {
    loop {
        match follow(pool, server, listeners).await {
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) => tracing::warn!(%error, "cannot watch the database for changes"),
            Ok(()) => {}
        }
        // Nobody knows what was missed, nor what is being missed.
        listeners.tell(&Change::Everything);
        tokio::time::sleep(PAUSE).await;
    }
}

async fn follow(pool: &SqlitePool, server: ServerId, listeners: &Listeners) -> sqlx::Result<()> {
    let mut db = pool.acquire().await?;
    let mut version = None;
    let mut heard = None;
    loop {
        let now = changes::data_version(&mut db).await?;
        if version != Some(now) {
            version = Some(now);
            heard = hear(&mut db, heard, server, listeners).await?;
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Tells what came behind position `heard`; gives the new position. `None` while the database has no schema yet.
async fn hear(
    db: &mut sqlx::SqliteConnection,
    heard: Option<i64>,
    server: ServerId,
    listeners: &Listeners,
) -> sqlx::Result<Option<i64>> {
    if bonded_store_sqlite::schema_version(db).await?.is_none() {
        return Ok(None);
    }
    let (oldest, newest) = changes::span(db).await?;
    let Some(heard) = heard else {
        // What happened before this moment was not heard, and something may be remembered from before it: the store was
        // open already, and until now the schema may have been missing.
        listeners.tell(&Change::Everything);
        return Ok(Some(newest));
    };
    if oldest > heard + 1 {
        listeners.tell(&Change::Everything);
        return Ok(Some(newest));
    }
    let rows = changes::after(db, heard, server).await?;
    rows.iter().for_each(|row| listeners.tell_lines(&row.body));
    Ok(Some(rows.last().map_or(newest, |row| row.seq.max(newest))))
}
