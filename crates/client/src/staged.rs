//! What is to be linked stays in the environment, whatever the packages say, alone and together.
//!
//! A package names the paths of its files itself, and may bring links: below a link of one package another one, or the
//! same in its next version, writes wherever that link leads to.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use rattler::install::PythonInfo;
use rattler_conda_types::package::{IndexJson, PackageFile, PathsJson};

/// More links than any path goes through.
const MAX_LINKS: usize = 40;

/// An extracted archive.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(crate) file: String,
    pub(crate) directory: PathBuf,
}

/// A package cannot be linked as it is.
#[derive(Debug)]
pub(crate) enum Refused {
    /// A file of this archive, at this path, would lie outside.
    Leaves(String, PathBuf),
    /// The archive does not say what it holds.
    Unreadable(String, String),
}

/// Checks all packages that are to be linked into `prefix` together.
pub(crate) fn check(prefix: &Path, packages: &[Staged], python: Option<&PythonInfo>) -> Result<(), Refused> {
    let mut links = Links { prefix, staged: HashMap::new() };
    let mut all = Vec::new();
    for package in packages {
        for path in package.paths(python)? {
            let link = fs::read_link(package.directory.join(&path.inside)).ok();
            all.push((package, path.target, link));
        }
    }
    // Where a link really lies may depend on other links: again, until nothing new is found.
    while links.learn(&all)? {}
    for (package, target, link) in &all {
        let leaves = || Refused::Leaves(package.file.clone(), target.clone());
        let parent = links.parent(target).ok_or_else(leaves)?;
        if let Some(link) = link {
            links.resolve(parent, link, false).ok_or_else(leaves)?;
        }
    }
    Ok(())
}

/// A file of a package: where it lies there, and where it is linked to.
struct Linked {
    inside: PathBuf,
    target: PathBuf,
}

impl Staged {
    fn paths(&self, python: Option<&PythonInfo>) -> Result<Vec<Linked>, Refused> {
        let unreadable = |error: std::io::Error| Refused::Unreadable(self.file.clone(), error.to_string());
        let paths = PathsJson::from_package_directory_with_deprecated_fallback(&self.directory);
        let index = IndexJson::from_package_directory(&self.directory).map_err(unreadable)?;
        let root = fs::canonicalize(&self.directory).map_err(unreadable)?;
        let python = python.filter(|_| index.noarch.is_python());
        let linked = |inside: PathBuf| {
            let target = match python {
                Some(python) => python.get_python_noarch_target_path(&inside).into_owned(),
                None => inside.clone(),
            };
            let parent = inside.parent().unwrap_or(Path::new(""));
            // A directory that is a link leads to files which are not the archive's.
            let is_own = fs::canonicalize(root.join(parent)).map_or(true, |real| real == root.join(parent));
            match is_plain(&inside) && is_plain(&target) && is_own {
                true => Ok(Linked { inside, target }),
                false => Err(Refused::Leaves(self.file.clone(), inside)),
            }
        };
        paths.map_err(unreadable)?.paths.into_iter().map(|entry| linked(entry.relative_path)).collect()
    }
}

/// Names one below the other, and nothing else.
fn is_plain(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_))) && path.components().next().is_some()
}

/// The links that there will be, by where they lie. Two packages may bring one each; then nothing can be below it.
struct Links<'a> {
    prefix: &'a Path,
    staged: HashMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Links<'_> {
    /// Notes where each link lies; whether that is news.
    fn learn(&mut self, all: &[(&Staged, PathBuf, Option<PathBuf>)]) -> Result<bool, Refused> {
        let mut is_news = false;
        for (package, target, link) in all {
            let (Some(link), Some(name)) = (link, target.file_name()) else { continue };
            let leaves = || Refused::Leaves(package.file.clone(), target.clone());
            let real = self.parent(target).ok_or_else(leaves)?.join(name);
            for at in [target.clone(), real] {
                is_news |= self.staged.entry(at).or_default().insert(link.clone());
            }
        }
        Ok(is_news)
    }

    /// The directory in which a path really lies.
    fn parent(&self, path: &Path) -> Option<PathBuf> {
        self.resolve(PathBuf::new(), path.parent()?, true)
    }

    /// Goes along a path, and the links in it, from a directory of the environment; `None` when that leads out of it. A
    /// link at the end is only followed where something is to lie below it.
    fn resolve(&self, from: PathBuf, path: &Path, to_its_end: bool) -> Option<PathBuf> {
        let mut at = from;
        let mut left: Vec<OsString> = Vec::new();
        let mut links = 0;
        self.enter(&mut at, &mut left, path)?;
        while let Some(part) = left.pop() {
            if part == ".." {
                if !at.pop() {
                    return None;
                }
                continue;
            }
            at.push(part);
            if left.is_empty() && !to_its_end {
                break;
            }
            if let Some(target) = self.target(&at)? {
                links += 1;
                if links > MAX_LINKS {
                    return None;
                }
                at.pop();
                self.enter(&mut at, &mut left, &target)?;
            }
        }
        Some(at)
    }

    /// Puts the parts of a path before those that are left. Only one into the environment may be absolute.
    fn enter(&self, at: &mut PathBuf, left: &mut Vec<OsString>, path: &Path) -> Option<()> {
        let path = match path.has_root() || path.is_absolute() {
            true => {
                at.clear();
                path.strip_prefix(self.prefix).ok()?
            }
            false => path,
        };
        let parts: Vec<Component<'_>> = path.components().filter(|part| *part != Component::CurDir).collect();
        if parts.iter().any(|part| matches!(part, Component::Prefix(_) | Component::RootDir)) {
            return None;
        }
        left.extend(parts.into_iter().rev().map(|part| part.as_os_str().to_owned()));
        Some(())
    }

    /// Where the link at a place leads to: one that will be there, or else one that is there.
    fn target(&self, at: &Path) -> Option<Option<PathBuf>> {
        match self.staged.get(at) {
            Some(targets) if targets.len() > 1 => None,
            Some(targets) => Some(targets.first().cloned()),
            None => Some(fs::read_link(self.prefix.join(at)).ok()),
        }
    }
}
