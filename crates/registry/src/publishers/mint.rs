//! The transaction of an exchange. Of any number of exchanges of one identity, one burns it.

use std::collections::HashMap;

use bonded_model::actor::{Credential, Origin};
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::ids::{ProjectId, PublisherId, TokenId};
use bonded_model::publishing::{Grant, Granted, Publisher, PublisherPlace, PublisherToken};
use bonded_model::token::TokenHash;
use bonded_model::{Actor, Timestamp};
use bonded_store::Tx;
use chrono::TimeDelta;

use super::error::ExchangeError;
use super::exchange::{Believed, check_enabled};
use super::grants::grants;
use super::matching::{Matched, matching};
use crate::people::mail::Letter;
use crate::{Error, Registry};

/// How long the tokens of publishers live.
const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// Everything that the transaction needs.
pub(super) struct Minting {
    pub(super) registry: Registry,
    pub(super) believed: Believed,
    pub(super) origin: Origin,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
    token: TokenId,
    hash: TokenHash,
    /// What owners are told if their publisher is among those that open something.
    letters: HashMap<PublisherId, Vec<Letter>>,
}

impl Minting {
    pub(super) fn new(
        registry: &Registry,
        believed: Believed,
        hash: TokenHash,
        letters: HashMap<PublisherId, Vec<Letter>>,
        origin: Origin,
    ) -> Self {
        let now = registry.clock.now();
        let token = TokenId::generate(now, &registry.random);
        let registry = registry.clone();
        Self { registry, believed, origin, now, expires_at: now + LIFETIME, token, hash, letters }
    }

    /// Mints the token; or gives the reason why there is none, where something was written besides.
    pub(super) async fn run(self, tx: &mut Tx) -> Result<Option<ExchangeError>, ExchangeError> {
        let issuer = tx.issuer(self.believed.issuer.id).await?;
        let gone = || ExchangeError::NotEnabled("identity tokens of this issuer are not accepted now".into());
        check_enabled(&issuer.ok_or_else(gone)?)?;
        let mut refusal = None;
        let mut opened = Vec::new();
        for matched in matching(tx, &self.believed.issuer, &self.believed.identity).await? {
            let publisher = match self.fulfilled(tx, &matched.publisher).await? {
                Ok(publisher) => publisher,
                Err(why) => {
                    refusal = refusal.or(Some(why));
                    continue;
                }
            };
            let granted = grants(tx, &publisher).await?;
            if !granted.is_empty() {
                opened.push((Matched { publisher, ..matched }, granted));
            }
        }
        if opened.is_empty() {
            let nothing =
                || ExchangeError::NoPublisher("the publishers that match open no project now".into());
            return Ok(Some(refusal.map_or_else(nothing, ExchangeError::Pending)));
        }
        let Believed { issuer, jti, burnt_until, .. } = &self.believed;
        if !tx.burn_identity(issuer.id, jti, *burnt_until).await? {
            return Err(ExchangeError::Reused);
        }
        self.write(tx, opened).await?;
        Ok(None)
    }

    /// The publisher itself; or, if it waited for its project, the publisher of the project that is made now. `Err` is why
    /// that cannot be.
    async fn fulfilled(
        &self,
        tx: &mut Tx,
        publisher: &Publisher,
    ) -> Result<Result<Publisher, String>, Error> {
        let PublisherPlace::Pending { .. } = &publisher.place else { return Ok(Ok(publisher.clone())) };
        match self.make_project(tx, publisher).await? {
            Ok(project) => {
                let place = PublisherPlace::Project { channel: publisher.place.channel(), project };
                Ok(Ok(Publisher { place, ..publisher.clone() }))
            }
            Err(why) => Ok(Err(why)),
        }
    }

    async fn write(&self, tx: &mut Tx, opened: Vec<(Matched, Vec<Grant>)>) -> Result<(), Error> {
        let identity = &self.believed.identity;
        let token = PublisherToken {
            id: self.token,
            issuer: self.believed.issuer.id,
            issuer_enabled: true,
            source: identity.source.clone(),
            grants: opened.iter().flat_map(|(_, grants)| grants.clone()).collect(),
            created_at: self.now,
            expires_at: self.expires_at,
            burnt_at: None,
        };
        tx.insert_publisher_token(&token, &self.hash).await?;
        for (Matched { publisher, config }, grants) in opened {
            tx.publisher_used(publisher.id, self.now, &identity.source).await?;
            if let Some(learnt) = config.with_ids_of(identity) {
                tx.set_publisher_config(publisher.id, &learnt.to_json(), &learnt.lookup()).await?;
            }
            let event = PublisherEvent::PublisherTokenMinted {
                publisher: publisher.id,
                token: self.token,
                source: Box::new(identity.source.clone()),
                projects: grants.iter().filter_map(project_of).collect(),
                expires_at: self.expires_at,
            };
            let project = publisher.place.project();
            let entry = self.entry(event).in_channel(publisher.place.channel());
            tx.audit(AuditEntry { project, ..entry }).await?;
            for letter in self.letters.get(&publisher.id).into_iter().flatten() {
                letter.post(tx).await?;
            }
        }
        Ok(())
    }

    /// An entry for something that the identity does.
    pub(super) fn entry(&self, event: impl Into<bonded_model::audit::Event>) -> AuditEntry {
        let entry = AuditEntry::new(self.now, &Actor::Anonymous, &self.origin, event);
        AuditEntry { credential: Credential::Publisher, token: Some(self.token), ..entry }
    }
}

fn project_of(grant: &Grant) -> Option<ProjectId> {
    match grant.to {
        Granted::Project(project) => Some(project),
        Granted::NewProjects { .. } => None,
    }
}
