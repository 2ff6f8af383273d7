//! Whom the events of the audit log concern.

use bonded_model::ids::UserId;

use crate::Connection;

pub async fn insert(db: &mut Connection, user: UserId, seq: i64) -> sqlx::Result<()> {
    let done = sqlx::query!("INSERT INTO audit_people (user_id, seq) VALUES ($1, $2)", user.uuid(), seq);
    done.execute(db).await.map(drop)
}
