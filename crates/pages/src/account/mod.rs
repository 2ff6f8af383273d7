//! Pages of people who look after their own account.

mod addresses;
mod codes;
mod keys;
mod profile;
mod proof;
mod publishers;
mod recovery;
mod security;
mod sessions;
mod tokens;
mod totp;

pub use addresses::{Address, Emails};
pub use codes::{NewRecoveryCodes, RecoveryCodes};
pub use keys::{EditKey, Key, NewKey};
pub use profile::{ChangePassword, DeleteAccount, OwnRole, Profile, Role};
pub use proof::{Proof, Strongest};
pub use publishers::{NewPendingPublisher, PendingPublishers};
pub use recovery::{CancelRecovery, Recovery};
pub use security::{Codes, Requirement, Security};
pub use sessions::{Session, Sessions};
pub use tokens::{Choice, EditToken, IssuedToken, Lifetime, NewChannelToken, NewToken, Token, Tokens};
pub use totp::{SetUpTotp, Totp};

pub use crate::snippets::{TokenPlace, Uses};
