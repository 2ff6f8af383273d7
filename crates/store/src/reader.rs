//! Reading.

use std::ops::{Deref, DerefMut};

use crate::Queries;
use crate::connection::Connection;

/// A connection for reading; it goes back to its pool when it is dropped.
pub struct Reader(Queries);

impl Reader {
    pub(crate) const fn new(connection: Connection) -> Self {
        Self(Queries::new(connection))
    }
}

impl Deref for Reader {
    type Target = Queries;

    fn deref(&self) -> &Queries {
        &self.0
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Queries {
        &mut self.0
    }
}
