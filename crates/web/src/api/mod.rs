//! The registry's own JSON interface. Nothing is decided here.

mod body;
mod tokens;

pub(crate) use tokens::add;
