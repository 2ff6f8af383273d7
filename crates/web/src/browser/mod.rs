//! What the pages for people have in common: the browser's secrets in cookies, forgery protection, the headers of a
//! page, and who is signed in.

mod cookies;
mod csrf;
mod headers;
mod next;
mod refusal;
mod visitor;

pub(crate) use csrf::{Posted, Scripted};
pub(crate) use headers::secure;
pub(crate) use next::local_path;
pub(crate) use refusal::Refusal;
pub(crate) use visitor::{Visitor, agent, location};
