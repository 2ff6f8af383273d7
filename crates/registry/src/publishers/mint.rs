//! The transaction of an exchange. Of any number of exchanges of one identity, one burns it.

use std::collections::{HashMap, HashSet};

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
use super::lookalike::look_alike;
use super::matching::{Matched, matching, received};
use crate::people::mail::Letter;
use crate::{Error, Registry};

/// How long the tokens of publishers live.
const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// Why a job makes no project that several people wait for.
const DISPUTED: &str = "several people registered a pending publisher for this job and this name, or for one that can be \
                        mistaken for it; whoever makes the project by hand ends those of the others";

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
        let (mut opened, mut idle) = (Vec::new(), Vec::new());
        let found = matching(tx, &self.believed.issuer, &self.believed.identity).await?;
        let disputed = disputed(&found);
        for matched in found {
            let fulfilled = match disputed.contains(&matched.publisher.id) {
                true => Err(DISPUTED.to_owned()),
                false => self.fulfilled(tx, &matched.publisher).await?,
            };
            let publisher = match fulfilled {
                Ok(publisher) => publisher,
                Err(why) => {
                    let text = ExchangeError::Pending(self.told(&why)).to_string();
                    tx.publisher_refused(matched.publisher.id, self.now, &text).await?;
                    refusal = refusal.or(Some(why));
                    continue;
                }
            };
            let granted = grants(tx, &publisher).await?;
            match granted.is_empty() {
                true => idle.push(publisher.id),
                false => opened.push((Matched { publisher, ..matched }, granted)),
            }
        }
        if opened.is_empty() {
            return Ok(Some(self.nothing_opened(tx, refusal, &idle).await?));
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
        // What was made before it in this very transaction may have made it a project's, or ended it.
        let Some(row) = tx.publisher(publisher.id).await? else {
            return Ok(Err("it ended meanwhile".into()));
        };
        let PublisherPlace::Pending { channel, .. } = row.place else { return Ok(Ok(row)) };
        match self.make_project(tx, &row).await? {
            Ok(project) => {
                let place = PublisherPlace::Project { channel, project };
                Ok(Ok(Publisher { place, ..row }))
            }
            Err(why) => Ok(Err(why)),
        }
    }

    /// A refusal with what the job says of itself.
    fn told(&self, why: &str) -> String {
        format!("{why}; {}", received(&self.believed.identity))
    }

    /// Why no publisher that fits opens anything; those that only open nothing now remember it.
    async fn nothing_opened(
        &self,
        tx: &mut Tx,
        refusal: Option<String>,
        idle: &[PublisherId],
    ) -> Result<ExchangeError, Error> {
        let nothing = ExchangeError::NoPublisher(self.told("the publishers that match open no project now"));
        for publisher in idle {
            tx.publisher_refused(*publisher, self.now, &nothing.to_string()).await?;
        }
        Ok(refusal.map_or(nothing, |why| ExchangeError::Pending(self.told(&why))))
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

/// The pending publishers for one name, or for names that can be mistaken for each other, that different people registered:
/// nobody can tell whose job it is, and whoever came first need not be the one who may start it.
fn disputed(found: &[Matched]) -> HashSet<PublisherId> {
    let disputes = |one: &Matched, other: &Matched| match (&one.publisher.place, &other.publisher.place) {
        (
            PublisherPlace::Pending { channel, normalized, registrant, .. },
            PublisherPlace::Pending { channel: there, normalized: name, registrant: by, .. },
        ) => channel == there && registrant != by && look_alike(normalized, name),
        _ => false,
    };
    let of = |one: &&Matched| found.iter().any(|other| disputes(one, other));
    found.iter().filter(of).map(|matched| matched.publisher.id).collect()
}

fn project_of(grant: &Grant) -> Option<ProjectId> {
    match grant.to {
        Granted::Project(project) => Some(project),
        Granted::NewProjects { .. } => None,
    }
}
