//! For tests only: a running app on either engine, with a clock that tests move.

#[cfg(feature = "app")]
pub mod app;
#[cfg(feature = "app")]
pub mod conda;
pub mod database;
#[cfg(feature = "app")]
pub mod fixtures;
#[cfg(feature = "app")]
pub mod http;
#[cfg(feature = "app")]
pub mod issuer;
#[cfg(feature = "app")]
pub mod logs;

pub use bonded_store::Engine;

#[cfg(feature = "app")]
pub use app::TestApp;
#[cfg(feature = "app")]
pub use bonded_attestations::test_signer as sigstore;
