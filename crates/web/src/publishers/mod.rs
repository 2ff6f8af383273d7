//! Trusted publishers on pages: what their forms ask, and how a list shows them.

mod form;
mod row;

pub(crate) use form::{Typed, fields, issuer_of, issuers};
pub(crate) use row::{Seen, rows};
