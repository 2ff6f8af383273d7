//! PostgreSQL tells by itself (`LISTEN`), as long as the connection lives; so the connection is tested all the time.

use std::time::Duration;

use bonded_model::ids::ServerId;
use bonded_store_postgres::changes;
use sqlx::postgres::{PgListener, PgPool};
use tokio::time::timeout;

use crate::Change;
use crate::change::Listeners;

/// How often a silent connection is tested, and how long the test may take. Together they stay below a second.
const PERIOD: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_millis(400);
/// How long to wait before connecting anew.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) async fn run(pool: &PgPool, server: ServerId, listeners: &Listeners) {
    loop {
        match follow(pool, server, listeners).await {
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) => tracing::warn!(%error, "cannot listen to PostgreSQL for changes"),
            Ok(()) => {}
        }
        // As long as nothing can be heard, nothing may be remembered for long.
        listeners.tell(&Change::Everything);
        tokio::time::sleep(PAUSE).await;
    }
}

/// Listens until the connection is lost.
async fn follow(pool: &PgPool, server: ServerId, listeners: &Listeners) -> sqlx::Result<()> {
    let mut listener = match timeout(PERIOD, PgListener::connect_with(pool)).await {
        Ok(listener) => listener?,
        Err(_) => return Err(sqlx::Error::PoolTimedOut),
    };
    listener.eager_reconnect(false);
    listener.listen(changes::CHANNEL).await?;
    // What happened before this moment was not heard.
    listeners.tell(&Change::Everything);
    loop {
        match timeout(PERIOD, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => {
                if let Some(body) = changes::from_others(notification.payload(), server) {
                    listeners.tell_lines(body);
                }
            }
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => test(&mut listener).await?,
        }
    }
}

/// A broken network may leave a connection that looks alive and says nothing.
async fn test(listener: &mut PgListener) -> sqlx::Result<()> {
    match timeout(PATIENCE, sqlx::raw_sql("SELECT 1").execute(listener)).await {
        Ok(done) => done.map(drop),
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}
