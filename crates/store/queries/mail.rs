//! Mail on its way.

use bonded_model::Timestamp;
use bonded_model::ids::MailId;
use bonded_model::people::OutgoingMail;
use uuid::Uuid;

use super::rows::parsed;
use crate::Connection;

struct Row {
    id: Uuid,
    recipient: String,
    body: Vec<u8>,
    created_at: Timestamp,
}

pub async fn by_id(db: &mut Connection, id: MailId) -> sqlx::Result<Option<OutgoingMail>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!: Uuid", recipient AS "recipient!: String", body AS "body!: Vec<u8>",
                  created_at AS "created_at!: Timestamp"
           FROM outgoing_mail WHERE id = $1"#,
        id.uuid(),
    );
    let Some(row) = row.fetch_optional(db).await? else { return Ok(None) };
    let recipient = parsed("outgoing_mail.recipient", &row.recipient)?;
    Ok(Some(OutgoingMail { id: row.id.into(), recipient, body: row.body, created_at: row.created_at }))
}

pub async fn insert(db: &mut Connection, mail: &OutgoingMail) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO outgoing_mail (id, recipient, body, created_at) VALUES ($1, $2, $3, $4)",
        mail.id.uuid(),
        mail.recipient.as_str(),
        mail.body,
        mail.created_at,
    );
    done.execute(db).await.map(drop)
}

pub async fn delete(db: &mut Connection, id: MailId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM outgoing_mail WHERE id = $1", id.uuid()).execute(db).await.map(drop)
}
