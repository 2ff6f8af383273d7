//! Which workflow file a claim names: `owner/repository/path/to/file.yml@ref`.

use crate::Claims;

/// Whether `received` is exactly `repository/path@` and one of `ends`. The repository is compared without regard to case,
/// the path is not. No part is looked for inside of the text: branches may be named after anything, also after paths of
/// workflow files.
pub(super) fn is_file_at(received: &str, repository: &str, path: &str, ends: &[&str]) -> bool {
    file(received, repository, path).is_some_and(|end| !end.is_empty() && ends.contains(&end))
}

/// Whether `received` is exactly `repository/path@` and the ref or commit of the repository that the file is in, whichever:
/// that is another one than the run's, if the file is in another repository.
pub(super) fn is_file_anywhere(received: &str, repository: &str, path: &str) -> bool {
    file(received, repository, path).is_some_and(|end| {
        // Names of files have no slash, so what begins so is behind the name's own '@'.
        is_commit(end) || (end.starts_with("refs/") && end.len() > "refs/".len())
    })
}

/// Whether `received` is a file directly in a directory of the repository, with an `@` and one of `ends` behind it.
pub(super) fn is_file_in(received: &str, repository: &str, directory: &str, ends: &[&str]) -> bool {
    let rest = received.split_at_checked(repository.len()).and_then(|(start, rest)| {
        let rest = rest.strip_prefix('/')?.strip_prefix(directory)?;
        start.eq_ignore_ascii_case(repository).then_some(rest)
    });
    // Branches may have both '@' and slashes in their names, so what is compared is the whole end.
    let is_name = |end: &&str| {
        let name = rest.and_then(|rest| rest.strip_suffix(*end)?.strip_suffix('@'));
        !end.is_empty() && name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
    };
    ends.iter().any(is_name)
}

/// Whether a text is a commit in full (SHA-1 or SHA-256).
pub(super) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What follows the '@'.
fn file<'a>(received: &'a str, repository: &str, path: &str) -> Option<&'a str> {
    let (start, rest) = received.split_at_checked(repository.len())?;
    let end = rest.strip_prefix('/')?.strip_prefix(path)?.strip_prefix('@')?;
    start.eq_ignore_ascii_case(repository).then_some(end)
}

/// The ref and the commit of a run, as far as the claims have them.
pub(super) fn ends<'a>(claims: &'a Claims, names: [&str; 2]) -> Vec<&'a str> {
    names.into_iter().filter_map(|name| claims.text(name)).collect()
}

/// The path of the file that a claim names, for people: what is between the repository and the last '@'.
pub(super) fn path_in(received: &str, repository: &str) -> Option<String> {
    let (start, rest) = received.split_at_checked(repository.len())?;
    let path = rest.strip_prefix('/')?.split_once('@')?.0;
    start.eq_ignore_ascii_case(repository).then(|| path.into())
}

#[cfg(test)]
mod tests;
