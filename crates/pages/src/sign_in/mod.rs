//! Pages of people who are not signed in yet.

mod links;
mod reset;
mod sign_up;
mod steps;

pub use links::{DeadLink, DeadLinkKind, TooManyAttempts};
pub use reset::{ResetPassword, ResetRequest, ResetSent};
pub use sign_up::{Invitation, SetUp, SignUp, SignUpClosed, VerifyEmail};
pub use steps::{ConfirmPlace, OtherBrowser, PlaceWait, SecondFactor, SignIn};
