//! The fields of an upload, before anything is believed of them.

use bonded_model::python::{DistributionFilename, ProjectName, Version};

use crate::Error;
use crate::publishing::Announced;

/// Most fields of metadata are short; a description may be long.
const MAX_FORM: usize = 4 << 20;
/// More fields than any honest form has.
const MAX_FIELDS: usize = 5_000;

/// The text fields of a legacy upload form, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct UploadForm {
    fields: Vec<(String, String)>,
    size: usize,
}

impl UploadForm {
    /// How many more bytes of fields are accepted.
    pub const fn room(&self) -> usize {
        MAX_FORM - self.size
    }

    /// Takes a field.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when all fields together are more than an honest form has.
    pub fn push(&mut self, name: String, value: String) -> Result<(), Error> {
        self.size = self.size.saturating_add(name.len() + value.len());
        if self.size > MAX_FORM || self.fields.len() == MAX_FIELDS {
            return Err(Error::TooLarge(format!(
                "The form is too large: {MAX_FIELDS} fields with {MAX_FORM} bytes together are accepted."
            )));
        }
        self.fields.push((name, value));
        Ok(())
    }

    /// The first value of a field that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, value)| field == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Every field.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// The project that the form names.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is none or its name is not valid.
    pub fn project(&self) -> Result<ProjectName, Error> {
        let name = self.get("name").ok_or_else(|| invalid("the field 'name' is missing"))?;
        name.parse().map_err(|error| invalid(&format!("{error}")))
    }

    /// What the form announces about the bytes.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it announces no digest at all.
    pub fn announced(&self) -> Result<Announced, Error> {
        let owned = |name| self.get(name).map(str::to_owned);
        let announced = Announced {
            md5: owned("md5_digest"),
            sha256: owned("sha256_digest"),
            blake2b: owned("blake2_256_digest"),
            size: None,
        };
        if announced.md5.is_none() && announced.sha256.is_none() && announced.blake2b.is_none() {
            return Err(invalid(
                "include at least one of the digests sha256_digest, blake2_256_digest, md5_digest",
            ));
        }
        Ok(announced)
    }

    /// Checks what the form says by itself, without the file.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the first thing that is wrong.
    pub fn check(&self) -> Result<(), Error> {
        match self.get(":action") {
            Some("file_upload") => {}
            Some(_) => return Err(invalid("this :action is not supported; only file_upload is")),
            None => return Err(invalid("the field ':action' is missing")),
        }
        if self.get("protocol_version").is_some_and(|version| version != "1") {
            return Err(Error::Invalid("Unknown protocol version.".into()));
        }
        Ok(())
    }

    /// Checks that the form speaks of the file with this name.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field that lies.
    pub fn check_filename(&self, filename: &DistributionFilename) -> Result<(), Error> {
        let project = self.project()?;
        if project != *filename.name() {
            let (form, file) = (project.as_given(), filename.as_str());
            return Err(invalid(&format!("the form names the project '{form}', but the file is '{file}'")));
        }
        let version = self.get("version").ok_or_else(|| invalid("the field 'version' is missing"))?;
        let parsed: Version = version.parse().map_err(|error| invalid(&format!("{error}")))?;
        if parsed != *filename.version() {
            return Err(invalid(&format!(
                "the form names version '{version}', but the file is '{filename}'"
            )));
        }
        self.expect("filetype", filename.filetype())?;
        match self.get("pyversion") {
            Some(given) if !same_tags(given, filename.python_version()) => {
                self.expect("pyversion", filename.python_version())
            }
            _ => Ok(()),
        }
    }

    fn expect(&self, name: &str, expected: &str) -> Result<(), Error> {
        match self.get(name) {
            Some(given) if given == expected => Ok(()),
            given => Err(invalid(&format!(
                "the field '{name}' is {given:?}, but the file's name says {expected:?}",
                given = given.unwrap_or_default()
            ))),
        }
    }
}

/// Compressed tags (`py2.py3`) are a set; some clients sort them.
fn same_tags(one: &str, other: &str) -> bool {
    let sorted = |tags: &str| {
        let mut tags: Vec<_> = tags.split('.').map(str::to_owned).collect();
        tags.sort();
        tags
    };
    sorted(one) == sorted(other)
}

fn invalid(reason: &str) -> Error {
    Error::Invalid(format!("Invalid upload form: {reason}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> UploadForm {
        let mut form = UploadForm::default();
        for (name, value) in fields {
            form.push((*name).to_owned(), (*value).to_owned()).unwrap();
        }
        form
    }

    fn wheel() -> DistributionFilename {
        "acme_tools-1.0-py2.py3-none-any.whl".parse().unwrap()
    }

    #[test]
    fn a_form_that_speaks_of_the_file_is_accepted() {
        let fields = [
            ("name", "Acme.Tools"),
            ("version", "1.0.0"),
            ("filetype", "bdist_wheel"),
            ("pyversion", "py3.py2"),
        ];
        assert!(form(&fields).check_filename(&wheel()).is_ok());
    }

    #[test]
    fn a_form_that_lies_is_told_which_field() {
        let honest =
            [("name", "acme-tools"), ("version", "1.0"), ("filetype", "bdist_wheel"), ("pyversion", "py3")];
        for (lie, value) in
            [("name", "acme"), ("version", "1.1"), ("filetype", "sdist"), ("pyversion", "cp39")]
        {
            let fields = honest.map(|(name, honest)| (name, if name == lie { value } else { honest }));
            let error = form(&fields).check_filename(&wheel()).unwrap_err().to_string();
            assert!(error.contains(value), "{error}");
        }
    }

    #[test]
    fn a_form_larger_than_any_honest_one_is_refused() {
        let mut form = UploadForm::default();
        assert!(matches!(form.push("x".into(), "y".repeat(MAX_FORM)), Err(Error::TooLarge(_))));
        let mut form = UploadForm::default();
        assert!((0..=MAX_FIELDS).any(|_| form.push("x".into(), String::new()).is_err()));
    }

    #[test]
    fn a_form_without_any_digest_is_refused() {
        assert!(form(&[("name", "acme")]).announced().is_err());
        assert!(form(&[("md5_digest", "x")]).announced().is_ok());
    }
}
