//! Where things are on this machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Where conda's program is in its prefix.
const PROGRAMS: [&str; 3] = ["bin/conda", "condabin/conda", "Scripts/conda.exe"];

/// The places that conda, rattler and Bonded's client look at. Tests make their own.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The home directory.
    pub home: PathBuf,
    /// The user's configuration directory, `~/.config` on Linux.
    pub config: PathBuf,
    /// The user's cache directory, `~/.cache` on Linux.
    pub cache: PathBuf,
    /// `RATTLER_AUTH_FILE`: where rattler and pixi look for credentials first.
    pub rattler_auth_file: Option<PathBuf>,
    /// `BINSTAR_CONFIG_DIR`: where conda looks for tokens, in its directory `data`.
    pub binstar_config: Option<PathBuf>,
    /// `CONDARC`: the configuration file that takes the place of `~/.condarc`.
    pub condarc: Option<PathBuf>,
    /// The prefix in which conda itself is installed.
    pub conda_root: Option<PathBuf>,
    /// `CONDA_PREFIX`: the active environment.
    pub conda_prefix: Option<PathBuf>,
    /// `CONDA_PKGS_DIRS`: where conda keeps packages and indexes, as it stands there.
    pub conda_packages: Vec<PathBuf>,
}

impl Environment {
    /// What the environment variables of this process say.
    ///
    /// # Errors
    /// When there is no home directory.
    pub fn of_process() -> Result<Self, NoHome> {
        let path = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = dirs::home_dir().ok_or(NoHome)?;
        let conda_prefix = path("CONDA_PREFIX");
        Ok(Self {
            config: dirs::config_dir().unwrap_or_else(|| home.join(".config")),
            cache: dirs::cache_dir().unwrap_or_else(|| home.join(".cache")),
            home,
            rattler_auth_file: path("RATTLER_AUTH_FILE"),
            binstar_config: path("BINSTAR_CONFIG_DIR"),
            condarc: path("CONDARC"),
            conda_root: root_of(path("CONDA_EXE"))
                .or_else(|| root_on(&std::env::var_os("PATH").unwrap_or_default()))
                .or_else(|| path("MAMBA_ROOT_PREFIX")),
            conda_prefix,
            conda_packages: std::env::var_os("CONDA_PKGS_DIRS")
                .map(|list| {
                    std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()).collect()
                })
                .unwrap_or_default(),
        })
    }

    /// The file in which rattler and pixi look for credentials.
    pub fn rattler_credentials(&self) -> PathBuf {
        let usual = || self.home.join(".rattler").join("credentials.json");
        self.rattler_auth_file.clone().unwrap_or_else(usual)
    }

    /// The directory in which conda looks for tokens.
    pub fn conda_tokens(&self) -> PathBuf {
        let named = self.binstar_config.as_ref().map(|directory| directory.join("data"));
        named.unwrap_or_else(|| self.config.join("binstar"))
    }

    /// The user's `.condarc`.
    pub fn user_condarc(&self) -> PathBuf {
        self.condarc.clone().unwrap_or_else(|| self.home.join(".condarc"))
    }

    /// conda's configuration files, the one that counts most first.
    pub fn condarcs(&self) -> Vec<PathBuf> {
        let of_prefix = |prefix: &PathBuf| prefix.join(".condarc");
        let mut paths: Vec<_> = self.conda_prefix.iter().map(of_prefix).collect();
        paths.push(self.user_condarc());
        paths.extend(self.conda_root.iter().map(of_prefix));
        paths.dedup();
        paths
    }

    /// Where the client keeps which roots it trusts and what it has seen.
    pub fn pins(&self) -> PathBuf {
        self.config.join("bonded").join("trust")
    }

    /// Where the client keeps archives and indexes.
    pub fn client_cache(&self) -> PathBuf {
        self.cache.join("bonded")
    }

    /// The prefix of a conda that is really there: mamba's root may have none.
    pub fn conda(&self) -> Option<&Path> {
        self.conda_root.as_deref().filter(|root| PROGRAMS.iter().any(|program| root.join(program).exists()))
    }

    /// The prefix of the environment called `name`: `base` is conda's own.
    ///
    /// # Errors
    /// When the name is no single path segment, or `base` is asked for without a conda.
    pub fn named(&self, name: &str) -> Result<PathBuf, InvalidName> {
        let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':']);
        match &self.conda_root {
            _ if !plain => Err(InvalidName::Form(name.to_owned())),
            Some(root) if name == "base" => Ok(root.clone()),
            None if name == "base" => Err(InvalidName::NoConda),
            Some(root) if is_writable(root) => Ok(root.join("envs").join(name)),
            _ => Ok(self.home.join(".conda").join("envs").join(name)),
        }
    }
}

/// The prefix that holds conda's program.
fn root_of(program: Option<PathBuf>) -> Option<PathBuf> {
    let program = program?;
    program.parent()?.parent().map(Path::to_owned)
}

/// The prefix of the first conda on a search path. One that a Linux distribution brings along has no prefix of its own.
fn root_on(path: &OsStr) -> Option<PathBuf> {
    let mut programs = std::env::split_paths(path)
        .filter(|directory| directory.is_absolute())
        .flat_map(|directory| ["conda", "conda.exe"].map(|name| directory.join(name)).into_iter());
    programs.find_map(|program| {
        let root = root_of(Some(program.canonicalize().ok()?))?;
        root.join("conda-meta").is_dir().then_some(root)
    })
}

/// Whether conda would put environments there: an administrator's conda is not ours to write into.
fn is_writable(root: &Path) -> bool {
    let directory = root.join("envs");
    let directory = if directory.is_dir() { directory } else { root.to_owned() };
    tempfile::Builder::new().prefix(".bonded-").tempfile_in(directory).is_ok()
}

/// There is no home directory.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("there is no home directory: set HOME")]
pub struct NoHome;

/// No environment can have this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// It is no plain name.
    #[error("{0:?} cannot name an environment: use a plain name, or --prefix for a path")]
    Form(String),
    /// `base` without a conda.
    #[error("there is no conda here, so no environment \"base\": use --prefix")]
    NoConda,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somewhere(home: &Path) -> Environment {
        Environment {
            home: home.to_owned(),
            config: home.join(".config"),
            cache: home.join(".cache"),
            rattler_auth_file: None,
            binstar_config: None,
            condarc: None,
            conda_root: None,
            conda_prefix: None,
            conda_packages: Vec::new(),
        }
    }

    #[test]
    fn files_are_where_conda_and_rattler_look() {
        let mut here = somewhere(Path::new("/h"));
        assert_eq!(here.rattler_credentials(), Path::new("/h/.rattler/credentials.json"));
        assert_eq!(here.conda_tokens(), Path::new("/h/.config/binstar"));
        assert_eq!(here.user_condarc(), Path::new("/h/.condarc"));
        here.rattler_auth_file = Some("/a.json".into());
        here.binstar_config = Some("/b".into());
        here.condarc = Some("/c".into());
        assert_eq!(here.rattler_credentials(), Path::new("/a.json"));
        assert_eq!(here.conda_tokens(), Path::new("/b/data"));
        assert_eq!(here.user_condarc(), Path::new("/c"));
    }

    #[test]
    fn names_become_prefixes_and_paths_are_no_names() {
        let root = tempfile::tempdir().unwrap();
        let mut here = somewhere(Path::new("/h"));
        assert_eq!(here.named("work").unwrap(), Path::new("/h/.conda/envs/work"));
        assert_eq!(here.named("base"), Err(InvalidName::NoConda));
        for path in ["", "a/b", "..", "c:d", "\\x"] {
            assert_eq!(here.named(path), Err(InvalidName::Form(path.to_owned())));
        }
        here.conda_root = Some(root.path().to_owned());
        assert_eq!(here.named("work").unwrap(), root.path().join("envs/work"));
        assert_eq!(here.named("base").unwrap(), root.path());
    }

    #[cfg(unix)]
    #[test]
    fn a_conda_on_the_path_is_found_where_it_really_is() {
        let home = tempfile::tempdir().unwrap();
        let at = |path: &str| home.path().canonicalize().unwrap().join(path);
        for directory in ["conda/bin", "conda/conda-meta", "links", "usr/bin", "empty"] {
            std::fs::create_dir_all(at(directory)).unwrap();
        }
        std::fs::write(at("conda/bin/conda"), "").unwrap();
        std::fs::write(at("usr/bin/conda"), "").unwrap();
        std::os::unix::fs::symlink(at("conda/bin/conda"), at("links/conda")).unwrap();
        let path = std::env::join_paths([at("empty"), at("usr/bin"), at("links")]).unwrap();
        assert_eq!(root_on(&path), Some(at("conda")));
        assert_eq!(root_on(at("usr/bin").as_os_str()), None);
        let mut here = somewhere(home.path());
        here.conda_root = Some(at("conda"));
        assert_eq!(here.conda(), Some(at("conda").as_path()));
        here.conda_root = Some(at("empty"));
        assert_eq!(here.conda(), None);
    }
}
