//! Signing up. Names are public, so a taken one is told; addresses are not, so a taken one looks like any other.

use bonded_factors::password::Hash;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::{EmailId, UserId};
use bonded_model::people::{EmailAddress, Link, LinkKind, ProofKind, UserInserted};
use bonded_model::role_invitation::RoleInvitation;
use bonded_model::secret::Secret;
use bonded_model::user::{Email, User, UserName};
use bonded_model::{Credential, Timestamp};
use bonded_store::Tx;
use secrecy::SecretString;

use super::limits;
use super::links::dead;
use super::mail::post;
use super::profile::display_name;
use super::settings::SignUp;
use super::sign_in::{Basis, Entry};
use super::visit::Visit;
use crate::access::Denial;
use crate::roles::accept_path;
use crate::{Error, Registry};

/// An account that somebody wants, as it was typed.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The name of the account.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// What the person is called.
    pub display_name: Option<String>,
    /// The password.
    pub password: SecretString,
}

/// An invitation, for showing the form.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invited address.
    pub address: Email,
    /// Who invited; `None` for the operator.
    pub by: Option<UserName>,
}

/// What lets somebody sign up where strangers cannot.
enum Admission {
    /// An invitation to sign up: it is used up.
    Link(Link),
    /// An invitation to a role: it stays until the role is accepted. It admits its address alone, and that once, since
    /// the address is verified by it.
    Role(RoleInvitation),
}

impl Admission {
    /// The address that its link was mailed to.
    const fn address(&self) -> Option<&Email> {
        match self {
            Self::Link(link) => link.invited.as_ref(),
            Self::Role(row) => Some(&row.address),
        }
    }

    /// Uses it up, or looks whether it is still there.
    async fn take(&self, tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
        match self {
            Self::Link(link) => {
                tx.take_link(&link.secret, LinkKind::Invitation, now).await?.ok_or_else(dead)?;
            }
            Self::Role(row) => {
                tx.role_invitation(row.id).await?.ok_or_else(dead)?;
            }
        }
        Ok(())
    }
}

impl Registry {
    /// Whether somebody may sign up, with or without an invitation in hand.
    pub fn sign_up_allowed(&self, invited: bool) -> bool {
        match self.settings.people.sign_up {
            SignUp::Open => true,
            SignUp::Invitation => invited,
            SignUp::Closed => false,
        }
    }

    /// Who is invited by this link, and by whom.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn invitation(&self, key: &Secret) -> Result<Option<Invited>, Error> {
        let Some(admission) = self.admission(key).await? else { return Ok(None) };
        let inviter = match &admission {
            Admission::Link(link) => link.user,
            Admission::Role(row) => row.invited_by,
        };
        let by = match inviter {
            Some(id) => self.store.read().await?.user(id).await?.map(|user| user.name),
            None => None,
        };
        Ok(admission.address().cloned().map(|address| Invited { address, by }))
    }

    /// Makes an account and signs the browser in. Until its address is verified, the account reaches nothing; the
    /// address that an invitation was sent to is verified by it.
    ///
    /// # Errors
    /// [`Error::Field`] `name`, `email`, `display_name` or `password`; [`Denial::Forbidden`] where strangers cannot sign
    /// up; [`Error::NotFound`] for a dead invitation; [`Error::TooMany`].
    pub async fn sign_up(
        &self,
        visit: &Visit,
        new: NewPerson,
        invitation: Option<Secret>,
    ) -> Result<Entry, Error> {
        let next = invitation.as_ref().map(accept_path);
        let invitation = self.may_sign_up(invitation.as_ref()).await?;
        self.count(limits::sign_up(&visit.origin)).await?;
        let (mut user, hash) = self.applicant(new).await?;
        let holder = self.store.read().await?.user_by_verified_email(&user.email).await?;
        let invited = invitation.as_ref().and_then(Admission::address);
        let is_invited = invited.is_some_and(|invited| invited.key() == user.email.key());
        let to_role = matches!(invitation, Some(Admission::Role(_)));
        if to_role && !is_invited && self.settings.people.sign_up != SignUp::Open {
            return Err(Error::field(
                "email",
                "The invitation was sent to another address: sign up with that one.",
            ));
        }
        if to_role && is_invited && holder.is_some() {
            // Whoever reads this showed a link that was sent there.
            return Err(Error::field(
                "email",
                "There is an account with this address already: sign in to it.",
            ));
        }
        if is_invited && holder.is_none() {
            user.verified_at = Some(user.created_at);
        }
        let address = self.primary_of(&user);
        let (link, letters) = match user.verified_at {
            Some(_) => (None, Vec::new()),
            None => {
                let (link, letter) = self.introduce(visit, &user.name, &address).await?;
                (link, vec![letter])
            }
        };
        let now = user.created_at;
        let event = PersonEvent::SignedUp { user: user.id, name: user.name.to_string() };
        let entry = AuditEntry::of_person(now, user.id, Credential::None, &visit.origin, event);
        let created = user.clone();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if let Some(invitation) = invitation {
                    invitation.take(tx, now).await?;
                }
                insert_person(tx, &user, address.id, &hash).await?;
                if let Some(link) = link {
                    tx.insert_link(&link).await?;
                }
                tx.audit(entry).await?;
                post(tx, &letters).await
            })
        });
        write.await?;
        let rotated = self.enter(visit, &created, ProofKind::Password, Basis::NewAccount, None).await?;
        let next = next.filter(|_| to_role).unwrap_or_else(|| "/account".to_owned());
        Ok(Entry::SignedIn { rotated, next })
    }

    async fn may_sign_up(&self, invitation: Option<&Secret>) -> Result<Option<Admission>, Error> {
        if !self.sign_up_allowed(invitation.is_some()) {
            let why = match self.settings.people.sign_up {
                SignUp::Closed => "Accounts are made by the operator here. Ask for one.",
                SignUp::Open | SignUp::Invitation => {
                    "Accounts are made by invitation here. Ask an administrator."
                }
            };
            return Err(Denial::Forbidden(why.into()).into());
        }
        match invitation {
            Some(key) => Ok(Some(self.admission(key).await?.ok_or_else(dead)?)),
            None => Ok(None),
        }
    }

    /// What a key admits to, if it would work now.
    async fn admission(&self, key: &Secret) -> Result<Option<Admission>, Error> {
        if let Some(link) = self.live_link(key, LinkKind::Invitation).await? {
            return Ok(Some(Admission::Link(link)));
        }
        let row = self.store.read().await?.role_invitation_by_secret(&key.hash()).await?;
        let now = self.clock.now();
        Ok(row.filter(|row| row.user.is_none() && row.expires_at > now).map(Admission::Role))
    }

    /// The account as it was typed, checked, and the hash of its password.
    pub(super) async fn applicant(&self, new: NewPerson) -> Result<(User, Hash), Error> {
        let now = self.clock.now();
        let name: UserName =
            new.name.trim().parse().map_err(|error| Error::field("name", format!("{error}")))?;
        let email: Email =
            new.email.trim().parse().map_err(|error| Error::field("email", format!("{error}")))?;
        let user = User {
            id: UserId::generate(now, &self.random),
            name,
            display_name: display_name(&new.display_name.unwrap_or_default())?,
            email,
            verified_at: None,
            admin: false,
            created_at: now,
            suspended_at: None,
        };
        // Told before the password is hashed, which takes long.
        if self.store.read().await?.user_by_name(&user.name).await?.is_some() {
            return Err(name_taken(&user));
        }
        self.check_new_password("password", &new.password, &user).await?;
        let hash = self.hash_password(new.password).await?;
        Ok((user, hash))
    }

    /// The first address of a new account.
    pub(super) fn primary_of(&self, user: &User) -> EmailAddress {
        EmailAddress {
            id: EmailId::generate(user.created_at, &self.random),
            user: user.id,
            address: user.email.clone(),
            primary: true,
            verified_at: user.verified_at,
            created_at: user.created_at,
        }
    }
}

/// Makes the account, or says which field is taken.
pub(super) async fn insert_person(
    tx: &mut Tx,
    user: &User,
    email: EmailId,
    hash: &Hash,
) -> Result<(), Error> {
    match tx.insert_user(user, email).await? {
        UserInserted::Done => {}
        UserInserted::NameTaken => return Err(name_taken(user)),
        // Only for addresses that count as verified: whoever reads this showed a link that was sent there.
        UserInserted::EmailTaken => {
            return Err(Error::field("email", "There is an account with this address already."));
        }
    }
    tx.put_password(user.id, hash.as_str(), user.created_at).await?;
    Ok(())
}

fn name_taken(user: &User) -> Error {
    Error::field("name", format!("The name '{}' is taken. Choose another one.", user.name))
}
