//! Pages for people: from facts to HTML.
//!
//! Everything here is pure. A page is a struct with the facts that it shows and a [`Shell`], which holds what all
//! pages share; rendering it gives the whole document. A form that was refused is the same page again, with what the
//! person typed and what is wrong with it ([`Field`]). [`public::Design`] shows every component.
//!
//! Rules that a test checks on every sample of every page: one `h1`, a title, a label for each input, the CSRF token
//! in each form that posts, no inline style, no inline handler, no script without the nonce.

pub mod account;
pub mod activity;
pub mod admin;
pub mod assets;
mod done;
mod filters;
mod form;
mod location;
mod notice;
mod paths;
pub mod places;
pub mod public;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
mod sentence;
mod shell;
pub mod sign_in;
mod snippets;

pub use askama::{Error, Template};
pub use done::done;
pub use form::Field;
pub use location::Location;
pub use notice::{Notice, Tone};
pub use shell::{Fence, Shell, Viewer};
