//! People in browsers, made by writing what a sign-in writes.

use bonded_model::ids::SessionId;
use bonded_model::people::{Client, Proof, ProofKind, SessionRow, Totp};
use bonded_model::secret::Secret;
use bonded_model::user::User;
use chrono::TimeDelta;

use super::{TestApp, instance_key};

/// How a browser names its secret where people come by plain HTTP.
const COOKIE: &str = "bonded";

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    browser: Secret,
    csrf: Secret,
}

impl SignedIn {
    /// A browser that nobody is signed in with.
    pub fn nobody(app: &TestApp) -> Self {
        let browser = Secret::generate(&app.registry.random);
        Self { csrf: browser.derive("bonded csrf"), browser }
    }

    /// The `Cookie` header.
    pub fn cookie(&self) -> String {
        format!("{COOKIE}={}", *self.browser.expose())
    }

    /// What our forms send back.
    pub fn csrf(&self) -> String {
        self.csrf.expose().to_string()
    }
}

#[expect(
    clippy::missing_panics_doc,
    reason = "everything here panics when it cannot be done: tests end then"
)]
impl TestApp {
    /// Signs a person in who proved so long ago who they are, as well as the account allows.
    pub async fn signed_in(&self, user: &User, ago: TimeDelta) -> SignedIn {
        let visit = SignedIn::nobody(self);
        let (now, id) = (self.now(), user.id);
        let factors = self.registry.store.read().await.expect("a connection").standing_of(id).await;
        let kind = ProofKind::strongest(factors.expect("the standing").factors);
        let session = SessionRow {
            id: SessionId::generate(now, &self.registry.random),
            browser: visit.browser.hash(),
            user: id,
            created_at: now - ago,
            seen_at: now,
            expires_at: now + TimeDelta::days(1),
            proof: Proof { kind, at: now - ago },
            client: Client::default(),
        };
        let write =
            self.registry.store.write(move |tx| Box::pin(async move { tx.insert_session(&session).await }));
        write.await.expect("the session is written");
        visit
    }

    /// Gives an account an authenticator app whose codes nobody knows.
    pub async fn secure(&self, user: &User) {
        let secret = instance_key().seal("totp", user.id.uuid().as_bytes(), &[7; 20], &self.registry.random);
        let totp = Totp { user: user.id, secret, last_step: 0, created_at: self.now(), last_used_at: None };
        let write = self.registry.store.write(move |tx| Box::pin(async move { tx.put_totp(&totp).await }));
        write.await.expect("the app is written");
    }

    /// Takes the verification of an account's address back.
    pub async fn unverify(&self, user: &User) {
        let emails = self.registry.store.read().await.expect("a connection").emails_of(user.id).await;
        let mut unverified = emails.expect("the addresses").remove(0);
        unverified.verified_at = None;
        let (old, user) = (unverified.id, user.id);
        unverified.id = bonded_model::ids::EmailId::generate(self.now(), &self.registry.random);
        unverified.address = format!("new-{}", unverified.address).parse().expect("an address");
        unverified.primary = false;
        let write = self.registry.store.write(move |tx| {
            Box::pin(async move {
                tx.insert_email(&unverified).await?;
                tx.make_primary(user, unverified.id).await?;
                tx.delete_email(old).await.map(drop)
            })
        });
        write.await.expect("the address is replaced");
    }
}
