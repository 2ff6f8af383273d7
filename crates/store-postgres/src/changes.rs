//! Telling other servers what changed: `NOTIFY`, which PostgreSQL delivers when the transaction commits.

use bonded_model::ids::ServerId;

use crate::Connection;

/// The name that servers listen to.
pub const CHANNEL: &str = "bonded_changes";

/// Longest payload in bytes; PostgreSQL wants less than 8,000.
const LONGEST: usize = 7_900;

/// Sends one change a line, together with the present transaction.
pub async fn announce(db: &mut Connection, server: ServerId, lines: &[String]) -> sqlx::Result<()> {
    for payload in payloads(server, lines) {
        sqlx::query!(r#"SELECT pg_notify($1, $2)::TEXT AS "sent?: String""#, CHANNEL, payload)
            .fetch_one(&mut *db)
            .await?;
    }
    Ok(())
}

/// The changes of a payload, unless `server` sent it itself.
pub fn from_others(payload: &str, server: ServerId) -> Option<&str> {
    let (sender, body) = payload.split_once('\n')?;
    (sender != server.to_string()).then_some(body)
}

/// Each payload begins with the sender's line.
fn payloads(server: ServerId, lines: &[String]) -> Vec<String> {
    let mut payloads: Vec<String> = Vec::new();
    for line in lines {
        match payloads.last_mut() {
            Some(last) if last.len() + line.len() < LONGEST => {
                last.push('\n');
                last.push_str(line);
            }
            _ => payloads.push(format!("{server}\n{line}")),
        }
    }
    payloads
}

#[cfg(test)]
mod tests {
    use bonded_model::{Clock, Random};

    use super::*;

    #[test]
    fn many_changes_are_split_and_none_is_lost() {
        let server = ServerId::generate(Clock::System.now(), &Random::System);
        let lines: Vec<String> = (0..1_000).map(|number| format!("channel {number}")).collect();
        let payloads = payloads(server, &lines);
        assert!(payloads.len() > 1 && payloads.iter().all(|payload| payload.len() <= LONGEST));
        let other = ServerId::generate(Clock::System.now(), &Random::System);
        let heard: Vec<&str> =
            payloads.iter().flat_map(|payload| from_others(payload, other).unwrap().lines()).collect();
        assert_eq!(heard, lines);
        assert_eq!(from_others(&payloads[0], server), None);
    }
}
