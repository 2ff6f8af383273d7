//! The registry's own JSON interface. Nothing is decided here.

mod activity;
mod body;
mod projects;
mod provenance;
mod tokens;

use crate::routes::Routes;

pub(crate) fn add(table: Routes) -> Routes {
    activity::add(provenance::add(projects::add(tokens::add(table))))
}
