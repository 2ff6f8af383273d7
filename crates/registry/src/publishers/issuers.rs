//! Whose identity tokens are believed: for administrators of the instance, and the operator.

use bonded_model::Timestamp;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::ids::IssuerId;
use bonded_model::publishing::{Algorithm, Issuer, Provider};
use bonded_oidc::fetch::check_issuer;
use bonded_store::Change;

use crate::access::{Administer, Permit, ViewPeople};
use crate::people::{check_still_administers, person_of};
use crate::{Error, Registry};

/// The longest name of an issuer, in characters.
const MAX_NAME: usize = 100;

/// An issuer with what depends on it.
#[derive(Clone, Debug)]
pub struct IssuerView {
    /// The issuer.
    pub issuer: Issuer,
    /// How many publishers go with it.
    pub publishers: u64,
    /// When its keys were fetched last.
    pub keys_at: Option<Timestamp>,
    /// When somebody last tried to fetch them.
    pub tried_at: Option<Timestamp>,
}

/// An issuer to be added.
#[derive(Clone, Debug)]
pub struct NewIssuer {
    /// Exactly the claim `iss` of its tokens.
    pub url: String,
    /// Its kind.
    pub provider: Provider,
    /// What people call it.
    pub name: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// Whether it may stand at a private address.
    pub private_network: bool,
    /// Where the projects of a GitLab are, if not at its URL.
    pub server: Option<String>,
}

/// What can be changed about an issuer. Its URL and kind cannot: publishers were made for those.
#[derive(Clone, Debug)]
pub struct IssuerChange {
    /// What people call it.
    pub name: String,
    /// Whether its tokens are accepted.
    pub enabled: bool,
    /// How it signs.
    pub algorithm: Algorithm,
    /// Whether it may stand at a private address.
    pub private_network: bool,
    /// Where the projects of a GitLab are, if not at its URL.
    pub server: Option<String>,
}

/// The change that changes nothing.
impl From<Issuer> for IssuerChange {
    fn from(issuer: Issuer) -> Self {
        let Issuer { name, enabled, algorithm, private_network, server, .. } = issuer;
        Self { name, enabled, algorithm, private_network, server }
    }
}

impl Registry {
    /// All issuers, by kind and name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn issuers(&self, _permit: &Permit<ViewPeople>) -> Result<Vec<IssuerView>, Error> {
        let mut reader = self.store.read().await?;
        let mut views = Vec::new();
        for issuer in reader.issuers().await? {
            let publishers = reader.publisher_count_of_issuer(issuer.id).await?;
            let keys = reader.issuer_keys(issuer.id).await?;
            let (keys_at, tried_at) = keys.map_or((None, None), |keys| (keys.fetched_at, keys.tried_at));
            let publishers = u64::try_from(publishers).unwrap_or_default();
            views.push(IssuerView { issuer, publishers, keys_at, tried_at });
        }
        Ok(views)
    }

    /// Adds an issuer. Nothing is asked of it before its first token comes.
    ///
    /// # Errors
    /// [`Error::Field`] `url` for what cannot be asked or is known already, `name`, `server`.
    pub async fn add_issuer(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        new: NewIssuer,
    ) -> Result<Issuer, Error> {
        let (now, acting) = (self.clock.now(), person_of(permit));
        check_issuer(&new.url, new.private_network)
            .map_err(|error| Error::field("url", error.to_string()))?;
        let issuer = Issuer {
            id: IssuerId::generate(now, &self.random),
            name: checked_name(&new.name)?,
            server: checked_server(new.server.as_deref(), new.provider)?,
            url: new.url,
            provider: new.provider,
            enabled: true,
            algorithm: new.algorithm,
            private_network: new.private_network,
            created_at: now,
        };
        let event = PublisherEvent::IssuerAdded {
            issuer: issuer.id,
            url: issuer.url.clone(),
            provider: issuer.provider,
            private_network: issuer.private_network,
        };
        let entry = AuditEntry::new(now, permit.actor(), origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                if !tx.insert_issuer(&issuer).await? {
                    return Err(Error::field("url", "This issuer is there already."));
                }
                tx.audit(entry).await?;
                Ok(issuer)
            })
        });
        write.await
    }

    /// Changes what can be changed about an issuer. Switched off, all tokens that its identities were exchanged for are dead
    /// at this moment.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Field`] `name` or `server`; [`Error::Field`] `url` where it is switched on and its URL
    /// needs a private network.
    pub async fn change_issuer(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        id: IssuerId,
        change: IssuerChange,
    ) -> Result<(), Error> {
        let (now, acting) = (self.clock.now(), person_of(permit));
        let before = self.store.read().await?.issuer(id).await?.ok_or_else(no_issuer)?;
        // Switched off nothing is asked of it, and whatever its URL is, that must be possible.
        if change.enabled {
            check_issuer(&before.url, change.private_network)
                .map_err(|error| Error::field("url", error.to_string()))?;
        }
        let after = Issuer {
            name: checked_name(&change.name)?,
            enabled: change.enabled,
            algorithm: change.algorithm,
            private_network: change.private_network,
            server: checked_server(change.server.as_deref(), before.provider)?,
            ..before.clone()
        };
        let event = PublisherEvent::IssuerChanged {
            issuer: id,
            url: after.url.clone(),
            enabled: after.enabled,
            private_network: after.private_network,
            algorithm: Some(after.algorithm),
            server: after.server.clone(),
        };
        let entry = AuditEntry::new(now, permit.actor(), origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                if !tx.change_issuer(&after).await? {
                    return Err(no_issuer());
                }
                if before != after {
                    tx.audit(entry).await?;
                }
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }
}

fn checked_name(typed: &str) -> Result<String, Error> {
    let name = typed.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        let text = format!("Give it a name of at most {MAX_NAME} characters, on one line.");
        return Err(Error::field("name", text));
    }
    Ok(name.to_owned())
}

/// Where the projects of a GitLab are. Those of other kinds are found by the issuer's URL.
fn checked_server(typed: Option<&str>, provider: Provider) -> Result<Option<String>, Error> {
    let server = typed.map(|server| server.trim().trim_end_matches('/')).filter(|server| !server.is_empty());
    let Some(server) = server else { return Ok(None) };
    if provider != Provider::GitLab {
        return Err(Error::field("server", "Only a GitLab can be elsewhere than its issuer."));
    }
    // Nothing is asked of it, so it may be anywhere.
    if check_issuer(server, true).is_err() {
        return Err(Error::field("server", "The URL of the GitLab, such as https://gitlab.example.org."));
    }
    Ok(Some(server.to_owned()))
}

pub(super) fn no_issuer() -> Error {
    Error::NotFound("there is no such issuer any more".into())
}
