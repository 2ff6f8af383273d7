//! ZIP framing, read strictly: every byte of the file must belong to something, and every reader must see the same
//! members, whether it walks the local headers or trusts the central directory.
//!
//! Readers of ZIP disagree about files that are odd, and attackers use that to show one thing to the registry and
//! another to the installer. So an archive is walked from its first byte: local headers one after the other, the
//! central directory, the end records, and nothing before, between or behind them.

mod central;
mod end;
mod fields;
mod local;
mod member;

use std::io::{Read, Seek};

pub(crate) use member::{Member, Method};

use crate::Rejection;
use crate::source::Source;

const LOCAL_HEADER: u32 = 0x0403_4b50;
const CENTRAL_HEADER: u32 = 0x0201_4b50;
const ZIP64_END: u32 = 0x0606_4b50;
const ZIP64_LOCATOR: u32 = 0x0706_4b50;
const END: u32 = 0x0605_4b50;

/// How much a directory may hold.
pub(crate) struct DirectoryLimits {
    pub(crate) entries: usize,
    pub(crate) names: usize,
}

/// All members of an archive, in the order of their data.
pub(crate) struct Directory {
    pub(crate) members: Vec<Member>,
}

impl Directory {
    /// Reads the framing of the whole archive. The data of the members is left out.
    pub(crate) fn read<R: Read + Seek>(
        source: &mut Source<R>,
        limits: &DirectoryLimits,
    ) -> Result<Self, Rejection> {
        source.seek_to(0)?;
        let (members, signature) = local::read_all(source, limits)?;
        let (central, signature) = central::check_all(source, signature, &members)?;
        end::check(source, signature, &central)?;
        let mut names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Rejection::Invalid(format!("the archive holds {:?} more than once", pair[0])));
        }
        Ok(Self { members })
    }

    /// The member of that name.
    pub(crate) fn find(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

fn refuse<T>(why: &str) -> Result<T, Rejection> {
    Err(Rejection::Invalid(format!("the ZIP archive is refused: {why}")))
}

#[cfg(test)]
pub(crate) mod tests;
