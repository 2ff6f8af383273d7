//! Where conda keeps tokens: a file for each URL below which the token is to be used.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use url::{Url, form_urlencoded};

use crate::files;

/// A token that conda would use.
pub(super) struct Stored {
    pub(super) path: PathBuf,
    pub(super) url: String,
    pub(super) token: String,
}

/// Stores a token for everything below `url`, in the place of those that would be used there before it.
pub(super) fn store(directory: &Path, url: &Url, token: &str) -> io::Result<PathBuf> {
    for other in all(directory)?.into_iter().filter(|other| other.url.starts_with(url.as_str())) {
        fs::remove_file(other.path)?;
    }
    let name: String = form_urlencoded::byte_serialize(url.as_str().as_bytes()).collect();
    let path = directory.join(format!("{name}.token"));
    files::replace_private(&path, token.as_bytes())?;
    Ok(path)
}

/// All tokens, by URL.
pub(super) fn all(directory: &Path) -> io::Result<Vec<Stored>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut stored = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let Some(url) = url_of(&path) else { continue };
        let token = fs::read_to_string(&path)?.trim().to_owned();
        stored.push(Stored { path, url, token });
    }
    stored.sort_by(|a, b| a.url.cmp(&b.url));
    Ok(stored)
}

fn url_of(path: &Path) -> Option<String> {
    let quoted = path.file_name()?.to_str()?.strip_suffix(".token")?;
    let (url, _) = form_urlencoded::parse(quoted.as_bytes()).next()?;
    Some(url.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_named_as_conda_names_it() {
        let directory = tempfile::tempdir().unwrap();
        let url: Url = "https://reg.example:8443/a_b/team/".parse().unwrap();
        let path = store(directory.path(), &url, "bonded-1").unwrap();
        let expected = "https%3A%2F%2Freg.example%3A8443%2Fa_b%2Fteam%2F.token";
        assert_eq!(path.file_name().unwrap(), expected);
        let stored = all(directory.path()).unwrap();
        assert_eq!((stored[0].url.as_str(), stored[0].token.as_str()), (url.as_str(), "bonded-1"));
    }

    #[test]
    fn a_token_for_more_takes_the_place_of_those_for_less() {
        let directory = tempfile::tempdir().unwrap();
        let url = |text: &str| text.parse::<Url>().unwrap();
        store(directory.path(), &url("https://h/a/"), "one").unwrap();
        store(directory.path(), &url("https://g/"), "two").unwrap();
        store(directory.path(), &url("https://h/"), "three").unwrap();
        let stored = all(directory.path()).unwrap();
        let tokens: Vec<_> =
            stored.iter().map(|stored| (stored.url.as_str(), stored.token.as_str())).collect();
        assert_eq!(tokens, [("https://g/", "two"), ("https://h/", "three")]);
        assert!(all(&directory.path().join("none")).unwrap().is_empty());
    }
}
