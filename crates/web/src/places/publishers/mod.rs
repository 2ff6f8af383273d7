//! Trusted publishers of a project, of a channel, and of a group.

mod add;
mod change;
mod list;
mod of;

use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    change::add(add::add(list::add(table)))
}
