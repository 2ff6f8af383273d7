//! People: what they prove themselves with, how far that goes, and the state of their visits.

mod email;
mod factor;
mod link;
mod mail;
mod policy;
mod recovery;
mod session;
mod taken;

pub use email::EmailAddress;
pub use factor::{Factors, RecoveryCode, Standing, Totp, WebauthnKey};
pub use link::{Link, LinkKind};
pub use mail::OutgoingMail;
pub use policy::{Policy, Requirement, SecondFactorFor, requirement};
pub use recovery::AccountRecovery;
pub use session::{Client, Device, Proof, ProofKind, SessionRow, SignIn, SignInStage};
pub use taken::{KeyInserted, KeyRenamed, SoleOwnership, UserInserted};
