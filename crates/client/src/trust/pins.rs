//! What this machine remembers of all registries' roots.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use bonded_signing::TrustedRoot;
use url::Url;

use super::pin::{Pin, PinError};
use crate::Environment;
use crate::files;

/// The roots that this user trusts, a file for each registry.
#[derive(Clone, Debug)]
pub struct Pins {
    directory: PathBuf,
}

impl Pins {
    /// The pins of the user whose environment this is.
    pub fn of(environment: &Environment) -> Self {
        Self { directory: environment.pins() }
    }

    /// The pin of a registry.
    ///
    /// # Errors
    /// When the file cannot be read, or is damaged: then nothing is trusted rather than everything.
    pub fn load(&self, server: &Url) -> Result<Option<Pin>, PinError> {
        let path = self.path(server);
        match self.read(&path)? {
            Some(pin) if place(&pin.server) != place(server) => Err(PinError::Other(path)),
            pin => Ok(pin),
        }
    }

    /// Whether somebody said that a registry is not to be trusted any more.
    ///
    /// # Errors
    /// When that cannot be found out.
    pub fn is_forgotten(&self, server: &Url) -> Result<bool, PinError> {
        let mark = self.mark(server);
        mark.try_exists().map_err(|error| PinError::Read(mark, error))
    }

    /// All pins, by registry.
    ///
    /// # Errors
    /// As with [`Pins::load`].
    pub fn all(&self) -> Result<Vec<Pin>, PinError> {
        let failed = |error| PinError::Read(self.directory.clone(), error);
        let entries = match std::fs::read_dir(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut pins = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                pins.extend(self.read(&path)?);
            }
        }
        pins.sort_by(|a, b| a.server.cmp(&b.server));
        Ok(pins)
    }

    /// Changes the pin of a registry, if `change` makes one; it is given the present one, and nobody else writes meanwhile.
    ///
    /// # Errors
    /// When a file cannot be read or written, and those of `change`.
    pub fn change<E: From<PinError>>(
        &self,
        server: &Url,
        change: impl FnOnce(Option<Pin>) -> Result<Option<Pin>, E>,
    ) -> Result<(), E> {
        let _lock = self.lock()?;
        if let Some(pin) = change(self.load(server)?)? {
            self.write(&pin)?;
        }
        Ok(())
    }

    /// Notes what was verified from a pin. Nothing goes back, also where another process has noted more. A registry that
    /// was forgotten meanwhile stays so.
    pub(super) fn note(&self, from: &Pin, root: &TrustedRoot, key_manager: u64) -> Result<(), PinError> {
        let raised = |present: Option<Pin>| match present {
            Some(present) if present.pinned_at == from.pinned_at => present.raised(root, key_manager),
            _ => Ok(None),
        };
        // Mostly there is no news, and perhaps no place to write it.
        match raised(self.load(&from.server)?)? {
            Some(_) => self.change(&from.server, raised),
            None => Ok(()),
        }
    }

    /// Keeps a pin that nobody was asked for, unless there is one, or it was forgotten.
    pub(super) fn adopt(&self, pin: &Pin) -> Result<(), PinError> {
        if self.load(&pin.server)?.is_some() {
            return Ok(());
        }
        self.change(&pin.server, |present| {
            Ok((present.is_none() && !self.is_forgotten(&pin.server)?).then(|| pin.clone()))
        })
    }

    /// Forgets a registry, and remembers that; whether it was known.
    ///
    /// # Errors
    /// When a file cannot be written or removed.
    pub fn forget(&self, server: &Url) -> Result<bool, PinError> {
        let _lock = self.lock()?;
        let mark = self.mark(server);
        files::replace_private(&mark, server.as_str().as_bytes())
            .map_err(|error| PinError::Write(mark, error))?;
        gone(self.path(server))
    }

    fn write(&self, pin: &Pin) -> Result<(), PinError> {
        let path = self.path(&pin.server);
        let text = serde_json::to_vec_pretty(pin).map_err(|error| PinError::Damaged(path.clone(), error))?;
        files::replace_private(&path, &text).map_err(|error| PinError::Write(path, error))?;
        gone(self.mark(&pin.server)).map(|_| ())
    }

    /// Held as long as the file is open.
    fn lock(&self) -> Result<File, PinError> {
        let path = self.directory.join(".lock");
        let locked = || {
            fs::create_dir_all(&self.directory)?;
            let file = File::create(&path)?;
            file.lock()?;
            Ok(file)
        };
        locked().map_err(|error| PinError::Write(path.clone(), error))
    }

    fn read(&self, path: &Path) -> Result<Option<Pin>, PinError> {
        let text = files::read(path).map_err(|error| PinError::Read(path.to_owned(), error))?;
        let pin = text.map(|text| serde_json::from_str(&text)).transpose();
        pin.map_err(|error| PinError::Damaged(path.to_owned(), error))
    }

    /// Remembers that a registry was forgotten.
    fn mark(&self, server: &Url) -> PathBuf {
        self.path(server).with_extension("forgotten")
    }

    /// `HOST.json`; port and path follow behind signs that no host's name has.
    fn path(&self, server: &Url) -> PathBuf {
        let plain = |text: &str| -> String {
            let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
            text.chars().map(safe).collect()
        };
        let mut name = plain(server.host_str().unwrap_or_default());
        if let Some(port) = server.port() {
            name.push_str(&format!("+{port}"));
        }
        let path = server.path().trim_matches('/');
        if !path.is_empty() {
            name.push_str(&format!("={}", hex::encode(path)));
        }
        self.directory.join(format!("{name}.json"))
    }
}

/// Where a registry is, by whichever scheme.
pub(super) fn place(url: &Url) -> (Option<&str>, Option<u16>, &str) {
    (url.host_str(), url.port(), url.path())
}

/// Removes a file; whether it was there.
fn gone(path: PathBuf) -> Result<bool, PinError> {
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(PinError::Write(path, error)),
    }
}

#[cfg(test)]
mod tests {
    use bonded_model::Timestamp;

    use super::*;

    fn pins(directory: &tempfile::TempDir) -> Pins {
        Pins { directory: directory.path().to_owned() }
    }

    fn pin(server: &str) -> Pin {
        let pinned_at = Timestamp::UNIX_EPOCH;
        Pin { server: server.parse().unwrap(), pinned_at, root: String::new(), key_manager: 0 }
    }

    fn keep(pins: &Pins, pin: &Pin) {
        pins.change::<PinError>(&pin.server, |_| Ok(Some(pin.clone()))).unwrap();
    }

    #[test]
    fn registries_on_one_host_have_pins_of_their_own() {
        let directory = tempfile::tempdir().unwrap();
        let pins = pins(&directory);
        let servers = [
            "https://h/",
            "https://h:6161/",
            "https://h/aa/",
            "https://h:80/aa/",
            "https://h_6161/",
            "https://[::1]/",
        ];
        for server in servers {
            assert!(pins.load(&server.parse().unwrap()).unwrap().is_none(), "{server}");
            keep(&pins, &pin(server));
        }
        for server in servers {
            assert_eq!(pins.load(&server.parse().unwrap()).unwrap().unwrap().server.as_str(), server);
        }
        std::fs::rename(directory.path().join("h.json"), directory.path().join("other.json")).unwrap();
        let other = "https://other/".parse().unwrap();
        assert!(matches!(pins.load(&other), Err(PinError::Other(_))));
    }

    #[test]
    fn what_several_processes_note_is_all_kept() {
        let directory = tempfile::tempdir().unwrap();
        let pins = pins(&directory);
        keep(&pins, &pin("https://h/"));
        let server: Url = "https://h/".parse().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        let raised = |mut pin: Pin| {
                            pin.key_manager += 1;
                            pin
                        };
                        pins.change::<PinError>(&server, |present| Ok(present.map(raised))).unwrap();
                    }
                });
            }
        });
        assert_eq!(pins.load(&server).unwrap().unwrap().key_manager, 40);
    }

    #[test]
    fn what_was_forgotten_is_not_trusted_again_by_itself() {
        let directory = tempfile::tempdir().unwrap();
        let pins = pins(&directory);
        let pin = pin("https://h/");
        pins.adopt(&pin).unwrap();
        assert!(pins.forget(&pin.server).unwrap() && pins.is_forgotten(&pin.server).unwrap());
        pins.adopt(&pin).unwrap();
        assert!(pins.load(&pin.server).unwrap().is_none() && pins.all().unwrap().is_empty());
        keep(&pins, &pin);
        assert!(!pins.is_forgotten(&pin.server).unwrap() && pins.load(&pin.server).unwrap().is_some());
    }
}
