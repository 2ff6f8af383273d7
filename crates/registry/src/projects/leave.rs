//! Leaving a project to its trusted publishers: no token of a person publishes to it any more.

use std::sync::Arc;

use bonded_mail::Message;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event, ProjectEvent};
use bonded_model::people::{Factors, Policy, Standing};
use bonded_model::project::Project;
use bonded_model::token::{Token, TokenScope};
use bonded_model::user::User;
use bonded_model::{Actor, Channel, Switches, Timestamp};
use bonded_store::Tx;

use super::place::{Person, Place};
use crate::people::person_or_operator;
use crate::tokens::Ending;
use crate::{Error, Registry};

/// Revokes the tokens that are for this project alone, and cuts every other one off that could publish to it. Their owners
/// are told. What was cut off stays so when people may publish again, until somebody restores it.
pub(crate) async fn leave_to_publishers(
    registry: &Registry,
    tx: &mut Tx,
    (channel, project): (Arc<Channel>, Project),
    actor: &Actor,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), Error> {
    let neutral = neutral(&channel, &project);
    let place = Place { channel, project: Some(project) };
    let tokens = tx.tokens_reaching_into(place.channel.id, now).await?;
    let mut revoked = Vec::new();
    for token in &tokens {
        let Some(person) = tx.person(token.user).await? else { continue };
        if !neutral.can_change(&met(person.clone()), token, &[], now) {
            continue;
        }
        if let Some(event) = end(tx, &place, actor, token, now).await? {
            let entry = AuditEntry::new(now, actor, origin, event).in_channel(place.channel.id);
            let project = place.project.as_ref().map(|project| project.id);
            tx.audit(AuditEntry { project, ..entry }).await?;
            tell(registry, tx, &place, actor, (&person.0, token), now).await?;
            revoked.extend(is_alone(token).then_some(token));
        }
    }
    // After all of which the owners are told: what is left of what they minted can change nothing here.
    for token in revoked {
        Ending { actor, origin, now }.revoke_minted(tx, token).await?;
    }
    Ok(())
}

/// The place without what it asks beyond a role and a scope: a token that misses that today meets it tomorrow, when
/// somebody sets up a second factor or changes a rule.
fn neutral(channel: &Channel, project: &Project) -> Place {
    let (switches, policy) = (Switches::default(), Policy::NOTHING);
    let channel = Arc::new(Channel { switches, policy, ..channel.clone() });
    Place { channel, project: Some(Project { switches, ..project.clone() }) }
}

/// Somebody who meets what is asked of people.
fn met((user, _, roles): Person) -> Person {
    let factors = Factors { totp: true, key: true };
    (User { suspended_at: None, ..user }, Standing { verified: true, factors }, roles)
}

/// What to put on record; `None` where the token had been cut off before.
async fn end(
    tx: &mut Tx,
    place: &Place,
    actor: &Actor,
    row: &Token,
    now: Timestamp,
) -> Result<Option<Event>, Error> {
    let (token, owner) = (row.id, row.user);
    if is_alone(row) {
        let ended = tx.revoke_token(token, now).await?;
        return Ok(ended.then_some(Event::TokenRevoked { token, owner }));
    }
    let cut = place.write(tx, actor, row, now, true).await?;
    Ok(cut.then(|| ProjectEvent::TokenCut { token, owner, whole_channel: false }.into()))
}

/// Whether it is for one project and nothing else.
fn is_alone(token: &Token) -> bool {
    match &token.scope {
        TokenScope::Limited { channels, projects } => channels.is_empty() && projects.len() == 1,
        TokenScope::Owner => false,
    }
}

async fn tell(
    registry: &Registry,
    tx: &mut Tx,
    place: &Place,
    actor: &Actor,
    (owner, token): (&User, &Token),
    at: Timestamp,
) -> Result<(), Error> {
    if owner.verified_at.is_none() {
        return Ok(());
    }
    let message = Message::TokenCut {
        user: owner.name.clone(),
        at,
        by: person_or_operator(actor),
        token: token.name.clone(),
        place: place.name(),
        cut: true,
    };
    registry.letter(&owner.email, &message)?.post(tx).await
}
