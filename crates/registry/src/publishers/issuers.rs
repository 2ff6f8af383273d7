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
}

/// What can be changed about an issuer. Its URL and kind cannot: publishers were made for those.
#[derive(Clone, Debug)]
pub struct IssuerChange {
    /// What people call it.
    pub name: String,
    /// Whether its tokens are accepted.
    pub enabled: bool,
    /// Whether it may stand at a private address.
    pub private_network: bool,
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
            let publishers = reader.publishers_of_issuer(issuer.id).await?;
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
    /// [`Error::Field`] `url` for what cannot be asked or is known already, `name`.
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

    /// Renames an issuer, switches it on or off, and says whether it may stand at a private address. Switched off, all
    /// tokens that its identities were exchanged for are dead at this moment.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Field`] `name`; [`Error::Field`] `url` where its URL needs a private network.
    pub async fn change_issuer(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        id: IssuerId,
        change: IssuerChange,
    ) -> Result<(), Error> {
        let (now, acting, name) = (self.clock.now(), person_of(permit), checked_name(&change.name)?);
        let before = self.store.read().await?.issuer(id).await?.ok_or_else(no_issuer)?;
        check_issuer(&before.url, change.private_network)
            .map_err(|error| Error::field("url", error.to_string()))?;
        let (enabled, private_network) = (change.enabled, change.private_network);
        let event =
            PublisherEvent::IssuerChanged { issuer: id, url: before.url.clone(), enabled, private_network };
        let entry = AuditEntry::new(now, permit.actor(), origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                if !tx.change_issuer(id, &name, enabled, private_network).await? {
                    return Err(no_issuer());
                }
                if (before.name, before.enabled, before.private_network) != (name, enabled, private_network) {
                    tx.audit(entry).await?;
                }
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }

    /// Removes an issuer with all its publishers and tokens.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_issuer(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        id: IssuerId,
    ) -> Result<(), Error> {
        let (now, acting) = (self.clock.now(), person_of(permit));
        let (actor, origin) = (permit.actor().clone(), *origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                let issuer = tx.issuer(id).await?.ok_or_else(no_issuer)?;
                let publishers = u64::try_from(tx.publishers_of_issuer(id).await?).unwrap_or_default();
                tx.delete_issuer(id).await?;
                let event = PublisherEvent::IssuerRemoved { issuer: id, url: issuer.url, publishers };
                tx.audit(AuditEntry::new(now, &actor, &origin, event)).await?;
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

fn no_issuer() -> Error {
    Error::NotFound("there is no such issuer any more".into())
}
